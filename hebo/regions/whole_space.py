"""No region: search everywhere."""

from __future__ import annotations

from torch import Generator

from hebo.base import Belief, Domain, Focus, Region


class WholeSpace(Region):
    """The whole domain, starting from the best observed point."""

    def narrow(self, domain: Domain, belief: Belief, *, turn: int, generator: Generator) -> Focus:
        """See `hebo.base.Region`."""
        return Focus(domain, belief.data.best.cpu().unsqueeze(0))
