"""Kernel covariance: a kernel with amplitude, mean and noise, for a `GaussianProcess`."""

from __future__ import annotations

from gpytorch.kernels import Kernel
from torch import Tensor

from hebo.kernels.correlation import correlations, features_of
from mcbo.surrogates.prior import JITTER


class KernelCovariance:
    """`s^2 k(x, x')` with constant mean `m` and noise variance `v`; see `CovarianceFunction`.

    Args:
        kernel: Correlation function, 1 on its diagonal.
        mean: `m`.
        signal: `s^2`.
        noise: `v`.
    """

    def __init__(self, kernel: Kernel, mean: Tensor, signal: Tensor, noise: Tensor) -> None:
        self.kernel, self.mean, self.signal, self.noise = kernel, mean, signal, noise
        kernel.requires_grad_(False)

    def features(self, x: Tensor) -> Tensor:
        """Those of a kernel that has some, else the points themselves."""
        return features_of(self.kernel, x)

    def between(
        self, a: Tensor, b: Tensor, features_a: Tensor | None = None, features_b: Tensor | None = None
    ) -> Tensor:
        """Covariance of `... x n x d` and `... x m x d` points, `... x n x m`."""
        return self.signal * correlations(self.kernel, a, b, features_a, features_b)

    def noisy(self, x: Tensor, features: Tensor, noise: Tensor | None = None) -> Tensor:
        """Covariance of noisy observations; see `CovarianceFunction`."""
        covariance = self.between(x, x, features, features)
        shift = (self.noise if noise is None else noise) + JITTER * self.signal
        covariance.diagonal(dim1=-2, dim2=-1).add_(shift)
        return covariance
