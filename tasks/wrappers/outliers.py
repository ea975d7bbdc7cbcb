"""Measurements of which a few are far off."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, model_validator

from tasks.base import Columns
from tasks.wrappers.base import Positive, Wrapper, keep_noiseless, sign_of


class Outliers(Wrapper):
    """A task of which some measurements are contaminated by an error with heavy tails.

    With `probability`, `scale t` is added to the value, where `t` follows Student's distribution with two
    degrees of freedom (infinite variance): Huber's contamination model ("Robust estimation of a location
    parameter", 1964). The column `noiseless` gives the value without it for reports; `optimum` is that of
    the task. For noise on all measurements wrap a `noisy` task.

    Args:
        probability: Chance that a measurement is contaminated.
        scale: Size of the error, in the units of the objectives; a list has one for each.
        side: `up` makes measurements worse alone, as when a run of a program goes wrong: larger where the
            objective is minimized, smaller where it is maximized; `both` lets a measurement also look better
            than it is.
    """

    example: ClassVar[dict[str, Any]] = {"scale": 10.0}

    PER_OBJECTIVE: ClassVar[tuple[str, ...]] = ("scale",)

    probability: float = Field(0.1, ge=0, le=1)
    scale: Positive | tuple[Positive, ...]
    side: Literal["up", "both"] = "up"

    @model_validator(mode="after")
    def _check_goals(self) -> Self:
        if self.side == "up":
            self._refuse_targets("neither larger nor smaller values are worse (`side: both` takes it)")
        return self

    @property
    def is_noisy(self) -> bool:
        """True: each evaluation draws whether it is contaminated."""
        return True

    @property
    def known_noise(self) -> tuple[str, ...]:
        """None: errors with heavy tails have no standard deviation."""
        return ()

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        columns = keep_noiseless(self.task._columns(frame, rng), self.objectives)
        scales = self._each("scale")
        for one in self.outcomes.objectives:
            errors = sign_of(one) * self._errors(len(frame), scales[one.name], rng)
            columns[one.name] = columns[one.name] + errors
        return columns

    def _errors(self, n: int, scale: float, rng: Generator) -> NDArray[np.float64]:
        """Return what is added where the objective is minimized, `n` values, most of them 0."""
        is_hit = rng.random(n) < self.probability
        t = scale * rng.standard_t(2.0, n)
        return np.where(is_hit, np.abs(t) if self.side == "up" else t, 0.0)
