"""The model by its definition, one walk at a time: slow, and written without the code under test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from tasks.antibody.antigen import Antigen

Point = tuple[int, int, int]
WAYS = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]


def point(site: int) -> Point:
    return site % 64, site // 64 % 64, site // 4096


def site(at: Point) -> int:
    return at[0] + 64 * at[1] + 4096 * at[2]


def beside(at: Point) -> list[Point]:
    return [(at[0] + x, at[1] + y, at[2] + z) for x, y, z in WAYS]


class Model:
    """An antigen as a dictionary of residues by their places."""

    def __init__(self, antigen: Antigen) -> None:
        self.residues = dict(zip(map(point, antigen.positions), antigen.sequence, strict=True))
        self.forbidden = {*self.residues, *map(point, antigen.blocked)}

    def touched(self, at: Point) -> str:
        return "".join(sorted(self.residues[one] for one in beside(at) if one in self.residues))

    def walks(self, length: int, min_contacts: int) -> Iterator[list[Point]]:
        """All structures: walks from any place from which the antigen can be reached at all."""
        near = set(self.residues)
        for _ in range(length):
            near |= {one for at in near for one in beside(at)}
        for start in sorted(near - self.forbidden):
            yield from self._onward([start], length, min_contacts)

    def _onward(self, walk: list[Point], length: int, min_contacts: int) -> Iterator[list[Point]]:
        if len(walk) == length:
            counts = [len(self.touched(at)) for at in walk]
            first = next((i for i, count in enumerate(counts) if count), None)
            if first is not None and 1 + sum(counts[first + 1 :]) >= min_contacts:
                yield walk
            return
        for at in beside(walk[-1]):
            if at not in self.forbidden and at not in walk:
                yield from self._onward([*walk, at], length, min_contacts)

    def profile(self, walk: list[Point]) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
        """What the energy of a walk depends on."""
        touching = [
            (i, j) for i, j in combinations(range(len(walk)), 2) if j - i >= 2 and walk[j] in beside(walk[i])
        ]
        return tuple(self.touched(at) for at in walk), tuple(touching)


def energy(sequence: str, profiles: set, table: dict[frozenset[str], int]) -> tuple[int, int, int]:  # type: ignore[type-arg]
    """Least total in hundredths, the sum of bindings of the profiles that have it, and their number."""
    found = []
    for touched, touching in profiles:
        bind = sum(
            table[frozenset((own, other))]
            for own, all_ in zip(sequence, touched, strict=True)
            for other in all_
        )
        fold = sum(table[frozenset((sequence[i], sequence[j]))] for i, j in touching)
        found.append((bind + fold, bind))
    best = min(total for total, _ in found)
    tied = [bind for total, bind in found if total == best]
    return best, sum(tied), len(tied)
