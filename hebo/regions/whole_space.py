"""Global search: no region."""

from __future__ import annotations

from torch import Generator

from hebo.base import Domain, Focus, Region, RegionState


class WholeSpace(Region):
    """The whole domain, starting from the best observed point."""

    def narrow(self, domain: Domain, state: RegionState, *, generator: Generator) -> Focus:
        """See `hebo.base.Region`."""
        return Focus(domain, state.data.best.cpu().unsqueeze(0))
