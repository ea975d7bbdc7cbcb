"""Pathwise posterior sampling of a GP with any covariance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Generator, Tensor

from hebo.linalg import safe_cholesky

N_SUPPORT = 256
"""Points at which values are drawn jointly; correlations between other points go through these."""


class Posterior(Protocol):
    """What a draw needs of a posterior."""

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points."""

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `q`, and covariances, `q x q`, at `q x d` points."""

    def cross(self, a: Tensor, b: Tensor) -> Tensor:
        """Posterior covariances, `n x m`, of `n x d` and `m x d` points."""


def sample_path(posterior: Posterior, x: Tensor, generator: Generator) -> Callable[[Tensor], Tensor]:
    """Return a random function of `b x d` points with the marginals of a posterior.

    Values at support points `Z` are drawn jointly; elsewhere
    `f(x) = mu(x) + c(x, Z) C^-1 (f_Z - mu_Z) + r(x) e(x)`, where `r^2` is the variance that the support
    leaves unexplained and `e` is white standard-normal noise, a hash of the point. So means and variances
    are exact at every point, and correlations are those of the fully independent training conditional
    (Snelson and Ghahramani, 2005). No spectral form of the covariance is needed, hence strings and
    permutations are fine.

    Args:
        posterior: Of the function.
        x: `n x d` evaluated points; the support are random recombinations of their columns.
        generator: Source of the draw.
    """
    support = _recombined(x, generator)
    _, covariance = posterior.joint(support)
    factor = safe_cholesky(covariance + 1e-9 * covariance.diagonal().mean() * torch.eye(len(support)).to(x))
    z = torch.randn(len(support), 1, generator=generator, dtype=torch.float64).to(x)
    weights = torch.linalg.solve_triangular(factor.mT, z, upper=True)[:, 0]
    direction = torch.randn(x.shape[1], generator=generator, dtype=torch.float64).to(x)

    def path(points: Tensor) -> Tensor:
        mu, variance = posterior.marginals(points)
        cross = posterior.cross(points, support)
        explained = torch.linalg.solve_triangular(factor.mT, cross, upper=True, left=False).square().sum(-1)
        rest = (variance - explained).clamp_min(0.0).sqrt()
        value: Tensor = mu + cross @ weights + rest * _hashed_normal(points.detach() @ direction)
        return value

    return path


def _recombined(x: Tensor, generator: Generator) -> Tensor:
    """Return distinct points whose columns are those of random rows."""
    rows = torch.randint(len(x), (N_SUPPORT, x.shape[1]), generator=generator).to(x.device)
    support: Tensor = torch.unique(x.gather(0, rows), dim=0)
    return support


def _hashed_normal(key: Tensor) -> Tensor:
    """Standard-normal numbers that are a wild but fixed function of real keys."""
    scrambled = torch.sin(key * 12.9898) * 43758.5453
    share = scrambled - scrambled.floor()
    normal: Tensor = torch.special.ndtri(share.clamp(1e-9, 1 - 1e-9))
    return normal
