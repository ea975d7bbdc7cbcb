"""Log posterior density of GP hyperparameters and its gradient, in closed form.

With `G = (K^-1 - a a^T) / 2`, `a = K^-1 (y - m)`, the gradient of the negative log likelihood along any
hyperparameter is `<G, dK>` (Rasmussen and Williams, 2006, 5.9). A lengthscale or warp exponent moves the
covariance through squared distances of features `f` only, and for a symmetric `H = G * dK/d(r^2)`
`d/df_i = 4 (h_i f_i - (H f)_i)` with the row sums `h`: no array of size `n x n x d` is ever formed.

Written on NumPy arrays: matrices are small here, and each call of a torch operation costs more than its work.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.linalg.lapack import dpotrf

from hebo.kernels.distances import squared_distances_within
from hebo.kernels.kumaraswamy import EDGE, KumaraswamySlopes
from hebo.kernels.matern import matern_with_slope
from hebo.kernels.transformed_overlap import mismatch_decay, mismatches
from hebo.surrogates.hyperparameters import Array, Layout

JITTER = 1e-9
"""Always added to the diagonal, in units of the prior variance."""


class LogPosterior:
    """The negative log posterior of hyperparameters given `n` observations.

    Args:
        layout: Of the hyperparameters.
        numeric: `n x k` columns in `[0, 1]`.
        codes: `n x c` categories.
        y: `n` values.
        smoothness: Of the Matern correlation.
        noise: `n` known variances of the noise, NaN where it is to be learned; None: everywhere.
        offset: Correlation of the offsets of contexts, `n x n`; None without contexts.
    """

    def __init__(
        self,
        layout: Layout,
        numeric: Array,
        codes: Array,
        y: Array,
        smoothness: float,
        noise: Array | None = None,
        offset: Array | None = None,
    ) -> None:
        self.layout, self.y, self.smoothness = layout, y, smoothness
        self.noise, self.offset = noise, offset
        self.is_learned = np.ones(len(y), dtype=bool) if noise is None else np.isnan(noise)
        self.numeric = numeric
        self.log_u = np.log(np.clip(numeric, EDGE, 1 - EDGE))
        self.differ = mismatches(codes, codes).astype(float)

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Ranges of the hyperparameters."""
        return list(zip(self.layout.lower.tolist(), self.layout.upper.tolist(), strict=True))

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Return the value in nats and its gradient, `p`; an infinite value where `K` is not definite."""
        kernel = self._kernel(theta)
        factor, info = dpotrf(kernel.noisy.T, lower=1, clean=1, overwrite_a=1)
        if info != 0:
            return math.inf, np.zeros_like(theta)
        inverse = torch.cholesky_inverse(
            torch.from_numpy(factor)
        ).numpy()  # twice as fast as LAPACK's by SciPy
        residual = self.y - theta[-1]
        weights = inverse @ residual
        value = 0.5 * float(residual @ weights) + float(np.log(factor.diagonal()).sum())
        if not math.isfinite(value):
            return math.inf, np.zeros_like(theta)
        log_prior, slope = self.layout.log_prior(theta)
        value += 0.5 * len(self.y) * math.log(2 * math.pi) - log_prior
        return value, kernel.gradient(0.5 * (inverse - np.outer(weights, weights)), weights) - slope

    def _kernel(self, theta: Array) -> NoisyKernel:
        """Return the covariance of the observations under a setting."""
        return NoisyKernel(self, theta)


class NoisyKernel:
    """The factors of one covariance matrix, kept for the gradient.

    A subclass multiplies the covariance by a further factor, whose gradient it adds.
    """

    def __init__(self, problem: LogPosterior, theta: Array) -> None:
        self.problem, self.theta = problem, theta
        self.positive = np.exp(theta[:-1])  # a long step may take the mean where its exponential overflows
        groups = problem.layout.groups
        self.signal, self.noise = (
            float(self.positive[groups["signal"]][0]),
            float(self.positive[groups["noise"]][0]),
        )
        n = len(problem.y)
        plain = np.full((n, n), self.signal)
        if problem.layout.n_numeric:
            self.features = self._warped() / self.positive[groups["lengthscale"]]
            square = squared_distances_within(self.features)
            correlation, self.slope = matern_with_slope(square, problem.smoothness)
            plain *= correlation
        self.factor = self._factor()
        if self.factor is not None:
            plain *= self.factor
        self.plain = plain
        self.noisy = plain.copy() if problem.offset is None else plain + self._offset() * problem.offset
        self.noisy.flat[:: n + 1] += self._noise() + JITTER * self.signal

    def _offset(self) -> float:
        """The variance of the offsets of contexts."""
        return float(self.positive[self.problem.layout.groups["offset"]][0])

    def _factor(self) -> Array | None:
        """Return what does not depend on the numeric columns, `n x n`; None stands for ones."""
        problem = self.problem
        if not problem.layout.n_categorical:
            return None
        scale = self.positive[problem.layout.groups["overlap_scale"]]
        self.weight = 1.0 / (scale * problem.layout.n_categorical)
        overlap: Array = mismatch_decay(problem.differ, self.weight)
        return overlap

    def _noise(self) -> Array | float:
        known = self.problem.noise
        return self.noise if known is None else np.where(self.problem.is_learned, self.noise, known)

    def _warped(self) -> Array:
        problem, groups = self.problem, self.problem.layout.groups
        if not problem.layout.warp:
            return problem.numeric
        a, b = self.positive[groups["warp_a"]], self.positive[groups["warp_b"]]
        self.warp = KumaraswamySlopes(problem.log_u, a, b)
        warped: Array = self.warp.value
        return warped

    def gradient(self, outer: Array, weights: Array) -> Array:
        """Gradient of the negative log likelihood by all entries of `theta`."""
        problem, groups = self.problem, self.problem.layout.groups
        result = np.zeros_like(self.theta)
        contracted = outer * self.plain
        trace = float(outer.trace())
        result[groups["signal"]] = contracted.sum() + JITTER * self.signal * trace
        result[groups["noise"]] = self.noise * self._trace_of_learned(outer, trace)
        result[groups["mean"]] = -weights.sum()
        if problem.offset is not None:
            result[groups["offset"]] = self._offset() * np.tensordot(outer, problem.offset, 2)
        if problem.layout.n_categorical:
            result[groups["overlap_scale"]] = np.tensordot(contracted, problem.differ, 2) * self.weight
        if problem.layout.n_numeric:
            self._by_features(result, outer)
        return result

    def _trace_of_learned(self, outer: Array, trace: float) -> float:
        """Trace over the observations whose noise is learned."""
        if self.problem.noise is None:
            return trace
        return float(outer.diagonal()[self.problem.is_learned].sum())

    def _by_features(self, result: Array, outer: Array) -> None:
        problem, groups, f = self.problem, self.problem.layout.groups, self.features
        inner = outer * self.slope
        inner *= self.signal
        if self.factor is not None:
            inner *= self.factor
        by_feature = 4 * (inner.sum(1)[:, None] * f - inner @ f)
        result[groups["lengthscale"]] = -(by_feature * f).sum(0)
        if problem.layout.warp:
            by_warped = by_feature / self.positive[groups["lengthscale"]]
            result[groups["warp_a"]], result[groups["warp_b"]] = self.warp.by_log_exponents(by_warped)
