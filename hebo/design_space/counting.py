"""Counting the points of a space with conditional parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hebo.design_space.conditions import Conditions
from hebo.design_space.layout import Layout

State = Mapping[str, frozenset[str] | None]
"""Parent -> the children that its value allows, `None` while the parent itself is inactive."""


def count_points(layout: Layout, conditions: Conditions) -> int | None:
    """Return the number of distinct points, `None` when infinite, input constraints ignored."""
    total = 1
    for names in _components(layout, conditions):
        part = _Counter(layout, conditions, names).count()
        if part is None:
            return None
        total *= part
    return total


def _components(layout: Layout, conditions: Conditions) -> list[list[str]]:
    """Split the parameters into groups that no condition connects."""
    group = {name: {name} for name in layout.parameters}
    for child, codes in conditions.codes.items():
        for parent in codes:
            merged = group[child] | group[parent]
            group.update(dict.fromkeys(merged, merged))
    distinct = {id(members): members for members in group.values()}
    return [sorted(members) for members in distinct.values()]


@dataclass(frozen=True)
class _Counter:
    """Counts the points of one group by going through its parents.

    Of a parent's values only classes are visited: those that allow the same children.
    """

    layout: Layout
    conditions: Conditions
    names: Sequence[str]

    def count(self) -> int | None:
        """Return the number of points of the group."""
        parents = {parent for codes in self.conditions.codes.values() for parent in codes}
        roots = [name for name in self.names if name not in self.conditions.codes]
        order = [name for name in [*roots, *self.conditions.order] if name in parents and name in self.names]
        leaves = [name for name in self.names if name not in parents]
        return self._count(order, leaves, {})

    def _count(self, order: Sequence[str], leaves: Sequence[str], state: State) -> int | None:
        """Count the points for given values of the parents in `state`; `order` holds the other ones."""
        if not order:
            active = [name for name in leaves if self._is_active(name, state)]
            return _product([self.layout.parameters[name].cardinality for name in active])
        name, rest = order[0], order[1:]
        if not self._is_active(name, state):
            return self._count(rest, leaves, {**state, name: None})
        total = 0
        for allowed, size in self._classes(name).items():
            part = self._count(rest, leaves, {**state, name: allowed})
            if part is None:
                return None
            total += size * part
        return total

    def _is_active(self, name: str, state: State) -> bool:
        """Say whether the parents allow a parameter."""
        return all(name in (state[parent] or ()) for parent in self.conditions.codes.get(name, {}))

    def _classes(self, parent: str) -> dict[frozenset[str], int]:
        """Return how many values of a parent allow which children."""
        allowed: dict[float, set[str]] = {}
        for child, codes in self.conditions.codes.items():
            for code in codes.get(parent, ()):
                allowed.setdefault(float(code), set()).add(child)
        sizes: dict[frozenset[str], int] = {}
        for children in map(frozenset, allowed.values()):
            sizes[children] = sizes.get(children, 0) + 1
        others = (self.layout.parameters[parent].cardinality or 0) - len(allowed)
        return {**sizes, frozenset(): others} if others else sizes


def _product(counts: Sequence[int | None]) -> int | None:
    """Multiply counts; infinite (`None`) if one is."""
    known = [count for count in counts if count is not None]
    return math.prod(known) if len(known) == len(counts) else None
