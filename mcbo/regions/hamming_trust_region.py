"""Casmopolitan's trust region: a Hamming ball and a box around the best point since the last restart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from botorch.models.model import Model
from pydantic import Field
from torch import Generator, Tensor

from hebo.acquisitions.marginals import marginals
from hebo.base import Belief, Domain, Focus, Region
from hebo.data import Data
from hebo.regions.neighborhood import Neighborhood, switches

_LEAST_GAIN = 1e-3


class HammingTrustRegion(Region):
    """Search only near the best point found since the last restart (Wan et al., Casmopolitan, 2102.07188).

    `wins` improvements in a row multiply both extents by `factor`; `patience` evaluations without one divide
    them. Where an extent falls below its least value, the region starts anew at the most promising of many
    random points under `mu + kappa s` (section 3.4), and forgets what it found before. Where evaluations
    fail, random points seldom succeed: the log probability of success is added, and successes outside the
    first region are among them. All of it is replayed from the history, so that a run continues from there.

    Attributes:
        n_changes: First share of the unordered columns that may differ from the center.
        least_first: Least first number of them: a tenth of a dozen columns is one change or two, which
            finds the next local optimum and no other.
        side: First side of the box in the ordered columns, as a share of their ranges.
        least_side: Least side; the least number of changes is 1.
        factor: By which the extents grow and shrink.
        wins: Improvements in a row for growth.
        patience: Evaluations without improvement for shrinkage.
        kappa: Width of the bound that chooses the point of a restart.
    """

    n_changes: float = Field(default=0.8, gt=0, le=1)
    least_first: int = Field(default=1, ge=1)
    side: float = Field(default=0.8, gt=0, le=1)
    least_side: float = Field(default=2.0**-5, gt=0)
    factor: float = Field(default=1.5, gt=1)
    wins: int = Field(default=3, ge=1)
    patience: int = Field(default=40, ge=1)
    kappa: float = Field(default=1.96, ge=0)

    def narrow(self, domain: Domain, belief: Belief, *, turn: int, generator: Generator) -> Focus:
        """See `hebo.base.Region`."""
        known = _of_the_domain(belief)
        n_unordered = int(switches(domain).sum())
        extent = self.extent(known.merit, n_unordered)
        center = self._center(domain, belief, extent.since, generator)
        n_changes = max(1, round(extent.changes)) if n_unordered else 0
        near = Neighborhood(
            domain, center, side=min(1.0, extent.side), n_changes=n_changes, generator=generator
        )
        return Focus(near, near.center.unsqueeze(0))

    def extent(self, y: Tensor, n_unordered: int) -> HammingExtent:
        """Return the extent after a history of values (`n`, in the order told, in standard deviations)."""
        first = HammingExtent(self._first_changes(n_unordered), self.side, 0)
        now, wins, losses, best = first, 0, 0, -math.inf
        for index, value in enumerate(y.tolist()):
            wins, losses = (wins + 1, 0) if value > best + _LEAST_GAIN else (0, losses + 1)
            best = max(best, value)
            if wins == self.wins:
                now, wins = now.scaled(self.factor, n_unordered), 0
            elif losses == self.patience:
                now, losses = now.scaled(1 / self.factor, n_unordered), 0
            if (n_unordered and now.changes < 1) or now.side < self.least_side:
                now = HammingExtent(first.changes, first.side, index + 1)
                wins, losses, best = 0, 0, -math.inf
        return now

    def _first_changes(self, n_unordered: int) -> int:
        return min(max(math.ceil(self.n_changes * n_unordered), self.least_first), n_unordered)

    @torch.no_grad()
    def _center(self, domain: Domain, belief: Belief, since: int, generator: Generator) -> Tensor:
        """The best feasible point since the restart, or a promising random one before there is any."""
        known, model, log_success = _of_the_domain(belief), belief.model, belief.log_success
        x = known.x[since:][known.feasible[since:]]
        if len(x):
            return x[marginals(model, x.unsqueeze(-2)).mean.argmax()].cpu()
        x = domain.sample(_N_RESTART_POINTS, generator=generator)
        if log_success is None:
            return x[self._bound(model, x.to(known.x)).argmax().cpu()]
        x = torch.cat([x, self._elsewhere(domain, known).cpu()])
        points = x.to(known.x)
        return x[(self._bound(model, points) + log_success(points.unsqueeze(-2))).argmax().cpu()]

    def _bound(self, model: Model, x: Tensor) -> Tensor:
        return marginals(model, x.unsqueeze(-2)).ucb(self.kappa)

    def _elsewhere(self, domain: Domain, known: Data) -> Tensor:
        """Return the successes that a first region around the best one does not reach."""
        n_changes = self._first_changes(int(switches(domain).sum()))
        is_far = (known.x != known.best).sum(1) > n_changes
        return known.x[is_far & known.feasible]


def _of_the_domain(belief: Belief) -> Data:
    """Return the successes in the domain of the ask: restarts and improvements are counted among these."""
    known = belief.data.successes()
    return known.rows(known.inside)


@dataclass(frozen=True)
class HammingExtent:
    """Size of a region.

    Attributes:
        changes: Unordered columns that may differ from the center, before rounding.
        side: Share of the range of an ordered column.
        since: Number of evaluations before the last restart.
    """

    changes: float
    side: float
    since: int

    def scaled(self, factor: float, n_unordered: int) -> HammingExtent:
        """Return the extent multiplied by `factor`, at most the whole space."""
        return HammingExtent(
            min(self.changes * factor, n_unordered), min(self.side * factor, 1.0), self.since
        )


_N_RESTART_POINTS = 2000
