"""Additive Gaussian process: the posterior of each component of a sum of functions of few columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from hebo.surrogates.gaussian_process import GaussianProcess

_LEAST_VARIANCE = 1e-12


@runtime_checkable
class AdditiveKernel(Protocol):
    """A correlation that is the sum of components of few columns each."""

    cliques: Sequence[tuple[int, ...]]

    def component(self, index: int, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the covariance of component `index` of points of its own columns."""


class AdditiveProcess(GaussianProcess):
    """A Gaussian process whose covariance has an additive kernel; see `hebo.abilities.AdditiveModel`."""

    @property
    def _kernel(self) -> AdditiveKernel:
        kernel: AdditiveKernel = self.covariance.kernel  # type: ignore[attr-defined]  # `mixed_gp` sees to it
        return kernel

    @property
    def cliques(self) -> Sequence[tuple[int, ...]]:
        """The columns that each component depends on."""
        return self._kernel.cliques

    def component(self, index: int, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return means and variances, `p` each, of one component at points of its columns, `p x |c|`.

        A component's covariance with the data is its own part of the kernel: `mu_c = k_c K^-1 (y - m)`,
        `s_c^2 = k_c(x, x) - k_c K^-1 k_c^T`. The constant mean is shared out evenly.
        """
        columns, signal = list(self.cliques[index]), self.covariance.signal
        cross = signal * self._kernel.component(index, points, self.x[:, columns]).reshape(len(points), -1)
        prior = signal * self._kernel.component(index, points[:1], points[:1]).reshape(())
        whitened = torch.linalg.solve_triangular(self.factor.mT, cross, upper=True, left=False)
        variance = (prior - whitened.square().sum(-1)).clamp_min(_LEAST_VARIANCE)
        mean = self.covariance.mean / len(self.cliques) + cross @ self.weights
        return mean, self.widening * variance
