"""Functions drawn jointly from a posterior, any number in one matrix product, and where their maxima are."""

from __future__ import annotations

import torch
from botorch.models.model import Model
from torch import Generator, Tensor

from hebo.acquisitions.covariances import cross_covariances, joint_moments
from hebo.acquisitions.marginals import marginals
from hebo.base import Domain
from hebo.linalg import safe_cholesky

_NUGGET = 1e-8
"""Added to covariances, in units of the mean variance: values next to one another are nearly equal."""

_SCALES = (0.05, 0.01)
"""Standard deviations of the steps around a maximum, in shares of the ranges, one round of steps each."""

_STEPS = 16
"""Points around each maximum in a round."""

_SHARE_MOVED = 0.5
"""How likely a column takes part in a step: a maximum is often right in most of its columns."""


class JointDraws:
    """Independent draws `f_j` of a function, each given by its values at the same support points `Z`.

    The values at `Z` are exact draws from the joint posterior. Elsewhere a draw is what is expected of it,
    `f_j(x) = mu(x) + c(x, Z) C^-1 (f_j(Z) - mu(Z))`: smooth, and the same whenever a point is asked about
    (pathwise conditioning; Wilson et al., 2002.09309). The means of draws are those of the posterior
    everywhere; their covariances are exact at `Z`, and elsewhere as large as `Z` can tell.

    Args:
        model: Its posterior is drawn from. One that is not a Gaussian process is taken for a process with the
            same means and covariances.
        support: `m x d` different points `Z`.
        n: Number of draws.
        generator: Source of the draws.
    """

    def __init__(self, model: Model, support: Tensor, n: int, *, generator: Generator) -> None:
        self._model, self.support = model, support
        with torch.no_grad():
            mean, covariance = joint_moments(model, support)
            nugget = _NUGGET * covariance.diagonal().mean() * torch.eye(len(support)).to(covariance)
            factor = safe_cholesky(covariance + nugget)
            z = torch.randn(len(support), n, generator=generator, dtype=torch.float64).to(mean)
            self.values = mean.unsqueeze(-1) + factor @ z
            self._weights = torch.linalg.solve_triangular(factor.mT, z, upper=True)

    def __call__(self, x: Tensor) -> Tensor:
        """Return the values of all draws, `b x n`, at `b x d` points; differentiable."""
        mean = marginals(self._model, x.unsqueeze(-2)).mean
        values: Tensor = mean.unsqueeze(-1) + cross_covariances(self._model, x, self.support) @ self._weights
        return values

    @torch.no_grad()
    def maxima(self, domain: Domain, *, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return the maximum of each draw, `n x d` points and `n` values.

        It is the best support point, or a better point near to it: random steps in some columns, at two
        scales.

        Args:
            domain: Every step leads into it.
            generator: Source of the steps.
        """
        best, rows = self.values.max(0)
        x = self.support[rows]
        for scale in _SCALES:
            near = _around(x, domain, scale, generator)
            found, rows = self(near).max(0)
            is_better = found > best
            x = torch.where(is_better.unsqueeze(-1), near[rows], x)
            best = torch.where(is_better, found, best)
        return x, best


def support_points(known: Tensor, domain: Domain, n: int, *, generator: Generator) -> Tensor:
    """Return `n` points spread over a domain, and the known ones (`k x d`), all different, `m x d`."""
    spread = domain.sample(n, generator=generator).to(known)
    different: Tensor = torch.unique(torch.cat([known, spread]), dim=0)
    return different


def _around(x: Tensor, domain: Domain, scale: float, generator: Generator) -> Tensor:
    """Return points near those of `x` (`n x d`) that differ in some columns, `_STEPS * n x d`."""
    center = x.repeat(_STEPS, 1).cpu()
    width = domain.bounds[1] - domain.bounds[0]
    steps = scale * width * torch.randn(center.shape, generator=generator, dtype=center.dtype)
    moved = center + steps
    for column, count in domain.categorical_dims.items():
        moved[:, column] = torch.randint(count, (len(center),), generator=generator).to(moved)
    is_moved = torch.rand(center.shape, generator=generator, dtype=center.dtype) < _SHARE_MOVED
    return domain.project(torch.where(is_moved, moved, center)).to(x)
