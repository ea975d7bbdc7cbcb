"""Augmented Gaussian process: observations of several kinds, predictions of one of them.

Points of the observations have further columns that say what was observed there: a derivative, another task.
They are 0 for the values that predictions are asked for, `d` columns of the space and `k` of these.
"""

from __future__ import annotations

from typing import Any, Self

from torch import Tensor
from torch.nn.functional import pad

from hebo.surrogates.gaussian_process import CovarianceFunction, GaussianProcess


class AugmentedProcess(GaussianProcess):
    """A `GaussianProcess` over points with further columns, which answers about points without them.

    Args:
        covariance: Of points with all columns.
        x: `... n x (d + k)` points.
        y: `... n` values.
        n_fitted: See `GaussianProcess`.
        factor: See `GaussianProcess`.
        noise: See `GaussianProcess`.
        n_columns: `d`.
    """

    def __init__(
        self,
        covariance: CovarianceFunction,
        x: Tensor,
        y: Tensor,
        n_fitted: int | None = None,
        factor: Tensor | None = None,
        noise: Tensor | None = None,
        *,
        n_columns: int,
    ) -> None:
        super().__init__(covariance, x, y, n_fitted, factor, noise)
        self.n_columns = n_columns

    def _full(self, x: Tensor) -> Tensor:
        """Return points with all columns; the further ones are 0 where there were none."""
        return pad(x, (0, self.x.shape[-1] - x.shape[-1]))

    @property
    def is_asked_for(self) -> Tensor:
        """`m` bool: which of the observations that it was fitted to are of what predictions are asked for."""
        first = self.x[(0,) * (self.x.dim() - 2)][: self.n_fitted]  # the same in all of a batch
        return (first[:, self.n_columns :] == 0).all(-1)

    def means(self, x: Tensor) -> Tensor:
        """Means, `b`, at `b x d` points."""
        return super().means(self._full(x))

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points; differentiable once."""
        return super().marginals(self._full(x))

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
        return super().joint(self._full(x))

    def cross(self, a: Tensor, b: Tensor) -> Tensor:
        """Posterior covariances, `n x m`, of `n x d` and `m x d` points."""
        return super().cross(self._full(a), self._full(b))

    def leave_one_out(self) -> tuple[Tensor, Tensor, Tensor]:
        """Leave out each observation of what predictions are asked for; see `GaussianProcess`."""
        y, error, variance = (one[..., self.is_asked_for] for one in super().leave_one_out())
        return y, error, variance

    def _support(self) -> Tensor:
        """Points of what predictions are asked for; all points where there is none."""
        asked = self.x[: self.n_fitted][self.is_asked_for]
        return (asked if len(asked) else self.x)[:, : self.n_columns]

    def condition_on_observations(
        self, X: Tensor, Y: Tensor, noise: Tensor | None = None, **kwargs: Any
    ) -> Self:
        """Return the model with further observations of what predictions are asked for."""
        return super().condition_on_observations(self._full(X), Y, noise=noise, **kwargs)

    def _before_widening(self, noise: Tensor | None) -> Tensor | None:
        """Leave unknown variances unknown: the covariance knows those of each kind of observation."""
        return None if noise is None else noise / self.widening

    def _conditioned(self, x: Tensor, y: Tensor, factor: Tensor) -> Self:
        return type(self)(self.covariance, x, y, self.n_fitted, factor, n_columns=self.n_columns)
