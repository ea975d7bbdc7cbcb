"""Hamming trust region (Casmopolitan): a Hamming ball and a box around the best point since the restart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acquisitions.marginals import marginals
from hebo.base import Domain, FittedModels, Focus, Region, RegionState
from hebo.data import Data
from hebo.regions.centers import most_promising
from hebo.regions.neighborhood import Neighborhood, switches

_MIN_GAIN = 1e-3


class HammingTrustRegion(Region):
    """Search only near the best point found since the last restart (Wan et al., Casmopolitan, 2102.07188).

    `success_tolerance` improvements in a row multiply both extents by `factor`; `failure_tolerance`
    evaluations without one divide them. Where an extent falls below its least value, the region starts anew
    at the most promising of many random points under `mu + kappa s` (section 3.4), and forgets what it found
    before. Where evaluations fail, random points seldom succeed: the log probability of success is added, and
    successes outside the first region are among them. All of it is replayed from the history, so that a run
    continues from there.

    Attributes:
        n_changes: First share of the unordered columns that may differ from the center.
        min_changes: Least first number of these columns: a tenth of a dozen columns is one change or two,
            which finds the next local optimum and no other.
        length: First side length of the box in the ordered columns, as a share of their ranges.
        length_min: Least side length; the least number of changes is 1.
        factor: By which the extents grow and shrink.
        success_tolerance: Improvements in a row for growth.
        failure_tolerance: Evaluations without improvement for shrinkage.
        kappa: Width of the bound that chooses the point of a restart.
    """

    renamed: ClassVar[dict[str, str]] = {
        "wins": "success_tolerance",
        "patience": "failure_tolerance",
        "side": "length",
        "least_side": "length_min",
        "least_first": "min_changes",
    }

    n_changes: float = Field(default=0.8, gt=0, le=1)
    min_changes: int = Field(default=1, ge=1)
    length: float = Field(default=0.8, gt=0, le=1)
    length_min: float = Field(default=2.0**-5, gt=0)
    factor: float = Field(default=1.5, gt=1)
    success_tolerance: int = Field(default=3, ge=1)
    failure_tolerance: int = Field(default=40, ge=1)
    kappa: float = Field(default=1.96, ge=0)

    def narrow(self, domain: Domain, state: RegionState, *, generator: Generator) -> Focus:
        """See `hebo.base.Region`."""
        known = _of_the_domain(state)
        n_unordered = int(switches(domain).sum())
        extent = self.extent(known.progress, n_unordered)
        center = self._center(domain, state, extent.since, generator)
        n_changes = max(1, round(extent.changes)) if n_unordered else 0
        near = Neighborhood(
            domain, center, length=min(1.0, extent.length), n_changes=n_changes, generator=generator
        )
        return Focus(near, near.center.unsqueeze(0))

    def extent(self, y: Tensor, n_unordered: int) -> HammingExtent:
        """Return the extent after a history of values (`n`, in the order told, in standard deviations)."""
        first = HammingExtent(self._first_changes(n_unordered), self.length, 0)
        now, gains, losses, best = first, 0, 0, -math.inf
        for index, value in enumerate(y.tolist()):
            gains, losses = (gains + 1, 0) if value > best + _MIN_GAIN else (0, losses + 1)
            best = max(best, value)
            if gains == self.success_tolerance:
                now, gains = now.scaled(self.factor, n_unordered), 0
            elif losses == self.failure_tolerance:
                now, losses = now.scaled(1 / self.factor, n_unordered), 0
            if (n_unordered and now.changes < 1) or now.length < self.length_min:
                now = HammingExtent(first.changes, first.length, index + 1)
                gains, losses, best = 0, 0, -math.inf
        return now

    def _first_changes(self, n_unordered: int) -> int:
        return min(max(math.ceil(self.n_changes * n_unordered), self.min_changes), n_unordered)

    @torch.no_grad()
    def _center(self, domain: Domain, state: RegionState, since: int, generator: Generator) -> Tensor:
        """The best feasible point since the restart, or a promising random one before there is any."""
        known, success = _of_the_domain(state), state.models.success
        x = known.x[since:][known.feasible[since:]]
        if len(x):
            return most_promising(state.models, x, generator=generator).cpu()
        x = domain.sample(_N_RESTART_POINTS, generator=generator)
        if success is None:
            return x[self._bound(state.models, x.to(known.x)).argmax().cpu()]
        x = torch.cat([x, self._elsewhere(domain, known).cpu()])
        points = x.to(known.x)
        return x[
            (self._bound(state.models, points) + success.log_probability(points.unsqueeze(-2))).argmax().cpu()
        ]

    def _bound(self, models: FittedModels, x: Tensor) -> Tensor:
        """Return the sum of the upper bounds of all objectives, `n`."""
        bounds = [marginals(model, x.unsqueeze(-2)).ucb(self.kappa) for model in models.objectives]
        return torch.stack(bounds).sum(0)

    def _elsewhere(self, domain: Domain, known: Data) -> Tensor:
        """Return the successes that a first region around the best one does not reach."""
        n_changes = self._first_changes(int(switches(domain).sum()))
        is_far = (known.x != known.best).sum(1) > n_changes
        return known.x[is_far & known.feasible]


def _of_the_domain(state: RegionState) -> Data:
    """Return the successes in the domain of the ask: restarts and improvements are counted among these."""
    known = state.data.successes()
    return known.rows(known.inside)


@dataclass(frozen=True)
class HammingExtent:
    """Size of a region.

    Attributes:
        changes: Unordered columns that may differ from the center, before rounding.
        length: Share of the range of an ordered column.
        since: Number of evaluations before the last restart.
    """

    changes: float
    length: float
    since: int

    def scaled(self, factor: float, n_unordered: int) -> HammingExtent:
        """Return the extent multiplied by `factor`, at most the whole space."""
        return HammingExtent(
            min(self.changes * factor, n_unordered), min(self.length * factor, 1.0), self.since
        )


_N_RESTART_POINTS = 2000
