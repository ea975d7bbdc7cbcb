"""Two levels of fidelity: closed-form functions with a cheap level that is biased, and known costs."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from pydantic import Field

from tasks.base import Columns, Task
from tasks.synthetic.base import Array, Synthetic
from tasks.synthetic.branin import Branin
from tasks.synthetic.hartmann import Hartmann6

LEVELS = ("cheap", "full")
COST = "cost"


class TwoLevel(Task):
    """A function with the fidelity parameter `level`: `full`, the one that counts, and `cheap`.

    The optimum is that of the full level. What an evaluation cost is in the column `cost`.

    Args:
        bias: How far the cheap level is off; 0 for not at all.
        cheap_cost: Of an evaluation at the cheap level; one at the full level costs 1.
    """

    bias: float = Field(1.0, ge=0, le=2)
    cheap_cost: float = Field(0.1, gt=0, le=1)

    @property
    @abstractmethod
    def full(self) -> Synthetic:
        """The function at the full level."""

    @abstractmethod
    def cheap(self, x: Array) -> Array:
        """Return the `n` values of the cheap level at the coordinates `x`, `n x d`."""

    @property
    def cost_column(self) -> str:
        """`cost`."""
        return COST

    @property
    def optimum(self) -> float:
        """That of the full level."""
        return self.full.optimum

    @property
    def minimizers(self) -> pd.DataFrame:
        """Those of the full level, at that level."""
        return self.full.minimizers.assign(level=LEVELS[1])

    def parameters(self) -> list[dict[str, Any]]:
        """Return those of the function, and the level."""
        level = {"name": "level", "type": "ordinal", "levels": list(LEVELS), "role": "fidelity"}
        return [*self.full.parameters(), level]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        x, is_full = self.full.coordinates(frame), (frame["level"] == LEVELS[1]).to_numpy()
        return {
            "y": np.where(is_full, self.full.function(x), self.cheap(x)),
            COST: np.where(is_full, 1.0, self.cheap_cost),
        }


class BraninTwoLevel(TwoLevel):
    """Branin's function with a cheap level that has its valley elsewhere.

    The cheap level has `5.1 / (4 pi^2) - 0.05 bias` as the coefficient of `x1^2`, as the augmented function
    of Wu et al., "Practical multi-fidelity Bayesian optimization for hyperparameter tuning" (2019), has it at
    the fidelity `1 - bias / 2`.
    """

    @property
    def full(self) -> Branin:
        """Branin's function."""
        return Branin()

    def cheap(self, x: Array) -> Array:
        """Return the `n` values of the cheap level at `x`, `n x 2`."""
        x1, x2 = x[:, 0], x[:, 1]
        curve = 5.1 / (4.0 * np.pi**2) - 0.05 * self.bias
        valley = x2 - curve * x1**2 + 5.0 / np.pi * x1 - 6.0
        values: Array = valley**2 + 10.0 * (1.0 - 1.0 / (8.0 * np.pi)) * np.cos(x1) + 10.0
        return values


class Hartmann6TwoLevel(TwoLevel):
    """Hartmann's function of six variables with a cheap level whose four terms have other weights.

    The cheap level has the weights `alpha + 3 bias (0.01, -0.01, -0.1, 0.1)`, in the manner of Kandasamy et
    al., "Gaussian process bandit optimisation with multi-fidelity evaluations" (2016).
    """

    @property
    def full(self) -> Hartmann6:
        """Hartmann's function."""
        return Hartmann6()

    def cheap(self, x: Array) -> Array:
        """Return the `n` values of the cheap level at `x`, `n x 6`."""
        return self.full.weighted(x, 3.0 * self.bias * np.array([0.01, -0.01, -0.1, 0.1]))
