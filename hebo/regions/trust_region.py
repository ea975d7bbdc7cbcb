"""A neighbourhood of the best point that grows with success and shrinks with failure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from botorch.models.model import Model
from pydantic import Field
from torch import Generator, Tensor

from hebo.base import Domain, Focus, Region, RegionState
from hebo.regions.neighborhood import Neighborhood


class TrustRegion(Region):
    """Look near the best point in every `every`-th ask, and everywhere in the others.

    The center is the evaluated point of the highest posterior mean. The size is replayed from the history:
    three improvements of the best value in a row double the side, and a run of evaluations without one
    halves it; below the shortest side it starts anew (Eriksson et al., 1910.01739, section 3, where every
    search is local). The run is `max(4, d / 2)` evaluations long, and two batches at least.

    Attributes:
        every: 1 makes every ask local, 2 every other one. Smooth numeric problems gain most from 2, spaces of
            many booleans from none; 4 is good on both.
        longest: First and longest side, as a share of the range of each ordered column.
        shortest: Side below which the region starts anew.
    """

    every: int = Field(default=4, ge=1)
    longest: float = Field(default=0.8, gt=0, le=1)
    shortest: float = Field(default=2.0**-6, gt=0)

    def narrow(self, domain: Domain, state: RegionState, *, generator: Generator) -> Focus:
        """See `hebo.base.Region`."""
        data = state.data
        if state.iteration % self.every:
            return Focus(domain, data.best.cpu().unsqueeze(0))
        known = data.successes()
        center = _most_promising(state.models.objective, data.feasible_successes().x).cpu()
        patience = max(4, math.ceil(data.x.shape[1] / 2), 2 * data.batch_size)
        size = self.extent(known.merit[known.inside], patience)
        near = Neighborhood(domain, center, side=size.side, n_changes=size.n_changes, generator=generator)
        return Focus(near, near.center.unsqueeze(0))

    def extent(self, y: Tensor, patience: int) -> Extent:
        """Return the size after a history.

        Args:
            y: `n` values in the order told, larger is better, in standard deviations; -inf where infeasible.
                Those outside the domain of the ask are left out.
            patience: Evaluations without improvement that halve the side.
        """
        side, wins, losses, best = self.longest, 0, 0, -math.inf
        for value in y.tolist():
            wins, losses = (wins + 1, 0) if value > best + _LEAST_GAIN else (0, losses + 1)
            best = max(best, value)
            if wins == _WINS:
                side, wins = min(2 * side, self.longest), 0
            elif losses == patience:
                side, losses = side / 2, 0
            if side < self.shortest:
                side = self.longest
        share = math.log(side / self.shortest) / math.log(self.longest / self.shortest)
        return Extent(side, max(1, round(share * _MOST_CHANGES)))


@dataclass(frozen=True)
class Extent:
    """Size of a neighbourhood.

    Attributes:
        side: Share of the range of an ordered column.
        n_changes: Of unordered columns.
    """

    side: float
    n_changes: int


_WINS = 3
_LEAST_GAIN = 1e-3
# With more changes at once, a neighbourhood of many booleans is most of the space.
_MOST_CHANGES = 10


@torch.no_grad()
def _most_promising(model: Model, x: Tensor) -> Tensor:
    posterior: Any = model.posterior(x.unsqueeze(-2))  # BoTorch's base class does not declare a mean
    return x[int(posterior.mean.reshape(-1).argmax())]
