"""Interleaved exploration: space-filling points take turns with those of another recommender."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor

from hebo.profile import phase
from hebo.recommenders.loo_r2 import is_predictive
from hebo.recommenders.model_based import Proposal, proposal_of
from hebo.recommenders.wrapper import Wrapper
from hebo.request import Request


class Interleaved(Wrapper):
    """Space-filling points for a share of each batch, and in turn while a model predicts nothing.

    Attributes:
        of: Recommends the other points, and all points before it has a model.
        share: Share of a batch that is space-filling whatever the model says, rounded down to points: a batch
            of one has none. A model that is wrong would spend whole batches on one place.
        min_loo_r2: Share of the variance that leave-one-out predictions must explain; while they do not,
            space-filling points take turns with those of the model: on a noisy plateau its maxima are
            corners. None: the model is always followed.
    """

    share: float = Field(default=0.25, ge=0, le=1)
    min_loo_r2: float | None = Field(default=0.2, le=1)

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        proposal = proposal_of(self.of, request)
        if proposal is None:
            return self.space_filling(request, request.n)
        n_guided = self._n_guided(proposal, request)
        x = proposal.choose(n_guided) if n_guided else request.data.x[:0]
        if n_guided == request.n:
            return x
        with phase("search"):
            return torch.cat([x, self.space_filling(request.after(x), request.n - n_guided)])

    def _n_guided(self, proposal: Proposal, request: Request) -> int:
        """How many of the points `of` chooses."""
        n, least = request.n, self.min_loo_r2
        if least is None or not proposal.observed or is_predictive(proposal.observed, least):
            return n - int(self.share * n)
        return (n + request.iteration % 2) // 2
