"""A slope under a measured limit that a small island keeps, or no point at all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from pydantic import Field, model_validator

from hebo.errors import ConfigError
from tasks.base import Columns, Task


class FeasibleIsland(Task):
    """The mean square of `d` numbers where a wave is high enough, on `[0, 1]^d`.

    `f(x) = mean_j x_j^2` subject to `g(x) = level - mean_j cos(2 pi (x_j - center)) <= 0`. The wave has its
    crest, 1, at the center, and what keeps the limit is an island around it: of two variables about
    `(1 - level) / pi` of the square, 1 % for the level 0.9686. Above 1 no point keeps it, and `level - 1` is
    what the best one lacks; `optimum` is None then. Both functions grow or fall along each variable alike, so
    that the optimum has equal coordinates, `x_j = center - arccos(level) / (2 pi)`.

    Args:
        dim: Number of variables, `d`.
        level: Of the wave; at least `1 - 1 / d`, below which the island may reach further along one variable.
        center: Of the island, in each variable.
    """

    dim: int = Field(2, ge=1)
    level: float = Field(0.9686, ge=0)
    center: float = Field(0.7, gt=0, lt=1)

    @model_validator(mode="after")
    def _check_island(self) -> FeasibleIsland:
        if self.level < 1 - 1 / self.dim:
            raise ConfigError(
                f"level={self.level} of {self.dim} variables must be {1 - 1 / self.dim:.4g} or more; below "
                "it the optimum has no closed form"
            )
        if self._radius >= min(self.center, 1 - self.center):
            raise ConfigError(
                f"center={self.center} leaves no room for an island that reaches {self._radius:.4g} to each "
                "side; move it inwards, or raise `level`"
            )
        return self

    @property
    def _radius(self) -> float:
        """How far the island reaches along the variables that change alike."""
        return math.acos(min(self.level, 1.0)) / (2 * math.pi)

    @property
    def is_feasible(self) -> bool:
        """Whether any point keeps the limit."""
        return self.level <= 1

    @property
    def constraints(self) -> tuple[str, ...]:
        """What the wave lacks of the level."""
        return ("too_low",)

    @property
    def optimum(self) -> float | None:
        """The squared coordinate at the lower end of the island; None where there is none."""
        return (self.center - self._radius) ** 2 if self.is_feasible else None

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """The lower end of the island, where the limit is met with equality, up to rounding."""
        if not self.is_feasible:
            return None
        return pd.DataFrame([[self.center - self._radius] * self.dim], columns=self._names)

    @property
    def _names(self) -> list[str]:
        return [f"x{j + 1}" for j in range(self.dim)]

    def parameters(self) -> list[dict[str, Any]]:
        """Return `d` numbers between 0 and 1."""
        return [{"name": name, "type": "num", "lb": 0.0, "ub": 1.0} for name in self._names]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        x = frame[self._names].to_numpy(float)
        wave = np.cos(2 * math.pi * (x - self.center)).mean(axis=1)
        return {"y": (x**2).mean(axis=1), "too_low": self.level - wave}
