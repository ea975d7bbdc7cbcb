"""Global search from a population: the best points so far to start from."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Generator

from hebo.base import Domain, Focus, Region, RegionState
from hebo.rows import new_rows


class Population(Region):
    """Search everywhere, starting from the best distinct points told: the parents of `offspring`.

    Attributes:
        size: Most points.
    """

    size: int = Field(default=20, ge=2)

    def narrow(self, domain: Domain, state: RegionState, *, generator: Generator) -> Focus:
        """See `hebo.base.Region`."""
        x = domain.project(state.data.ranked().cpu())
        is_new = torch.from_numpy(new_rows(x.numpy(), x[:0].numpy()))
        return Focus(domain, x[is_new][: self.size])
