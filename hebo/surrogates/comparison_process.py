"""Gaussian process given linear observations: utilities given comparisons, as a BoTorch model.

Notation: `u` points, `r` observations, `b` and `q` as in `hebo.base`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import torch
from gpytorch.kernels import Kernel
from torch import Generator, Tensor

from hebo.kernels.correlation import correlations, features_of
from hebo.linalg import safe_cholesky
from hebo.surrogates.gaussian_model import MIN_VARIANCE
from hebo.surrogates.model_batch import OneByOne
from hebo.surrogates.paths import sample_path

PERCEPTION_NOISE = 1.0
"""Variance of the noise in a perceived utility; it is the unit."""


class ComparisonProcess(OneByOne):
    """The posterior of a zero-mean GP `f` given `t = A f(x) + e`, with independent normal `e`.

    A row of `A` that holds 1 and -1 is the difference of two utilities; see `hebo.surrogates.laplace` for how
    comparisons become such observations. A row with a single 1 is a utility itself, which nobody can measure
    but a fantasy or the belief in a pending point can suppose. Utilities have no level of their own: the mean
    far from all points is 0.

    Args:
        kernel: Correlation function.
        signal: Prior variance of each utility.
        x: `u x d` points.
        design: `A`, `r x u`.
        values: `t`, `r`.
        variances: Of `e`, `r`.
    """

    def __init__(
        self, kernel: Kernel, signal: Tensor, x: Tensor, design: Tensor, values: Tensor, variances: Tensor
    ) -> None:
        super().__init__()
        self.kernel, self.signal, self.x = kernel, signal, x
        self.design, self.values, self.variances = design, values, variances
        self.features = features_of(kernel, x)
        prior = signal * correlations(kernel, x, x, self.features, self.features)
        self.factor = safe_cholesky(design @ prior @ design.mT + torch.diag_embed(variances))
        self.weights = torch.cholesky_solve(values.unsqueeze(-1), self.factor)[:, 0]

    @property
    def noise_variance(self) -> Tensor:
        """Variance of the noise in a perceived utility."""
        return torch.full_like(self.signal, PERCEPTION_NOISE)

    def means(self, x: Tensor) -> Tensor:
        """Means, `b`, at `b x d` points."""
        return self._cross(x) @ self.weights

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points; differentiable."""
        cross = self._cross(x)
        variance = self.signal - self._whitened(cross).square().sum(-1)
        return cross @ self.weights, variance.clamp_min(MIN_VARIANCE)

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
        cross = self._cross(x)
        whitened = self._whitened(cross)
        covariance = self.signal * correlations(self.kernel, x, x) - whitened @ whitened.mT
        floor = MIN_VARIANCE * torch.eye(x.shape[-2], dtype=x.dtype, device=x.device)
        return cross @ self.weights, covariance + floor

    def cross(self, a: Tensor, b: Tensor) -> Tensor:
        """Posterior covariances, `n x m`, of `n x d` and `m x d` points."""
        of_a, of_b = (self._whitened(self._cross(one)) for one in (a, b))
        return self.signal * correlations(self.kernel, a, b) - of_a @ of_b.mT

    def sample_path(self, generator: Generator) -> Callable[[Tensor], Tensor]:
        """See `hebo.surrogates.paths.sample_path`."""
        return sample_path(self, self.x, generator)

    def conditioned(self, x: Tensor, y: Tensor, noise: Tensor | None) -> Self:
        """Return the process with supposed utilities; see `OneByOne`."""
        known = torch.full_like(y, PERCEPTION_NOISE) if noise is None else noise
        return type(self)(
            self.kernel,
            self.signal,
            torch.cat([self.x, x]),
            torch.block_diag(self.design, torch.eye(len(x), dtype=x.dtype, device=x.device)),
            torch.cat([self.values, y]),
            torch.cat([self.variances, known]),
        )

    def _cross(self, x: Tensor) -> Tensor:
        """Prior covariances of utilities at `... x d` points with what was observed, `... x r`."""
        return self.signal * correlations(self.kernel, x, self.x, None, self.features) @ self.design.mT

    def _whitened(self, cross: Tensor) -> Tensor:
        rows = cross.reshape(-1, cross.shape[-1])
        solved: Tensor = torch.linalg.solve_triangular(self.factor.mT, rows, upper=True, left=False)
        return solved.reshape(cross.shape)
