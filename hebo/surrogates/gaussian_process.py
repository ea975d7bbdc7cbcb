"""Exact Gaussian process with given hyperparameters, as a BoTorch model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self, runtime_checkable

import torch
from torch import Generator, Size, Tensor

from hebo.errors import IncompatibleError
from hebo.linalg import safe_cholesky
from hebo.surrogates.gaussian_model import MIN_VARIANCE, GaussianModel
from hebo.surrogates.paths import sample_path

MAX_PAIRS = 2**22
"""Most pairs of a point and an observation whose covariance is computed at once: 32 MiB."""

_NO_NOISE = 1e-8
"""Stands for none, in units of the signal: covariances of near points can be factorized with it."""


class CovarianceFunction(Protocol):
    """A stationary covariance with its hyperparameters, constant mean and noise.

    Attributes:
        mean: Of every value.
        signal: Prior variance, the same at every point.
        noise: Variance of the observation noise.
    """

    mean: Tensor
    signal: Tensor
    noise: Tensor

    def features(self, x: Tensor) -> Tensor:
        """Return what is computed once per point, of `... x d` points."""

    def between(
        self, a: Tensor, b: Tensor, features_a: Tensor | None = None, features_b: Tensor | None = None
    ) -> Tensor:
        """Covariance of `... x n x d` and `... x m x d` points, `... x n x m`."""

    def noisy(self, x: Tensor, features: Tensor, noise: Tensor | None = None) -> Tensor:
        """Covariance of noisy observations, `... x n x n`, at `... x n x d` points.

        The variances of the noise are known, `... x n`, or that of all.
        """


@runtime_checkable
class WithSlopes(Protocol):
    """A covariance with derivatives by the points in closed form."""

    def with_slopes(
        self, x: Tensor, data: Tensor, features: Tensor
    ) -> tuple[Tensor, Callable[[Sequence[Tensor]], Tensor]]:
        """Return the covariances with the data, and what returns slopes of weighted sums of them.

        Args:
            x: `b x d` points.
            data: `n x d` points.
            features: Of the data.

        Returns:
            The covariances `k`, `b x n`, and a function of `p` weights `w`, `n` or `b x n` each, to the
            slopes of the sums `sum_i w_i k_i` by the columns of `x`, `p x b x d`.
        """


def widening(n: int) -> float:
    """Return what variances are multiplied by where `n` values determined the hyperparameters."""
    return (n + 3) / max(1, n - 1)


class GaussianProcess(GaussianModel):
    """The posterior of a GP given `n` noisy values.

    Single points, by the thousand and with gradients in closed form, are answered from cached factors
    without a joint covariance. All variances are widened by `(m + 3) / (m - 1)` where `m` values have
    determined the hyperparameters: predictions with an unknown scale are Student's, whose variance is larger
    by about `m / (m - 2)` (Shah et al., 2014); the rest covers the other hyperparameters, which are taken at
    their mode, and was chosen for calibration.

    A known variance `v` of the noise of an observation counts as it is: with prior covariance `c K` for the
    widened one, values have the covariance `c K + diag(v)`.

    Conditioned on several sets of observations it is a batch of processes: what it holds has leading axes
    then, which broadcast with one another. Fantasies of one point share points and factor, not values.

    Args:
        covariance: With its hyperparameters.
        x: `... x n x d` encoded points.
        y: `... x n` values.
        n_fitted: `m`; None for `n`.
        factor: Cholesky factor of the covariance of `y`, `... x n x n`, where it is known.
        noise: Known variances of the values, `... x n`, NaN where the learned one holds; None: everywhere.
    """

    def __init__(
        self,
        covariance: CovarianceFunction,
        x: Tensor,
        y: Tensor,
        n_fitted: int | None = None,
        factor: Tensor | None = None,
        noise: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.covariance, self.x, self.y = covariance, x, y
        self.n_fitted = x.shape[-2] if n_fitted is None else n_fitted
        self.widening = self._widening()
        self.features = covariance.features(x)
        self.factor = (
            safe_cholesky(covariance.noisy(x, self.features, self._before_widening(noise)))
            if factor is None
            else factor
        )
        self.weights = torch.cholesky_solve(
            (y - self._prior_mean(x, self.features)).unsqueeze(-1), self.factor
        )[..., 0]
        is_plain = not self.batch_shape and not self.weights.requires_grad
        self._slopes = covariance if is_plain and isinstance(covariance, WithSlopes) else None

    @property
    def batch_shape(self) -> Size:
        """That of the sets of observations."""
        return self.weights.shape[:-1]

    @property
    def noise_variance(self) -> Tensor:
        """Variance of the observation noise."""
        return self.widening * self.covariance.noise

    def means(self, x: Tensor) -> Tensor:
        """Means, `b`, at `b x d` points."""
        if len(parts := self._parts(x)) > 1:
            return torch.cat([self.means(one) for one in parts])
        cross, features = self._cross(x)
        return self._means(cross, x, features)

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points; differentiable once."""
        if x.requires_grad and torch.is_grad_enabled() and self._slopes is not None:
            mean, variance = _Marginals.apply(x, self, self._slopes)
            return mean, variance
        if len(parts := self._parts(x)) > 1:
            means, variances = zip(*(self.marginals(one) for one in parts), strict=True)
            return torch.cat(means), torch.cat(variances)
        cross, features = self._cross(x)
        return self._moments(self._whitened(cross), cross, x, features)

    def _cross(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Covariances of `... x d` points with the data, `... x n`, and features of the points."""
        features = self.covariance.features(x)
        return self.covariance.between(x, self.x, features, self.features), features

    def _parts(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return points in parts of which no covariance with the data is larger than `MAX_PAIRS`."""
        parts: tuple[Tensor, ...] = x.split(max(1, MAX_PAIRS // self.x.shape[-2]))
        return parts

    def _whitened(self, cross: Tensor) -> Tensor:
        """`k L^-T` of `... x n` covariances `k` with the data."""
        is_single = self.factor.dim() == 2  # then rows of any shape are one matrix
        rows = cross.reshape(-1, cross.shape[-1]) if is_single else cross
        solved: Tensor = torch.linalg.solve_triangular(self.factor.mT, rows, upper=True, left=False)
        return solved.reshape(cross.shape) if is_single else solved

    def _moments(
        self, whitened: Tensor, cross: Tensor, x: Tensor, features: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        before = self._prior_variance(x, features)
        variance = (before - whitened.square().sum(-1)).clamp_min(MIN_VARIANCE)
        return self._means(cross, x, features), self.widening * variance

    def _means(self, cross: Tensor, x: Tensor, features: Tensor | None = None) -> Tensor:
        """Means at `... x d` points with `... x n` covariances with the data."""
        before = self._prior_mean(x, features)
        if self.weights.dim() == 1:
            return before + cross @ self.weights
        return before + (cross @ self.weights.unsqueeze(-1)).squeeze(-1)

    def _prior_mean(self, x: Tensor, features: Tensor | None) -> Tensor:
        """Mean before any data at `... x d` points, `...`; or one number for all."""
        return self.covariance.mean

    def _prior_variance(self, x: Tensor, features: Tensor | None) -> Tensor:
        """Variance before any data at `... x d` points, `...`; or one number for all."""
        return self.covariance.signal

    def _prior_slopes(self, x: Tensor) -> Tensor:
        """Slopes of the mean and of the widened variance before any data, `2 x b x d`, or zeros like them."""
        return x.new_zeros(2, 1, 1)

    def _widening(self) -> float:
        """What variances are multiplied by."""
        return widening(self.n_fitted)

    def leave_one_out(self) -> tuple[Tensor, Tensor, Tensor]:
        """See `hebo.abilities.LeaveOneOut`.

        The errors are `(K^-1 (y - m))_i / (K^-1)_ii`, the variances `1 / (K^-1)_ii` (Rasmussen & Williams,
        2006, 5.12), widened as all are.
        """
        eye = torch.eye(self.x.shape[-2], dtype=self.x.dtype, device=self.x.device)
        precision = torch.linalg.solve_triangular(self.factor, eye, upper=False).square().sum(-2)
        parts = self.y, self.weights / precision, self.widening / precision
        y, error, variance = (one[..., : self.n_fitted] for one in parts)  # beliefs come after what was told
        return y, error, variance

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
        cross, features = self._cross(x)
        whitened = self._whitened(cross)
        covariance = self.covariance.between(x, x, features, features) - whitened @ whitened.mT
        floor = MIN_VARIANCE * torch.eye(x.shape[-2], dtype=x.dtype, device=x.device)
        means = self._means(cross, x, features)
        return means, (self.widening * (covariance + floor)).expand(*means.shape, -1)

    def cross(self, a: Tensor, b: Tensor) -> Tensor:
        """Posterior covariances, `n x m`, of `n x d` and `m x d` points."""
        of_a = self._whitened(self.covariance.between(a, self.x, None, self.features))
        of_b = self._whitened(self.covariance.between(b, self.x, None, self.features))
        return self.widening * (self.covariance.between(a, b) - of_a @ of_b.mT)

    def sample_path(self, generator: Generator) -> Callable[[Tensor], Tensor]:
        """See `hebo.surrogates.paths.sample_path`.

        Raises:
            IncompatibleError: If this is a batch of processes.
        """
        if self.batch_shape:
            raise IncompatibleError(
                f"a path is drawn from one process, not from a batch of {tuple(self.batch_shape)}; condition "
                "the model on one set of observations"
            )
        return sample_path(self, self._support(), generator)

    def _support(self) -> Tensor:
        """Points whose recombinations support a path."""
        return self.x

    def condition_on_observations(
        self, X: Tensor, Y: Tensor, noise: Tensor | None = None, **kwargs: Any
    ) -> Self:
        """Return the model with further observations and the same hyperparameters.

        Args:
            X: `... x k x d` points.
            Y: `... x k x 1` values; the axes before broadcast with those of `X` and of the model.
            noise: `... x k x 1` known variances of the values, NaN for the learned one; None: for all.
            kwargs: Settings of BoTorch's own models, which mean nothing here.
        """
        known = None if noise is None else self._before_widening(noise.squeeze(-1))
        of_noise = X.shape[:-2] if known is None else known.shape[:-1]
        batch = torch.broadcast_shapes(self.x.shape[:-2], X.shape[:-2], of_noise)
        added = X.expand(*batch, *X.shape[-2:])
        y_batch = torch.broadcast_shapes(self.y.shape[:-1], Y.shape[:-2], batch)
        values = [one.expand(*y_batch, -1) for one in (self.y, Y.squeeze(-1))]
        x = torch.cat([self.x.expand(*batch, -1, -1), added], -2)
        factor = self._extended(added, known)
        return self._conditioned(x, torch.cat(values, -1), factor)

    def reinterpolated(self) -> Self:
        """See `hebo.abilities.Reinterpolating`: the same weights, and a factor without noise."""
        noise = torch.full_like(self.weights, _NO_NOISE) * self.covariance.signal
        factor = safe_cholesky(self.covariance.noisy(self.x, self.features, noise))
        found = self._conditioned(self.x, self.y, factor)
        found.weights = self.weights
        return found

    def _conditioned(self, x: Tensor, y: Tensor, factor: Tensor) -> Self:
        """Return the process of other observations with the same hyperparameters."""
        return type(self)(self.covariance, x, y, self.n_fitted, factor)

    def _before_widening(self, noise: Tensor | None) -> Tensor | None:
        """Return variances of the noise in units of the covariance function; see the class."""
        if noise is None:
            return None
        return torch.where(torch.isnan(noise), self.covariance.noise, noise / self.widening)

    def _extended(self, x: Tensor, noise: Tensor | None) -> Tensor:
        """The Cholesky factor with `... x k x d` further points, in `O(k n^2)`."""
        features = self.covariance.features(x)
        below = self._whitened(self.covariance.between(x, self.x, features, self.features))
        corner = safe_cholesky(self.covariance.noisy(x, features, noise) - below @ below.mT)
        factor = self.factor.expand(*below.shape[:-2], -1, -1)
        above = torch.zeros_like(below.mT)
        return torch.cat([torch.cat([factor, above], -1), torch.cat([below, corner], -1)], -2)


class _Marginals(torch.autograd.Function):
    """Means and variances with their gradients by the numeric columns, in a handful of operations.

    Of the covariances `k` with the data the mean is a sum with the weights `K^-1 (y - m)`; the variance has
    the slope of one with `-2 K^-1 k`.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, gp: GaussianProcess, covariance: Any) -> tuple[Tensor, Tensor]:
        cross, slopes = covariance.with_slopes(x, gp.x, gp.features)
        whitened = gp._whitened(cross)
        mean, variance = gp._moments(whitened, cross, x)
        solved = torch.linalg.solve_triangular(gp.factor, whitened, upper=False, left=False)
        jacobians = slopes([gp.weights, -2 * gp.widening * solved]) + gp._prior_slopes(x)
        ctx.save_for_backward(jacobians[0], jacobians[1])
        return mean, variance

    @staticmethod
    def backward(ctx: Any, by_mean: Tensor, by_variance: Tensor) -> tuple[Tensor, None, None]:
        of_mean, of_variance = ctx.saved_tensors
        return by_mean.unsqueeze(-1) * of_mean + by_variance.unsqueeze(-1) * of_variance, None, None
