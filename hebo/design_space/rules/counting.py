"""Cardinality of a space with conditional parameters, by dynamic programming."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hebo.design_space.parameters.layout import Layout
from hebo.design_space.rules.conditions import Conditions

Literal = tuple[str, tuple[float, ...]]
"""A parent, and the encoded values of it that are asked for."""

Formula = frozenset[frozenset[Literal]]
"""A condition: one of the inner sets is enough, of which all literals must hold."""

ALWAYS: Formula = frozenset([frozenset()])
Formulas = tuple[Formula, ...]


def count_points(layout: Layout, conditions: Conditions) -> int | None:
    """Return the number of distinct points, `None` when infinite, input constraints ignored."""
    total = 1
    for names in _components(layout, conditions):
        part = _Count(layout, conditions, names).points()
        if part is None:
            return None
        total *= part
    return total


def _components(layout: Layout, conditions: Conditions) -> list[list[str]]:
    """Split the parameters into groups that no condition connects."""
    group = {name: {name} for name in layout.parameters}
    for child in conditions.codes:
        for parent in conditions.parents(child):
            merged = group[child] | group[parent]
            group.update(dict.fromkeys(merged, merged))
    distinct = {id(members): members for members in group.values()}
    return [sorted(members) for members in distinct.values()]


@dataclass(frozen=True)
class _Count:
    """Counts the points of one group, parent by parent, as a dynamic programme.

    A state is what is left of each distinct condition once the parents so far have their values; states that
    agree in this are one, with the number of ways to reach it. Where any of `k` slots may hold one of `g`
    values that parameters wait for, these are `2^g` states at most, however large `k` is. Of a parent's
    values only classes are visited, those that the same literals ask for.
    """

    layout: Layout
    conditions: Conditions
    names: Sequence[str]

    def points(self) -> int | None:
        """Return the number of points of the group."""
        children = [name for name in self.conditions.order if name in self.names]
        formulas = {name: self._formula(name) for name in children}
        start = tuple(dict.fromkeys(formulas.values()))
        place = {name: start.index(formula) for name, formula in formulas.items()}
        roots = [name for name in self.names if name not in place]
        parents = {parent for name in children for parent in self.conditions.parents(name)}
        states: Counter[Formulas] = Counter({start: 1})
        for name in [*roots, *children]:
            if name in parents:
                states = self._advance(states, name, place.get(name))
        leaves = {name: place.get(name) for name in self.names if name not in parents}
        total = 0
        for state, ways in states.items():
            active = [name for name, at in leaves.items() if at is None or state[at] == ALWAYS]
            part = _product([self.layout.parameters[name].cardinality for name in active])
            if part is None:
                return None
            total += ways * part
        return total

    def _formula(self, child: str) -> Formula:
        return frozenset(
            frozenset((parent, tuple(codes.tolist())) for parent, codes in one.items())
            for one in self.conditions.codes[child]
        )

    def _advance(self, states: Counter[Formulas], parent: str, place: int | None) -> Counter[Formulas]:
        """Return the states once a parent has its value; `place` is where its own condition is."""
        classes, off = self._classes(parent), [(frozenset[Literal](), 1)]
        seen = {formula for state in states for formula in state}
        once: dict[Formula, Formula] = {}  # equal ones as one object, which compares much faster
        left: dict[frozenset[Literal], dict[Formula, Formula]] = {}
        for holding, _ in (*classes, *off):
            after = {formula: _left(formula, parent, holding) for formula in seen}
            left[holding] = {formula: once.setdefault(rest, rest) for formula, rest in after.items()}
        reached: Counter[Formulas] = Counter()
        for state, ways in states.items():
            is_active = place is None or state[place] == ALWAYS
            for holding, size in classes if is_active else off:
                reached[tuple(map(left[holding].__getitem__, state))] += ways * size
        return reached

    def _classes(self, parent: str) -> list[tuple[frozenset[Literal], int]]:
        """Return which literals ask for a value of a parent at once, and how many values that is."""
        literals = {
            literal
            for child in self.conditions.codes
            for one in self._formula(child)
            for literal in one
            if literal[0] == parent
        }
        asked = {value for _, values in literals for value in values}
        sizes = Counter(frozenset(one for one in literals if value in one[1]) for value in asked)
        others = (self.layout.parameters[parent].cardinality or 0) - len(asked)
        return [*sizes.items(), *([(frozenset[Literal](), others)] if others else [])]


def _left(formula: Formula, parent: str, holding: frozenset[Literal]) -> Formula:
    """Return what is left of a condition when, of the literals of a parent, these hold and no other."""
    rest = frozenset(one - holding for one in formula if all(name != parent for name, _ in one - holding))
    return ALWAYS if frozenset() in rest else rest


def _product(counts: Sequence[int | None]) -> int | None:
    """Multiply counts; infinite (`None`) if one is."""
    known = [count for count in counts if count is not None]
    return math.prod(known) if len(known) == len(counts) else None
