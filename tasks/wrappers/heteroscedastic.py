"""Gaussian noise whose spread changes from one end of the space to the other."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import model_validator

from hebo.design_space.parameters.numeric import Numeric
from hebo.errors import ConfigError, did_you_mean
from tasks.base import Columns
from tasks.wrappers.base import NoiseAdding, Positive, keep_noiseless, sign_of


class Heteroscedastic(NoiseAdding):
    """A task measured with noise that depends on the point: `y = f + sd(x) e`, with `e` standard normal.

    `sd(x) = low^(1 - u) high^u`, where `u` in `[0, 1]` is the position of one numeric variable between
    its ends, on its own scale (logarithms for a log scale). The column `noiseless` gives `f` for reports;
    `optimum` is that of `f`.

    Args:
        low: Standard deviation at the lower end of the variable, in the units of the objectives; a list has
            one for each of them.
        high: Standard deviation at its upper end, in the same way; below `low` for noise that falls.
        along: The variable; by default the first numeric one.
    """

    example: ClassVar[dict[str, Any]] = {"low": 0.1, "high": 1.0}

    PER_OBJECTIVE: ClassVar[tuple[str, ...]] = ("low", "high")

    low: Positive | tuple[Positive, ...]
    high: Positive | tuple[Positive, ...]
    along: str | None = None

    @model_validator(mode="after")
    def _check_variable(self) -> Heteroscedastic:
        if self.along is not None and self.along not in self.space.names:
            raise ConfigError(
                f"along: '{self.along}' is no parameter.{did_you_mean(self.along, self.space.names)}"
            )
        if not self._numeric_names():
            which = "no parameter" if self.along is None else f"not '{self.along}', which"
            raise ConfigError(f"along: {which} is a number; name a numeric parameter or use `noisy`.")
        return self

    def spread(self, frame: pd.DataFrame, objective: str | None = None) -> NDArray[np.float64]:
        """Return the `n` standard deviations of the noise at points in natural units.

        Args:
            frame: The points.
            objective: Of which objective; the first by default.
        """
        column = self.space.names.index(self._numeric_names()[0])
        low, high = self.space.bounds[:, column].tolist()
        u = (self.space.encode(frame)[:, column].numpy() - low) / (high - low)
        at_low, at_high = (self._each(name)[objective or self.objectives[0]] for name in ("low", "high"))
        spread: NDArray[np.float64] = at_low ** (1.0 - u) * at_high**u
        return spread

    def _numeric_names(self) -> list[str]:
        """Return the names that may carry the rule, the chosen one alone if there is one."""
        wanted = self.space.names if self.along is None else [self.along]
        return [name for name in wanted if isinstance(self.space.parameters[name], Numeric)]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        columns = keep_noiseless(self.task._columns(frame, rng), self.objectives)
        for one in self.outcomes.objectives:
            spread = self.spread(frame, one.name)
            noise = sign_of(one) * rng.standard_normal(len(frame))
            columns[one.name] = columns[one.name] + spread * noise
            columns = self._with_sd(columns, one.name, spread)
        return columns
