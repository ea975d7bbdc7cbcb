"""Sequential maximin design: points as far from all others as random draws find."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor

from hebo.base import Recommender, Request


class Maximin(Recommender):
    """Of random points the one farthest from all that were asked for, again and again.

    Attributes:
        n_draws: Random points for each that is chosen.
    """

    n_draws: int = Field(default=64, ge=1)

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        chosen = request.data.seen
        for _ in range(request.n):
            draws = request.domain.sample(self.n_draws, generator=request.generator, method="random")
            distance = torch.cdist(draws, chosen).amin(-1) if len(chosen) else draws[:, 0]
            chosen = torch.cat([chosen, draws[distance.argmax()].unsqueeze(0)])
        return chosen[-request.n :]
