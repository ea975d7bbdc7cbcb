"""An exact Gaussian process with given hyperparameters, as a BoTorch model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Generator, Tensor

from hebo.linalg import safe_cholesky
from hebo.surrogates.gaussian_model import LEAST_VARIANCE, GaussianModel
from hebo.surrogates.hyperparameters import Columns
from hebo.surrogates.paths import sample_path

MAX_PAIRS = 2**22
"""Most pairs of a point and an observation whose covariance is computed at once: 32 MiB."""


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

    def noisy(self, x: Tensor, features: Tensor) -> Tensor:
        """Covariance of noisy observations, `n x n`, at `n x d` points."""


@runtime_checkable
class WithSlopes(Protocol):
    """A covariance of the squared distance of features, with derivatives in closed form."""

    columns: Columns

    def features_with_slopes(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Features and the derivative of each by its column, both `... x k`."""

    def between_with_slope(
        self, a: Tensor, b: Tensor, features_a: Tensor, features_b: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Covariance, and its derivative by the squared distance of the features."""


class GaussianProcess(GaussianModel):
    """The posterior of a GP given `n` noisy values.

    Single points, by the thousand and with gradients in closed form, are answered from cached factors
    without a joint covariance. All variances are widened by `(m + 3) / (m - 1)` where `m` values have
    determined the hyperparameters: predictions with an unknown scale are Student's, whose variance is larger
    by about `m / (m - 2)` (Shah et al., 2014); the rest covers the other hyperparameters, which are taken at
    their mode, and was chosen for calibration.

    Args:
        covariance: With its hyperparameters.
        x: `n x d` encoded points.
        y: `n` values.
        n_fitted: `m`; None for `n`.
        factor: Cholesky factor of the covariance of `y`, `n x n`, where it is known.
    """

    def __init__(
        self,
        covariance: CovarianceFunction,
        x: Tensor,
        y: Tensor,
        n_fitted: int | None = None,
        factor: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.covariance, self.x, self.y = covariance, x, y
        self._slopes = covariance if isinstance(covariance, WithSlopes) else None
        self.n_fitted = len(x) if n_fitted is None else n_fitted
        self.widening = (self.n_fitted + 3) / max(1, self.n_fitted - 1)
        self.features = covariance.features(x)
        self.factor = safe_cholesky(covariance.noisy(x, self.features)) if factor is None else factor
        self.weights = torch.cholesky_solve((y - covariance.mean).unsqueeze(1), self.factor)[:, 0]

    @property
    def noise_variance(self) -> Tensor:
        """Variance of the observation noise."""
        return self.widening * self.covariance.noise

    def means(self, x: Tensor) -> Tensor:
        """Means, `b`, at `b x d` points."""
        if len(parts := self._parts(x)) > 1:
            return torch.cat([self.means(one) for one in parts])
        cross = self.covariance.between(x, self.x, None, self.features)
        return self.covariance.mean + cross @ self.weights

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points; differentiable once."""
        if x.requires_grad and torch.is_grad_enabled() and self._slopes is not None:
            mean, variance = _Marginals.apply(x, self, self._slopes)
            return mean, variance
        if len(parts := self._parts(x)) > 1:
            means, variances = zip(*(self.marginals(one) for one in parts), strict=True)
            return torch.cat(means), torch.cat(variances)
        cross = self.covariance.between(x, self.x, None, self.features)
        return self._moments(self._whitened(cross), cross)

    def _parts(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return points in parts of which no covariance with the data is larger than `MAX_PAIRS`."""
        parts: tuple[Tensor, ...] = x.split(max(1, MAX_PAIRS // len(self.x)))
        return parts

    def _whitened(self, cross: Tensor) -> Tensor:
        """`k L^-T` of `... x n` covariances `k` with the data."""
        rows = cross.reshape(-1, cross.shape[-1])
        solved: Tensor = torch.linalg.solve_triangular(self.factor.mT, rows, upper=True, left=False)
        return solved.reshape(cross.shape)

    def _moments(self, whitened: Tensor, cross: Tensor) -> tuple[Tensor, Tensor]:
        variance = (self.covariance.signal - whitened.square().sum(-1)).clamp_min(LEAST_VARIANCE)
        return self.covariance.mean + cross @ self.weights, self.widening * variance

    def leave_one_out(self) -> tuple[Tensor, Tensor, Tensor]:
        """See `hebo.abilities.LeaveOneOut`.

        The errors are `(K^-1 (y - m))_i / (K^-1)_ii`, the variances `1 / (K^-1)_ii` (Rasmussen & Williams,
        2006, 5.12), widened as all are.
        """
        eye = torch.eye(len(self.x), dtype=self.x.dtype, device=self.x.device)
        precision = torch.linalg.solve_triangular(self.factor, eye, upper=False).square().sum(0)
        told = slice(self.n_fitted)  # beliefs at pending points come after them
        return self.y[told], (self.weights / precision)[told], (self.widening / precision)[told]

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
        cross = self.covariance.between(x, self.x, None, self.features)
        whitened = self._whitened(cross)
        covariance = self.covariance.between(x, x) - whitened @ whitened.mT
        floor = LEAST_VARIANCE * torch.eye(x.shape[-2], dtype=x.dtype, device=x.device)
        return self.covariance.mean + cross @ self.weights, self.widening * (covariance + floor)

    def cross(self, a: Tensor, b: Tensor) -> Tensor:
        """Posterior covariances, `n x m`, of `n x d` and `m x d` points."""
        of_a = self._whitened(self.covariance.between(a, self.x, None, self.features))
        of_b = self._whitened(self.covariance.between(b, self.x, None, self.features))
        return self.widening * (self.covariance.between(a, b) - of_a @ of_b.mT)

    def sample_path(self, generator: Generator) -> Callable[[Tensor], Tensor]:
        """See `hebo.surrogates.paths.sample_path`."""
        return sample_path(self, self.x, generator)

    def condition_on_observations(self, X: Tensor, Y: Tensor, **kwargs: Any) -> GaussianProcess:
        """Return the model with further observations, `k x d` and `k x 1`, and the same hyperparameters."""
        x, y = torch.cat([self.x, X]), torch.cat([self.y, Y.squeeze(-1)])
        return GaussianProcess(self.covariance, x, y, self.n_fitted, self._extended(X))

    def _extended(self, x: Tensor) -> Tensor:
        """The Cholesky factor with `k x d` further points, in `O(k n^2)`."""
        features = self.covariance.features(x)
        below = self._whitened(self.covariance.between(x, self.x, features, self.features))
        corner = safe_cholesky(self.covariance.noisy(x, features) - below @ below.mT)
        above = below.new_zeros(below.shape[::-1])
        return torch.cat([torch.cat([self.factor, above], 1), torch.cat([below, corner], 1)])


class _Marginals(torch.autograd.Function):
    """Means and variances with their gradients by the numeric columns, in a handful of operations.

    With `g = dk/d(r^2)` of the covariances `k` with the data, weights `w` on `k` move a point's features `f`
    by `2 sum_i w_i g_i (f - f_i)`: for the mean `w = K^-1 (y - m)`, for the variance `w = -2 K^-1 k`.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, gp: GaussianProcess, covariance: Any) -> tuple[Tensor, Tensor]:
        if not covariance.columns.numeric:
            cross = covariance.between(x, gp.x)
            ctx.save_for_backward(torch.zeros_like(x), torch.zeros_like(x))
            return gp._moments(gp._whitened(cross), cross)
        f, f_slopes = covariance.features_with_slopes(x)
        cross, slope = covariance.between_with_slope(x, gp.x, f, gp.features)
        whitened = gp._whitened(cross)
        mean, variance = gp._moments(whitened, cross)
        solved = torch.linalg.solve_triangular(gp.factor, whitened, upper=False, left=False)
        pulls = torch.stack([slope * gp.weights, slope * (-2 * gp.widening * solved)])
        moved = 2 * f_slopes * (pulls.sum(-1, keepdim=True) * f - pulls @ gp.features)
        jacobians = x.new_zeros(2, *x.shape)
        jacobians[..., covariance.columns.numeric] = moved
        ctx.save_for_backward(jacobians[0], jacobians[1])
        return mean, variance

    @staticmethod
    def backward(ctx: Any, by_mean: Tensor, by_variance: Tensor) -> tuple[Tensor, None, None]:
        of_mean, of_variance = ctx.saved_tensors
        return by_mean.unsqueeze(-1) * of_mean + by_variance.unsqueeze(-1) * of_variance, None, None
