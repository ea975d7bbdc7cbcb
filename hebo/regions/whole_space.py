"""Global search: no region."""

from __future__ import annotations

from torch import Generator

from hebo.base import Domain, Focus, Region, RegionState
from hebo.regions.centers import incumbents


class WholeSpace(Region):
    """The whole domain, starting from the best observed point, of several objectives from the whole front."""

    def narrow(self, domain: Domain, state: RegionState, *, generator: Generator) -> Focus:
        """See `hebo.base.Region`."""
        return Focus(domain, incumbents(state.data).cpu())
