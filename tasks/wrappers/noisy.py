"""Gaussian noise on the objectives."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.random import Generator

from tasks.base import Columns
from tasks.wrappers.base import NoiseAdding, NotNegative, keep_noiseless, sign_of


class Noisy(NoiseAdding):
    """A task measured with noise: `y = f + (sd + relative_sd |f|) e`, with `e` standard normal.

    The noise is a function of the seed of the evaluation, independent for each objective. The column
    `noiseless` gives `f` for reports (see `keep_noiseless`). `optimum` is that of `f`.

    Args:
        sd: Standard deviation where `f = 0`, in the units of the objectives; a list has one for each.
        relative_sd: Growth of the standard deviation with `|f|`, for noise that depends on the point; a list
            has one for each objective.
    """

    PER_OBJECTIVE: ClassVar[tuple[str, ...]] = ("sd", "relative_sd")

    sd: NotNegative | tuple[NotNegative, ...] = 0.1
    relative_sd: NotNegative | tuple[NotNegative, ...] = 0.0

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        columns = keep_noiseless(self.task._columns(frame, rng), self.objectives)
        sd, relative_sd = self._each("sd"), self._each("relative_sd")
        for one in self.outcomes.objectives:
            f = columns[one.name]
            noise = sign_of(one) * rng.standard_normal(len(f))
            spread = sd[one.name] + relative_sd[one.name] * np.abs(f)
            columns[one.name] = f + spread * noise
            columns = self._with_sd(columns, one.name, spread)
        return columns
