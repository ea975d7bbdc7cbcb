"""Random problems of several kinds, each with a known optimum: `problem(kind, seed)`.

A kind is a difficulty that benchmarks of closed-form functions seldom have. Each seed draws another problem,
so that a comparison over seeds covers problems as well as runs. All are minimised.
"""

from __future__ import annotations

from collections.abc import Callable

from numeric_kinds import basins, classic, many, path, terraces
from other_kinds import category, failing, families, integers, noise
from problem import Point as Point
from problem import Problem as Problem
from problem import Record as Record

KINDS: dict[str, Callable[[int], Problem]] = {
    one.__name__: one
    for one in (terraces, basins, families, category, path, classic, many, noise, integers, failing)
}


def problem(kind: str, seed: int) -> Problem:
    """Return a problem of a kind."""
    return KINDS[kind](seed)
