"""Functions drawn from the posterior of an outcome: smooth ones, for effects over the whole space.

`f_i(x) = mu(x) + c(x, Z) C^-1 (f_i(Z) - mu(Z))`: values at support points `Z` are drawn jointly, and
elsewhere expected given these. What the support does not determine is left out, where the paths of Thompson
sampling (`hebo.surrogates.paths`) add white noise, which would look like an interaction of all parameters.

Notation: `s` draws, `n` points, `z` support points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Generator, Tensor

from hebo.abilities import CrossCovariance
from hebo.explain.outcome_model import OutcomeModel
from hebo.linalg import safe_cholesky

_JITTER = 1e-8
_AT_ONCE = 2048
_JOINT = 256


@dataclass(frozen=True)
class Draws:
    """Functions of `n x d` points to measured values, without noise.

    Attributes:
        outcome: Whose posterior they are drawn from.
        support: `z x d` points.
        weights: `z x s`.
        shifts: `s` standard-normal numbers, for offsets of contexts that were never told.
    """

    outcome: OutcomeModel
    support: Tensor
    weights: Tensor
    shifts: Tensor

    @classmethod
    @torch.no_grad()
    def of(cls, outcome: OutcomeModel, support: Tensor, n: int, generator: Generator) -> Self:
        """Draw `n` functions.

        Args:
            outcome: The posterior.
            support: `z x d` points all over the region of interest.
            n: How many.
            generator: Source of the draw.
        """
        support = torch.unique(support, dim=0).to(outcome.device)
        covariance = _covariance(outcome.model, support)
        eye = torch.eye(len(support)).to(covariance)
        factor = safe_cholesky(covariance + _JITTER * covariance.diagonal().mean() * eye)
        normal = torch.randn(len(support), n, generator=generator, dtype=torch.float64).to(covariance)
        weights = torch.linalg.solve_triangular(factor.mT, normal, upper=True)
        shifts = torch.randn(n, generator=generator, dtype=torch.float64)
        return cls(outcome, support, outcome.width * weights, shifts)

    @torch.no_grad()
    def values(self, x: Tensor) -> Tensor:
        """Return measured values, `s x n`, at `n x d` points."""
        return torch.cat([self._values(part) for part in torch.split(x, _AT_ONCE)], -1)

    def _values(self, x: Tensor) -> Tensor:
        mean, _ = self.outcome.scores(x, observation_noise=False)
        apart = _cross(self.outcome.model, x.to(self.outcome.device), self.support) @ self.weights
        values = self.outcome.values(mean + apart.mT.cpu(), x)
        return values + self.shifts.unsqueeze(-1) * self.outcome.offset_sd(x)


def _covariance(model: Any, x: Tensor) -> Tensor:
    """Return the posterior covariance of `z x d` points, `z x z`."""
    covariance: Tensor = model.posterior(x).distribution.covariance_matrix
    return covariance


def _cross(model: Any, x: Tensor, support: Tensor) -> Tensor:
    """Return the posterior covariances of `n x d` points with the support, `n x z`."""
    if isinstance(model, CrossCovariance):
        return model.cross(x, support)
    parts = [
        _covariance(model, torch.cat([one, support]))[: len(one), len(one) :]
        for one in torch.split(x, _JOINT)
    ]
    return torch.cat(parts)
