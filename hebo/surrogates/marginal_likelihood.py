"""Log posterior density of GP hyperparameters and its gradient in closed form, many settings at once.

With `G = (K^-1 - a a^T) / 2`, `a = K^-1 (y - m)`, the gradient of the negative log likelihood along any
hyperparameter is `<G, dK>` (Rasmussen and Williams, 2006, 5.9). A lengthscale or warp exponent moves the
covariance through squared distances of features `f` only, and for a symmetric `H = G * dK/d(r^2)`
`d/df_i = 4 (h_i f_i - (H f)_i)` with the row sums `h`: no tensor of size `n x n x d` is ever formed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from hebo.surrogates.covariance import EDGE, Covariance, Inputs
from hebo.surrogates.hyperparameters import Layout
from hebo.surrogates.matern import matern_with_slope, squared_distances

_JITTER = 1e-9


@dataclass(frozen=True)
class LogPosterior:
    """The negative log posterior of hyperparameters given `n` observations.

    Attributes:
        layout: Of the hyperparameters.
        inputs: Of the `n` observed points.
        y: `n` values.
        smoothness: Of the Matern correlation.
    """

    layout: Layout
    inputs: Inputs
    y: Tensor
    smoothness: float

    @cached_property
    def log_u(self) -> Tensor:
        """Logarithms of the numeric columns, `n x k`."""
        return self.inputs.numeric.clamp(EDGE, 1 - EDGE).log()

    @cached_property
    def differ(self) -> Tensor:
        """Which categories differ between two points, `n^2 x c`, 0 or 1."""
        codes = self.inputs.codes
        return (codes.unsqueeze(-2) != codes.unsqueeze(-3)).to(self.y).flatten(0, 1)

    @torch.no_grad()
    def __call__(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Return `s` values in nats and their `s x p` gradients; infinite where `K` is not definite."""
        covariance = Covariance(self.layout, theta, self.smoothness)
        parts = _Parts(self, covariance)
        factor, info = torch.linalg.cholesky_ex(parts.noisy)
        failed = (info > 0) | ~torch.isfinite(parts.noisy).flatten(1).all(-1)
        if bool(failed.any()):
            factor = torch.where(failed.view(-1, 1, 1), torch.eye(len(self.y)).to(factor), factor)
        residual = (self.y - covariance.mean.unsqueeze(-1)).unsqueeze(-1)
        weights = torch.cholesky_solve(residual, factor)
        fit = 0.5 * (residual * weights).sum((-1, -2))
        log_det = factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        log_prior, prior_gradient = self.layout.log_prior(theta)
        value = fit + log_det + 0.5 * len(self.y) * math.log(2 * math.pi) - log_prior
        outer = 0.5 * (torch.cholesky_inverse(factor) - weights @ weights.mT)
        gradient = parts.gradient(outer, weights) - prior_gradient
        return torch.where(failed, math.inf, value), torch.where(failed.unsqueeze(-1), 0.0, gradient)


class _Parts:
    """The factors of one covariance matrix per setting, kept for the gradient."""

    def __init__(self, problem: LogPosterior, covariance: Covariance) -> None:
        self.problem, self.covariance = problem, covariance
        n = len(problem.y)
        plain = covariance.signal.view(-1, 1, 1).expand(-1, n, n)
        if problem.layout.n_numeric:
            self._warp()
            self.features = self.warped / covariance.group("lengthscale")
            self.correlation, self.slope = matern_with_slope(
                squared_distances(self.features, self.features), problem.smoothness
            )
            plain = plain * self.correlation
        if problem.layout.n_categorical:
            weight = 1.0 / (covariance.group("overlap_scale") * problem.layout.n_categorical)
            self.overlap = torch.exp(-(problem.differ @ weight.mT)).view(-1, n, n)
            plain = plain * self.overlap
        self.plain = plain
        shift = covariance.noise + _JITTER * covariance.signal
        self.noisy = plain + torch.diag_embed(shift.unsqueeze(-1).expand(-1, n))

    def _warp(self) -> None:
        problem, covariance = self.problem, self.covariance
        if not problem.layout.warp:
            self.warped = problem.inputs.numeric
            return
        self.powered = torch.exp(covariance.group("warp_a") * problem.log_u)
        self.log_rest = torch.log1p(-self.powered)
        self.rest = torch.exp(covariance.group("warp_b") * self.log_rest)
        self.warped = 1 - self.rest

    def gradient(self, outer: Tensor, weights: Tensor) -> Tensor:
        """Gradient of the negative log likelihood by the logarithms of the hyperparameters, `s x p`."""
        groups, covariance = self.problem.layout.groups, self.covariance
        result = torch.zeros_like(covariance.theta)
        contracted = outer * self.plain
        trace = outer.diagonal(dim1=-2, dim2=-1).sum(-1)
        result[:, groups["signal"]] = contracted.sum((-1, -2)).unsqueeze(-1)
        result[:, groups["signal"]] += (_JITTER * covariance.signal * trace).unsqueeze(-1)
        result[:, groups["noise"]] = (covariance.noise * trace).unsqueeze(-1)
        result[:, groups["mean"]] = -weights.sum(-2)
        if self.problem.layout.n_categorical:
            result[:, groups["overlap_scale"]] = self._by_overlap(contracted)
        if self.problem.layout.n_numeric:
            self._by_features(result, outer)
        return result

    def _by_overlap(self, contracted: Tensor) -> Tensor:
        weight = 1.0 / (self.covariance.group("overlap_scale") * self.problem.layout.n_categorical)
        sums: Tensor = contracted.flatten(1) @ self.problem.differ
        return sums * weight.squeeze(-2)

    def _by_features(self, result: Tensor, outer: Tensor) -> None:
        groups, covariance = self.problem.layout.groups, self.covariance
        inner = outer * self.slope * covariance.signal.view(-1, 1, 1)
        if self.problem.layout.n_categorical:
            inner = inner * self.overlap
        f = self.features
        by_feature = 4 * (inner.sum(-1, keepdim=True) * f - inner @ f)
        result[:, groups["lengthscale"]] = -(by_feature * f).sum(-2)
        if self.problem.layout.warp:
            by_warped = by_feature / covariance.group("lengthscale")
            a, b = covariance.group("warp_a"), covariance.group("warp_b")
            by_b = -self.log_rest * self.rest * b
            by_a = b * self.rest / (1 - self.powered) * self.powered * self.problem.log_u * a
            result[:, groups["warp_a"]] = (by_warped * by_a).sum(-2)
            result[:, groups["warp_b"]] = (by_warped * by_b).sum(-2)
