"""Functions of earlier tasks: their posterior means, kept at points of support that all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from hebo.data import Data
from hebo.linalg import safe_cholesky
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.hyperparameters import Columns, Layout

_JITTER = 1e-6


@dataclass(frozen=True)
class EarlierFunctions:
    """Functions of earlier tasks, `g(x) = k(x, Z) W`.

    Attributes:
        columns: Splits points.
        layout: Of `theta`.
        theta: Hyperparameters of `k`.
        smoothness: Of `k`.
        z: `m x d` points of support, `Z`.
        weights: `m x T`, `W`.
    """

    columns: Columns
    layout: Layout
    theta: Tensor
    smoothness: float
    z: Tensor
    weights: Tensor

    @cached_property
    def covariance(self) -> Covariance:
        """`k`."""
        return Covariance(self.columns, self.layout, self.theta, self.smoothness)

    @cached_property
    def z_features(self) -> Tensor:
        """Features of the points of support."""
        return self.covariance.features(self.z)

    def to(self, like: Tensor) -> EarlierFunctions:
        """Return the functions with the device and precision of a tensor."""
        return replace(self, theta=self.theta.to(like), z=self.z.to(like), weights=self.weights.to(like))

    @property
    def mean_weights(self) -> Tensor:
        """Weights of the average, `m`."""
        return self.weights.mean(1)

    def directions(self, freedom: float) -> Tensor:
        """Weights of what a new task may differ by, `m x (T + 1)`: deviations, and the mean itself.

        Args:
            freedom: `sqrt(v)`, how far the scale of the mean is free.
        """
        mean = self.mean_weights.unsqueeze(-1)
        n_more = max(1, self.weights.shape[1] - 1)
        return torch.cat([(self.weights - mean) / n_more**0.5, freedom * mean], 1)

    def without(self, task: int) -> EarlierFunctions:
        """Return the functions of the other tasks."""
        others = [one for one in range(self.weights.shape[1]) if one != task]
        return replace(self, weights=self.weights[:, others])

    def at(self, x: Tensor, weights: Tensor) -> Tensor:
        """Values at `... x d` points of functions with `m` or `m x r` weights, `...` or `... x r`."""
        values: Tensor = self.covariance.between(x, self.z, None, self.z_features) @ weights
        return values


def posterior_means(
    tasks: Sequence[Data],
    columns: Columns,
    layout: Layout,
    theta: Tensor,
    smoothness: float,
    *,
    max_support: int,
) -> EarlierFunctions:
    """Return the posterior mean of each task, projected on points of support.

    With `L L' = K_ZZ` and `V = L^-1 K_ZX` it is `k(x, Z) L^-T (s^2 I + V V')^-1 V y` (subset of regressors;
    Quinonero-Candela and Rasmussen, 2005), and exact where the points of the task are those of support.

    Args:
        tasks: Observations of zero mean, on the CPU.
        columns: Splits points.
        layout: Of `theta`.
        theta: Hyperparameters that all tasks share.
        smoothness: Of the Matern correlation.
        max_support: Most points of support.
    """
    covariance = Covariance(columns, layout, theta, smoothness)
    z = support(covariance, torch.cat([task.x for task in tasks]).double(), max_support)
    eye = torch.eye(len(z), dtype=z.dtype)
    factor = safe_cholesky(covariance.between(z, z) + _JITTER * covariance.signal * eye)
    weights = []
    for task in tasks:
        v = torch.linalg.solve_triangular(factor, covariance.between(z, task.x.double()), upper=False)
        inner = safe_cholesky(v @ v.T + covariance.noise * eye)
        solved = torch.cholesky_solve(v @ task.y.double(), inner)
        weights.append(torch.linalg.solve_triangular(factor.T, solved, upper=True))
    return EarlierFunctions(columns, layout, theta, smoothness, z, torch.cat(weights, 1))


def support(covariance: Covariance, x: Tensor, limit: int) -> Tensor:
    """Return at most `limit` distinct points, each where the ones before leave the largest variance.

    That is a pivoted Cholesky factorization.

    Args:
        covariance: Whose variance is meant.
        x: `n x d` points to choose from.
        limit: How many at most.
    """
    x = x.unique(dim=0)
    if len(x) <= limit:
        return x
    left = covariance.signal.expand(len(x)).clone()
    factor = x.new_zeros(len(x), limit)
    chosen: list[int] = []
    for step in range(limit):
        pivot = int(left.argmax())
        chosen.append(pivot)
        column = covariance.between(x, x[[pivot]])[:, 0] - factor[:, :step] @ factor[pivot, :step]
        factor[:, step] = column / left[pivot].sqrt()
        left = (left - factor[:, step].square()).clamp_min(1e-12)
        left[chosen] = 0.0
    return x[chosen]
