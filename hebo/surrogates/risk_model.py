"""Risk model: the risk measure of a model over variants of each point, as a model with normal predictions.

Notation: `m` variants of a point, `q` joint points, `s` draws.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import torch
from botorch.models.model import Model
from botorch.sampling.base import MCSampler
from torch import Generator, Size, Tensor

from hebo.abilities import LeaveOneOut, PathSampling
from hebo.base import RiskMeasure
from hebo.errors import IncompatibleError
from hebo.linalg import safe_cholesky
from hebo.random import make_generator
from hebo.surrogates.gaussian_model import MIN_VARIANCE, GaussianModel

N_DRAWS = 128
"""Joint draws of the values of a point's variants, of which measures other than the mean are taken."""

MAX_VARIANTS = 4096
"""Most variants that are asked about at once."""

# Variants that are next to one another have nearly singular covariances.
_NUGGET = 1e-6

Variants = Callable[[Tensor], Tensor]
"""From `... x d` points to their variants, `... x m x d`."""


class RiskModel(GaussianModel):
    """What a risk measure of the values of all variants of a point is, and how well it is known.

    With the joint posterior `N(mu, K)` of the values of the `m` variants, their weighted mean is normal with
    the moments `w' mu` and `w' K w`. Other measures are not normal; their moments are those of a fixed set of
    joint draws, so that they are smooth functions of the point. Several points have the correlations of
    draws.

    Observations are those of single values, at the points as they are told: it is they that the inner model
    is conditioned on.

    Args:
        inner: Of the values.
        variants: Of each point.
        weights: `m`, sum to one.
        risk: The measure.
    """

    def __init__(self, inner: GaussianModel, variants: Variants, weights: Tensor, risk: RiskMeasure) -> None:
        super().__init__()
        self.inner, self.variants, self.weights, self.risk = inner, variants, weights, risk

    @property
    def batch_shape(self) -> Size:
        """That of the inner model."""
        return self.inner.batch_shape

    @property
    def noise_variance(self) -> Tensor:
        """Variance of the noise of an observation, which is one of a single value."""
        return self.inner.noise_variance

    def _with(self, inner: GaussianModel) -> Self:
        return type(self)(inner, self.variants, self.weights, self.risk)

    def means(self, x: Tensor) -> Tensor:
        """Means, `b`, at `b x d` points."""
        if not self.risk.is_mean or self.batch_shape:
            return self.marginals(x)[0]
        parts = self.variants(x).split(self._n_at_once)
        return torch.cat([self.inner.means(one.flatten(0, 1)).reshape(one.shape[:-1]) for one in parts]) @ (
            self.weights.to(x)
        )

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points; differentiable where the inner model is."""
        parts = [self._marginals(one) for one in x.split(self._n_at_once)]
        means, variances = (torch.cat(part) for part in zip(*parts, strict=True))
        return means.movedim(0, -1), variances.movedim(0, -1)

    @property
    def _n_at_once(self) -> int:
        return max(1, MAX_VARIANTS // len(self.weights))

    def _marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Moments, `b x ...` with the batch shape last, at `b x d` points."""
        points = self.variants(x)
        shape = (len(x), *(1 for _ in self.batch_shape), *points.shape[-2:])
        mean, covariance = self.inner.joint(points.reshape(shape))
        weights = self.weights.to(x)
        if self.risk.is_mean:
            variance = (covariance @ weights) @ weights
            return mean @ weights, variance.clamp_min(MIN_VARIANCE)
        drawn = self.risk.of(self._draws(mean, covariance), weights)
        return drawn.mean(0), drawn.var(0, correction=0).clamp_min(MIN_VARIANCE)

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
        points, weights = self.variants(x), self.weights.to(x)
        mean, covariance = self.inner.joint(points.flatten(-3, -2))
        q, m = points.shape[-3:-1]
        if self.risk.is_mean:
            means, covariances = _averaged(mean, covariance, weights, q)
            floor = MIN_VARIANCE * torch.eye(q).to(means)
            return means, covariances + floor
        together = self.risk.of(self._draws(mean, covariance).unflatten(-1, (q, m)), weights)
        blocks = covariance.unflatten(-1, (q, m)).unflatten(-3, (q, m))
        own = blocks.diagonal(dim1=-4, dim2=-2).movedim(-1, -3)
        return _joined(self.risk.of(self._draws(mean.unflatten(-1, (q, m)), own), weights), together)

    def _draws(self, mean: Tensor, covariance: Tensor) -> Tensor:
        """Joint draws, `s x ... x k`, of `... x k` values; the same standard normal ones each time."""
        k = mean.shape[-1]
        scale = covariance.diagonal(dim1=-2, dim2=-1).mean(-1, keepdim=True).unsqueeze(-1)
        factor = safe_cholesky(covariance + _NUGGET * scale * torch.eye(k).to(mean))
        z = _standard_normal(k).to(mean)
        return mean + torch.einsum("...ij,sj->s...i", factor, z)

    @torch.no_grad()
    def explained(self, x: Tensor, at: Tensor) -> Tensor:
        """Share of the variance of the measure that an observation at each of some points takes away, `k`.

        It is the squared correlation of the noisy observation and the measure.

        Args:
            x: `d`, the point whose measure it is.
            at: `k x d` points to observe.
        """
        variants, weights = self.variants(x), self.weights.to(x)
        m = len(variants)
        mean, covariance = self.inner.joint(torch.cat([variants, at]))
        if self.risk.is_mean:
            cross = covariance[m:, :m] @ weights
            total = weights @ covariance[:m, :m] @ weights
        else:
            values = self._draws(mean, covariance)
            apart = self.risk.of(values[:, :m], weights)
            apart = apart - apart.mean()
            cross = (apart.unsqueeze(-1) * (values[:, m:] - mean[m:])).mean(0)
            total = apart.square().mean()
        noisy = covariance.diagonal()[m:] + self.noise_variance
        share: Tensor = cross.square() / (noisy * total.clamp_min(1e-300))
        return share.clamp(0.0, 1.0)

    def condition_on_observations(
        self, X: Tensor, Y: Tensor, noise: Tensor | None = None, **kwargs: Any
    ) -> Self:
        """Return the model with further observations of single values; see `GaussianProcess`."""
        inner: Any = self.inner  # BoTorch's contract, which `GaussianModel` does not restate
        return self._with(inner.condition_on_observations(X, Y, noise=noise, **kwargs))

    def believing(self, x: Tensor) -> Self:
        """Return the model that takes the inner means at points (`n x d`) for observations."""
        return self.condition_on_observations(x, self.inner.means(x).unsqueeze(-1))

    def fantasize(
        self, X: Tensor, sampler: MCSampler, observation_noise: Tensor | None = None, **kwargs: Any
    ) -> Self:
        """Return fantasies: of observations of single values; see `GaussianModel`."""
        return self._with(self.inner.fantasize(X, sampler, observation_noise, **kwargs))


class _OfLeaveOneOut(RiskModel):
    """Of a model that predicts each observation from the others."""

    def leave_one_out(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return the predictions of the inner model, of single values; see `hebo.abilities.LeaveOneOut`."""
        inner: Any = self.inner
        values, errors, variances = inner.leave_one_out()
        return values, errors, variances


class _OfPaths(RiskModel):
    """Of a model that draws functions."""

    def sample_path(self, generator: Generator) -> Callable[[Tensor], Tensor]:
        """Return the measure of the variants of a point under a function drawn from the inner model."""
        inner: Any = self.inner
        path: Callable[[Tensor], Tensor] = inner.sample_path(generator)

        def measured(x: Tensor) -> Tensor:
            points = self.variants(x)
            values = path(points.flatten(0, -2)).reshape(points.shape[:-1])
            return self.risk.of(values, self.weights.to(x))

        return measured


class _OfBoth(_OfLeaveOneOut, _OfPaths):
    """Of a model that does both."""


def risk_model(inner: Model, variants: Variants, weights: Tensor, risk: RiskMeasure) -> RiskModel:
    """Return the risk model of a model, with those of its abilities that carry over.

    Raises:
        IncompatibleError: If the predictions of the model have no joint moments.
    """
    if not isinstance(inner, GaussianModel):
        raise IncompatibleError(
            f"{type(inner).__name__} has no joint normal predictions of several points, of which a risk "
            "measure could be taken; use warped_gp, mixed_gp or extra_trees"
        )
    leaves_out, draws = isinstance(inner, LeaveOneOut), isinstance(inner, PathSampling)
    kinds = {(True, True): _OfBoth, (True, False): _OfLeaveOneOut, (False, True): _OfPaths}
    return kinds.get((leaves_out, draws), RiskModel)(inner, variants, weights, risk)


def _averaged(mean: Tensor, covariance: Tensor, weights: Tensor, q: int) -> tuple[Tensor, Tensor]:
    """Return the moments of the weighted means of `q` points from those of all their variants."""
    m = len(weights)
    blocks = covariance.unflatten(-1, (q, m)) @ weights
    return mean.unflatten(-1, (q, m)) @ weights, blocks.unflatten(-2, (q, m)).movedim(-2, -1) @ weights


def _joined(alone: Tensor, together: Tensor) -> tuple[Tensor, Tensor]:
    """Return the moments that points have by themselves, with the correlations of joint draws.

    So the moments of a point do not depend on the points beside it.

    Args:
        alone: Draws of each of `q` points, `s x ... x q`.
        together: Joint draws, `s x ... x q`.
    """
    apart = together - together.mean(0)
    apart = apart / apart.square().mean(0).clamp_min(MIN_VARIANCE).sqrt()
    correlation = torch.einsum("s...i,s...j->...ij", apart, apart) / len(apart)
    sd = alone.var(0, correction=0).clamp_min(MIN_VARIANCE).sqrt()
    floor = MIN_VARIANCE * torch.eye(sd.shape[-1]).to(sd)
    return alone.mean(0), sd.unsqueeze(-1) * correlation * sd.unsqueeze(-2) + floor


def _standard_normal(k: int) -> Tensor:
    """Return `s x k` standard normal numbers, the first columns the same whatever `k` is.

    Each column has mean 0 and variance 1, so that draws of a normal value have its very moments.
    """
    half = torch.randn(k, N_DRAWS // 2, generator=make_generator("risk"), dtype=torch.float64)
    z = torch.cat([half, -half], dim=1)
    return (z / z.square().mean(1, keepdim=True).sqrt()).T
