"""Trust region: a neighborhood of the incumbent that grows with success and shrinks with failure (TuRBO)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field
from torch import Generator, Tensor

from hebo.base import Domain, Focus, Region, RegionState
from hebo.regions.centers import incumbents, most_promising
from hebo.regions.neighborhood import Neighborhood


class TrustRegion(Region):
    """Look near the best point in every `every`-th ask, and everywhere in the others.

    The center is the evaluated point of the highest posterior mean. The size is replayed from the history:
    three improvements of the best value in a row double the side length, and a run of evaluations without one
    halves it; below the least side length it starts anew (Eriksson et al., 1910.01739, section 3, where every
    search is local). The run is `max(4, d / 2)` evaluations long, and two batches at least.

    Attributes:
        every: 1 makes every ask local, 2 every other one. Smooth numeric problems gain most from 2, spaces of
            many booleans from none; 4 is good on both.
        length_max: First and largest side length, as a share of the range of each ordered column.
        length_min: Side length below which the region starts anew.
    """

    renamed: ClassVar[dict[str, str]] = {"longest": "length_max", "shortest": "length_min"}

    every: int = Field(default=4, ge=1)
    length_max: float = Field(default=0.8, gt=0, le=1)
    length_min: float = Field(default=2.0**-6, gt=0)

    def narrow(self, domain: Domain, state: RegionState, *, generator: Generator) -> Focus:
        """See `hebo.base.Region`."""
        data = state.data
        if state.iteration % self.every:
            return Focus(domain, incumbents(data).cpu())
        known = data.successes()
        center = most_promising(state.models, data.feasible_successes().x, generator=generator).cpu()
        failure_tolerance = max(4, math.ceil(data.x.shape[1] / 2), 2 * data.batch_size)
        size = self.extent(known.progress[known.inside], failure_tolerance)
        near = Neighborhood(domain, center, length=size.length, n_changes=size.n_changes, generator=generator)
        return Focus(near, near.center.unsqueeze(0))

    def extent(self, y: Tensor, failure_tolerance: int) -> Extent:
        """Return the size after a history.

        Args:
            y: `n` values in the order told (`Data.progress`), larger is better, in standard deviations; -inf
                where infeasible. Those outside the domain of the ask are left out.
            failure_tolerance: Evaluations without improvement that halve the side length.
        """
        length, gains, losses, best = self.length_max, 0, 0, -math.inf
        for value in y.tolist():
            gains, losses = (gains + 1, 0) if value > best + _MIN_GAIN else (0, losses + 1)
            best = max(best, value)
            if gains == _SUCCESS_TOLERANCE:
                length, gains = min(2 * length, self.length_max), 0
            elif losses == failure_tolerance:
                length, losses = length / 2, 0
            if length < self.length_min:
                length = self.length_max
        share = math.log(length / self.length_min) / math.log(self.length_max / self.length_min)
        return Extent(length, max(1, round(share * _MAX_CHANGES)))


@dataclass(frozen=True)
class Extent:
    """Size of a neighborhood.

    Attributes:
        length: Share of the range of an ordered column.
        n_changes: Of unordered columns.
    """

    length: float
    n_changes: int


_SUCCESS_TOLERANCE = 3
_MIN_GAIN = 1e-3
# With more changes at once, a neighborhood of many booleans is most of the space.
_MAX_CHANGES = 10
