"""Covariance of a warped GP: `s^2 M(w(u), w(u')) C(c, c')`.

`M` is a Matern correlation with one lengthscale per numeric column, of inputs `u` in `[0, 1]` warped by a
Kumaraswamy CDF `w(u) = 1 - (1 - u^a)^b`, and `C = exp(-mean_i [c_i != c'_i] / l_i)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from hebo.kernels.distances import squared_distances_of_many
from hebo.kernels.kumaraswamy import EDGE, KumaraswamySlopes, kumaraswamy
from hebo.kernels.matern import matern, matern_with_slope
from hebo.kernels.transformed_overlap import mismatch_decay, mismatches
from hebo.surrogates.hyperparameters import Columns, Layout
from hebo.surrogates.marginal_likelihood import JITTER


class Covariance:
    """The covariance function under one setting of the hyperparameters.

    Args:
        columns: Splits encoded points.
        layout: Of `theta`.
        theta: `p` hyperparameters.
        smoothness: Of the Matern correlation.
    """

    def __init__(self, columns: Columns, layout: Layout, theta: Tensor, smoothness: float) -> None:
        self.columns, self.layout, self.smoothness = columns, layout, smoothness
        self.mean = theta[-1]
        positive = {name: theta[group].exp() for name, group in layout.groups.items()}
        self.signal, self.noise = positive["signal"][0], positive["noise"][0]
        self.lengthscale = positive["lengthscale"]
        self.warp_a, self.warp_b = positive["warp_a"], positive["warp_b"]
        self.overlap_weight = 1.0 / (positive["overlap_scale"] * max(1, layout.n_categorical))
        self.lower, self.range = columns.lower.to(theta), columns.range.to(theta)

    def features(self, x: Tensor) -> Tensor:
        """Warped numeric columns of `... x d` points in units of their lengthscales, `... x k`."""
        u = (x[..., self.columns.numeric] - self.lower) / self.range
        if self.layout.warp:
            u = kumaraswamy(u.clamp(EDGE, 1 - EDGE), self.warp_a, self.warp_b)
        scaled: Tensor = u / self.lengthscale
        return scaled

    def features_with_slopes(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Features and the derivative of each by its column, both `... x k`."""
        u = (x[..., self.columns.numeric] - self.lower) / self.range
        if not self.layout.warp:
            slopes = (1.0 / (self.range * self.lengthscale)).expand_as(u)
            return u / self.lengthscale, slopes
        u = u.clamp(EDGE, 1 - EDGE)
        warp = KumaraswamySlopes(u.log(), self.warp_a, self.warp_b, torch)
        return warp.value / self.lengthscale, warp.by_u(u) / (self.range * self.lengthscale)

    def overlap(self, a: Tensor, b: Tensor) -> Tensor:
        """Correlation of the categories, `... x n x m`, of `... x n x d` and `... x m x d` points."""
        codes_a, codes_b = a[..., self.columns.categorical], b[..., self.columns.categorical]
        decay: Tensor = mismatch_decay(mismatches(codes_a, codes_b).to(a), self.overlap_weight, torch)
        return decay

    def between(
        self, a: Tensor, b: Tensor, features_a: Tensor | None = None, features_b: Tensor | None = None
    ) -> Tensor:
        """Covariance of `... x n x d` and `... x m x d` points, `... x n x m`.

        Features may be given where they are known already.
        """
        if not self.layout.n_numeric:
            return self.signal * self.overlap(a, b)
        of_a = self.features(a) if features_a is None else features_a
        of_b = self.features(b) if features_b is None else features_b
        k = matern(squared_distances_of_many(of_a, of_b), self.smoothness).mul_(self.signal)
        return k * self.overlap(a, b) if self.layout.n_categorical else k

    def with_slopes(
        self, x: Tensor, data: Tensor, features: Tensor
    ) -> tuple[Tensor, Callable[[Sequence[Tensor]], Tensor]]:
        """Covariances with the data, and slopes of weighted sums of them; see `WithSlopes`.

        With `g = dk/d(r^2)` of the covariances `k` with the data, weights `w` on `k` move a point's features
        `f` by `2 sum_i w_i g_i (f - f_i)`.
        """
        if not self.columns.numeric:
            return self.between(x, data), lambda weights: x.new_zeros(len(weights), *x.shape)
        f, f_slopes = self.features_with_slopes(x)
        cross, slope = self._between_with_slope(x, data, f, features)

        def slopes(weights: Sequence[Tensor]) -> Tensor:
            pulls = torch.stack([slope * one for one in weights])
            found = x.new_zeros(len(weights), *x.shape)
            found[..., self.columns.numeric] = (
                2 * f_slopes * (pulls.sum(-1, keepdim=True) * f - pulls @ features)
            )
            return found

        return cross, slopes

    def _between_with_slope(
        self, a: Tensor, b: Tensor, features_a: Tensor, features_b: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Covariance, and its derivative by the squared distance of the features."""
        square = squared_distances_of_many(features_a, features_b)
        k, slope = matern_with_slope(square, self.smoothness, torch)
        k *= self.signal
        slope *= self.signal
        if not self.layout.n_categorical:
            return k, slope
        overlap = self.overlap(a, b)
        return k * overlap, slope * overlap

    def noisy(self, x: Tensor, features: Tensor, noise: Tensor | None = None) -> Tensor:
        """Covariance of noisy observations; see `CovarianceFunction`."""
        shift = (self.noise if noise is None else noise) + JITTER * self.signal
        covariance = self.between(x, x, features, features)
        covariance.diagonal(dim1=-2, dim2=-1).add_(shift)
        return covariance
