"""Gaussian mixture of several GPs as one model, matched in its first two moments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Size, Tensor

from hebo.surrogates.gaussian_model import GaussianModel
from hebo.surrogates.gaussian_process import GaussianProcess


class Ensemble(GaussianModel):
    """Predicts the mixture of its members.

    By the law of total variance its variance is the members' mean variance *plus* the variance of their
    means; without the second part the mixture is the surer the less its members agree.

    Args:
        members: `s` models of the same data.
    """

    def __init__(self, members: Sequence[GaussianProcess]) -> None:
        super().__init__()
        self.members = list(members)

    @property
    def batch_shape(self) -> Size:
        """That of each member."""
        return self.members[0].batch_shape

    @property
    def noise_variance(self) -> Tensor:
        """Mean variance of the observation noise."""
        return torch.stack([one.noise_variance for one in self.members]).mean(0)

    def means(self, x: Tensor) -> Tensor:
        """Means, `b`, at `b x d` points."""
        return torch.stack([one.means(x) for one in self.members]).mean(0)

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points; differentiable once."""
        means, variances = map(torch.stack, zip(*(one.marginals(x) for one in self.members), strict=True))
        return means.mean(0), variances.mean(0) + means.var(0, correction=0)

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
        means, covariances = map(torch.stack, zip(*(one.joint(x) for one in self.members), strict=True))
        apart = means - means.mean(0)
        spread = (apart.unsqueeze(-1) * apart.unsqueeze(-2)).mean(0)
        return means.mean(0), covariances.mean(0) + spread

    def cross(self, a: Tensor, b: Tensor) -> Tensor:
        """Posterior covariances, `n x m`, of `n x d` and `m x d` points."""
        of_a, of_b = (torch.stack([one.means(x) for one in self.members]) for x in (a, b))
        within = torch.stack([one.cross(a, b) for one in self.members]).mean(0)
        return within + (of_a - of_a.mean(0)).mT @ (of_b - of_b.mean(0)) / len(self.members)

    def leave_one_out(self) -> tuple[Tensor, Tensor, Tensor]:
        """See `hebo.abilities.LeaveOneOut`: the moments of the mixture."""
        values, errors, variances = map(
            torch.stack, zip(*(one.leave_one_out() for one in self.members), strict=True)
        )
        return values[0], errors.mean(0), variances.mean(0) + errors.var(0, correction=0)

    def condition_on_observations(self, X: Tensor, Y: Tensor, **kwargs: Any) -> Ensemble:
        """Return the mixture with further observations in every member; see `GaussianProcess`."""
        return Ensemble([one.condition_on_observations(X, Y, **kwargs) for one in self.members])
