"""Kernel covariance: a kernel with amplitude, mean and noise, for a `GaussianProcess`."""

from __future__ import annotations

import gpytorch
import numpy as np
from gpytorch.kernels import Kernel
from torch import Tensor

from hebo.kernels.correlation import FeatureCorrelation
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
        return self.kernel.encode_points(x) if isinstance(self.kernel, FeatureCorrelation) else x

    def between(
        self, a: Tensor, b: Tensor, features_a: Tensor | None = None, features_b: Tensor | None = None
    ) -> Tensor:
        """Covariance of `... x n x d` and `... x m x d` points, `... x n x m`."""
        if isinstance(self.kernel, FeatureCorrelation):
            features_a, features_b = (
                self.features(x) if known is None else known
                for x, known in ((a, features_a), (b, features_b))
            )
            return self.signal * self.kernel.compare(features_a, features_b)
        with gpytorch.settings.lazily_evaluate_kernels(False):  # lazy matrices cost more than they save here
            batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
            a, b = (one.expand(*batch, *one.shape[-2:]) for one in (a, b))
            correlation: Tensor = self.kernel(a, b).to_dense()
        return self.signal * correlation

    def noisy(self, x: Tensor, features: Tensor, noise: Tensor | None = None) -> Tensor:
        """Covariance of noisy observations; see `CovarianceFunction`."""
        covariance = self.between(x, x, features, features)
        shift = (self.noise if noise is None else noise) + JITTER * self.signal
        covariance.diagonal(dim1=-2, dim2=-1).add_(shift)
        return covariance
