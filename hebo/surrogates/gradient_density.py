"""Log posterior density of the hyperparameters of a process of values and derivatives, in closed form.

With `G = (K^-1 - a a^T) / 2`, `a = K^-1 (y - m v)`, the gradient along any hyperparameter is `<G, dK>`
(Rasmussen and Williams, 2006, 5.9). A lengthscale divides a column of the scaled points `z` and of the
weights `e` of derivatives, see `hebo.surrogates.gradient_covariance`, so that its gradient is that by these.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from hebo.kernels.radial import Radial, slope_variance, third_derivative
from hebo.kernels.transformed_overlap import mismatches
from hebo.surrogates.gradient_covariance import Functionals, GradientCovariance, Pairs, pairs
from hebo.surrogates.hyperparameters import Array, Columns, Layout
from hebo.surrogates.marginal_likelihood import JITTER


class GradientLogPosterior:
    """The negative log posterior of hyperparameters given `n` observations; see `map_fit.Density`.

    Args:
        columns: Splits encoded points.
        layout: Of the hyperparameters.
        x: `n x (d + k)` points with directions.
        y: `n` values and derivatives.
        kind: Name of the correlation.
        noise: `n` known variances of the noise of values, NaN where it is to be learned; None: everywhere.
    """

    def __init__(
        self,
        columns: Columns,
        layout: Layout,
        x: Tensor,
        y: Tensor,
        kind: Radial,
        noise: Tensor | None = None,
    ) -> None:
        self.columns, self.layout, self.x, self.y, self.kind = columns, layout, x, y, kind
        codes = x[:, columns.categorical]
        self.differ = mismatches(codes, codes).to(x)
        self.noise = torch.full_like(y, torch.nan) if noise is None else noise

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Ranges of the hyperparameters."""
        return list(zip(self.layout.lower.tolist(), self.layout.upper.tolist(), strict=True))

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Return the value in nats and its gradient, `p`; an infinite value where `K` is not definite."""
        kernel = _Kernel(self, torch.from_numpy(theta))
        factor, info = torch.linalg.cholesky_ex(kernel.noisy)
        if int(info) != 0:
            return math.inf, np.zeros_like(theta)
        inverse = torch.cholesky_inverse(factor)
        residual = self.y - theta[-1] * kernel.a.v
        weights = inverse @ residual
        value = 0.5 * float(residual @ weights) + float(factor.diagonal().log().sum())
        if not math.isfinite(value):
            return math.inf, np.zeros_like(theta)
        log_prior, slope = self.layout.log_prior(theta)
        value += 0.5 * len(self.y) * math.log(2 * math.pi) - log_prior
        return value, kernel.gradient(0.5 * (inverse - torch.outer(weights, weights)), weights) - slope


class _Kernel:
    """The factors of one covariance matrix, kept for the gradient."""

    def __init__(self, problem: GradientLogPosterior, theta: Tensor) -> None:
        self.problem = problem
        self.covariance = GradientCovariance(problem.columns, problem.layout, theta, problem.kind)
        features = self.covariance.features(problem.x)
        self.a: Functionals = self.covariance.functionals(features)
        self.pairs: Pairs = pairs(self.a, self.a, problem.kind)
        # One column of mismatches for each category: all factors of the correlation without the numbers.
        self.outside = self.covariance.signal * (-(problem.differ @ self.covariance.overlap_weight)).exp()
        self.plain = self.outside * self.pairs.correlation(self.a.v, self.a.v)
        self.slopes = self.a.e.square().sum(-1)
        self.noisy = self.plain + torch.diag(self._shift())

    def _shift(self) -> Tensor:
        covariance, known = self.covariance, self.problem.noise
        of_value = torch.where(torch.isnan(known), covariance.noise, known)
        noise = torch.where(self.a.v > 0, of_value, covariance.slope_noise * self.slopes)
        return noise + JITTER * covariance.signal * self._unit()

    def _unit(self) -> Tensor:
        """The prior variances of the observations, in units of the signal."""
        return self.a.v + slope_variance(self.problem.kind) * self.slopes

    def gradient(self, outer: Tensor, weights: Tensor) -> Array:
        """Gradient of the negative log likelihood by all entries of `theta`."""
        problem, groups, own = self.problem, self.problem.layout.groups, self.covariance
        result = torch.zeros(problem.layout.size, dtype=outer.dtype)
        contracted, diagonal = outer * self.plain, outer.diagonal()
        jitter = JITTER * own.signal * (diagonal * self._unit()).sum()
        is_learned = (self.a.v > 0) & torch.isnan(problem.noise)
        result[groups["signal"]] = contracted.sum() + jitter
        result[groups["noise"]] = own.noise * diagonal[is_learned].sum()
        result[groups["slope_noise"]] = own.slope_noise * (diagonal * self.slopes).sum()
        result[groups["mean"]] = -(weights * self.a.v).sum()
        result[groups["overlap_scale"]] = (
            torch.einsum("ij,ijk->k", contracted, problem.differ) * own.overlap_weight
        )
        result[groups["lengthscale"]] = self._by_lengthscale(outer, diagonal)
        gradient: Array = result.numpy()
        return gradient

    def _by_lengthscale(self, outer: Tensor, diagonal: Tensor) -> Tensor:
        """Gradient by the logarithms of the lengthscales; `e` and `z` fall in proportion to one."""
        (z, e, v), (phi, square, alpha, beta, inner) = self.a, self.pairs
        weighted = outer * self.outside
        vb = v.unsqueeze(-2)
        linear = vb * alpha - v.unsqueeze(-1) * beta - inner
        third = third_derivative(square, phi, self.problem.kind)
        by_square = weighted * (
            v.unsqueeze(-1) * vb * phi.first + 2 * phi.second * linear - 4 * third * alpha * beta
        )
        by_alpha = weighted * (2 * phi.first * vb - 4 * phi.second * beta)  # that by beta is its image
        by_inner = -2 * weighted * phi.first
        noise = self.covariance.slope_noise
        noise = noise + JITTER * self.covariance.signal * slope_variance(self.problem.kind)
        total = by_alpha.sum(1, keepdim=True)
        by_z = 4 * (by_square.sum(1, keepdim=True) * z - by_square @ z) + 2 * (total * e - by_alpha.mT @ e)
        by_e = 2 * (total * z - by_alpha @ z + by_inner @ e + noise * diagonal.unsqueeze(-1) * e)
        summed: Tensor = (by_z * z + by_e * e).sum(0)
        return -summed
