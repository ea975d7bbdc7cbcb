"""Neighborhood of a point: a box in the ordered columns, a Hamming ball in the others."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from hebo.base import Domain
from hebo.design_space.domains.domain import Method


class Neighborhood(Domain):
    """The points of a domain near a center.

    Ordered columns stay within `length / 2` of their range from the center, or within the next level to each
    side where levels are wider apart. At most `n_changes` of the other columns (categories, and ordered ones
    of two levels) differ from the center.

    Args:
        domain: What this is a part of.
        center: `d`; the point of `domain` nearest to it is taken, for it may lie outside what is pinned.
        length: Of the sides of the box, as a share of the range of each column.
        n_changes: Of unordered columns.
        generator: Draws the neighbors that show where the next levels are.
    """

    def __init__(
        self, domain: Domain, center: Tensor, *, length: float, n_changes: int, generator: Generator
    ) -> None:
        center = domain.project(center.unsqueeze(0))[0]
        self._domain, self.center, self._n_changes = domain, center, n_changes
        lower, upper = domain.bounds
        self._switches = switches(domain)
        half = 0.5 * length * (upper - lower)
        low, high = torch.maximum(center - half, lower), torch.minimum(center + half, upper)
        for column, levels in _levels(domain, center, low, high, generator).items():
            low[column], high[column] = levels
        low[self._switches], high[self._switches] = lower[self._switches], upper[self._switches]
        self.bounds = torch.stack([low, high])
        self.categorical_dims, self.discrete_dims = domain.categorical_dims, domain.discrete_dims
        self.layout = domain.layout

    def sample(self, n: int, *, generator: Generator, method: Method = "sobol") -> Tensor:
        """See `Domain`: draws of the whole domain, shrunk into the box."""
        lower, upper = self._domain.bounds
        drawn = self._domain.sample(n, generator=generator, method=method)
        share = (drawn - lower) / (upper - lower).clamp_min(1e-300)
        x = self.bounds[0] + share * (self.bounds[1] - self.bounds[0])
        if self._switches.any():
            order = torch.rand(n, len(lower), generator=generator).masked_fill(~self._switches, 2.0)
            kept = order.argsort(1).argsort(1) >= self._n_changes
            x = torch.where(self._switches, torch.where(kept, self.center, drawn), x)
        return self.project(x)

    def project(self, x: Tensor) -> Tensor:
        """See `Domain`; of too many changed columns, the last ones return to the center.

        Where that, or the domain's own repair (of permutations, constraints), leaves the region, the center
        is returned.
        """
        x = torch.minimum(torch.maximum(x, self.bounds[0]), self.bounds[1])
        x = self._domain.project(x)
        changed = (x != self.center) & self._switches
        surplus = changed & (changed.cumsum(1) > self._n_changes)
        if bool(surplus.any()):
            x = torch.where(surplus, self.center, x)
            inside = self.contains(x)
        else:
            inside = self._in_box(x)
        return x if bool(inside.all()) else torch.where(inside.unsqueeze(1), x, self.center)

    def _in_box(self, x: Tensor) -> Tensor:
        tolerance = 1e-9 * (self._domain.bounds[1] - self._domain.bounds[0])
        return ((x >= self.bounds[0] - tolerance) & (x <= self.bounds[1] + tolerance)).all(1)

    def contains(self, x: Tensor) -> Tensor:
        """See `Domain`."""
        near = ((x != self.center) & self._switches).sum(1) <= self._n_changes
        return self._in_box(x) & near & self._domain.contains(x)

    def neighbors(self, x: Tensor, *, generator: Generator) -> Tensor:
        """See `Domain`."""
        found = self._domain.neighbors(x, generator=generator)
        return found[self.contains(found)]

    def points(self, limit: int) -> Tensor | None:
        """See `Domain`."""
        every = self._domain.points(limit)
        return None if every is None else every[self.contains(every)]


def _levels(
    domain: Domain, center: Tensor, low: Tensor, high: Tensor, generator: Generator
) -> dict[int, tuple[Tensor, Tensor]]:
    """Return per discrete column the levels at the ends of the box, or next to the center beyond them."""
    if not domain.discrete_dims:
        return {}
    columns = sorted(domain.discrete_dims)
    ends = center.repeat(2 * len(columns), 1)
    for row, column in enumerate(columns):
        ends[2 * row, column], ends[2 * row + 1, column] = low[column], high[column]
    ends = domain.project(ends)
    nearest = domain.neighbors(center, generator=generator)
    found = {}
    for row, column in enumerate(columns):
        levels, here = nearest[:, column], center[column]
        below, above = levels[levels < here], levels[levels > here]
        found[column] = (
            torch.minimum(ends[2 * row, column], below.max() if len(below) else here),
            torch.maximum(ends[2 * row + 1, column], above.min() if len(above) else here),
        )
    return found


def switches(domain: Domain) -> Tensor:
    """Which columns have no useful order: categories, and integers of two levels."""
    lower, upper = domain.bounds
    mask = torch.zeros(len(lower), dtype=torch.bool)
    for column in domain.discrete_dims:
        mask[column] = column in domain.categorical_dims or bool(upper[column] - lower[column] == 1.0)
    return mask
