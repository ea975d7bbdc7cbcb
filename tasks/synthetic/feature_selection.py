"""Choosing the features of a linear model, with its expected error in closed form."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field

from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Task

Array = NDArray[np.float64]


class FeatureSelection(Task):
    """The expected error of ridge regression on chosen features: many booleans and one number.

    The target is `b' z + e` with Gaussian `z` of covariance `C_ij = correlation^|i - j|` and variance
    `noise^2` of `e`. Every third coefficient is `b_i = (-1)^i / (1 + i / n_features)`, the others are zero.
    With chosen features `S`, `A = C_SS`, `c = C_S: b` and `M = A + ridge I`, the weights tend to
    `w = M^-1 c`, and the value is the squared error that they leave plus the variance of `n_samples` rows,
    `r + (noise^2 + r) tr((M^-1 A)^2) / n_samples` with `r = b'Cb - 2 w'c + w'Aw`
    (Hastie, Tibshirani and Friedman, "The elements of statistical learning", 2009, section 7.3).
    A feature without a coefficient may stand in for a correlated one that is left out, so that the worth of
    a boolean depends on its neighbors; the optimum is not known in closed form.

    Args:
        n_features: Number of booleans, `x1`, `x2`, ...
        n_samples: Number of rows that the weights are estimated from.
        correlation: Correlation of neighboring features.
        noise: Standard deviation of the target around its mean.
    """

    n_features: int = Field(20, ge=2)
    n_samples: int = Field(60, ge=1)
    correlation: float = Field(0.6, ge=0, lt=1)
    noise: float = Field(1.0, gt=0)

    @property
    def outcomes(self) -> Outcomes:
        """The expected squared error, but for the noise of the target itself."""
        return outcomes_of({"name": "squared_error"})

    def parameters(self) -> list[dict[str, Any]]:
        """Return the booleans, then the ridge penalty on a log scale."""
        features = [{"name": name, "type": "bool"} for name in self._names]
        return [*features, {"name": "ridge", "type": "pow", "lb": 1e-4, "ub": 1e2}]

    @property
    def _names(self) -> list[str]:
        return [f"x{i + 1}" for i in range(self.n_features)]

    @cached_property
    def _covariance(self) -> Array:
        i = np.arange(self.n_features)
        covariance: Array = self.correlation ** np.abs(i[:, None] - i).astype(np.float64)
        return covariance

    @cached_property
    def _coefficients(self) -> Array:
        i = np.arange(self.n_features)
        return np.where(i % 3 == 0, (-1.0) ** i / (1.0 + i / self.n_features), 0.0)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Array:
        chosen = frame[self._names].to_numpy(dtype=bool)
        ridges = frame["ridge"].to_numpy(dtype=np.float64)
        return np.array([self._error(row, ridge) for row, ridge in zip(chosen, ridges, strict=True)])

    def _error(self, chosen: NDArray[np.bool_], ridge: float) -> float:
        covariance, b = self._covariance, self._coefficients
        a, c = covariance[np.ix_(chosen, chosen)], covariance[chosen] @ b
        inverse = np.linalg.inv(a + ridge * np.eye(len(a)))
        w = inverse @ c
        left = float(b @ covariance @ b - 2.0 * w @ c + w @ a @ w)
        shrinkage = inverse @ a
        return left + (self.noise**2 + left) * float(np.trace(shrinkage @ shrinkage)) / self.n_samples
