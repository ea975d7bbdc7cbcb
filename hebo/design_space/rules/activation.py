"""Activation search: values of parents that keep given parameters active."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hebo.design_space.parameters.layout import Layout
from hebo.design_space.rules.conditions import Conditions

Positions = Mapping[str, frozenset[int]]
"""Parent -> positions on its grid: those that an alternative asks for, or those that it may still have."""

Ranking = Callable[[Sequence[Positions]], Sequence[Positions]]
"""Puts the alternatives of a condition into the order in which they are tried."""


@dataclass(frozen=True)
class Activation:
    """The conditions of a space, for a search of the values that keep parameters active.

    Attributes:
        alternatives: Child -> its alternatives. Other parameters are always active.
    """

    alternatives: Mapping[str, Sequence[Positions]]

    @classmethod
    def of(cls, layout: Layout, conditions: Conditions) -> Activation:
        """Return the conditions with positions in place of encoded values."""
        return cls(
            {
                child: [
                    {
                        parent: frozenset(layout.grid(parent).index(codes).long().tolist())
                        for parent, codes in one.items()
                    }
                    for one in alternatives
                ]
                for child, alternatives in conditions.codes.items()
            }
        )

    def ways(
        self,
        wanted: Sequence[str],
        held: Positions,
        *,
        rank: Ranking = list,
        done: frozenset[str] = frozenset(),
    ) -> Iterator[Positions]:
        """Yield how parents can be held so that all of some parameters are active, by depth-first search.

        An alternative that holds already is the only one tried, so no way is narrower than it need be.

        Args:
            wanted: The parameters.
            held: Parents that are held already, with the positions that they may have.
            rank: The order of the alternatives, which decides which way comes first.
            done: Parameters that what is held keeps active.
        """
        waiting = [name for name in wanted if name in self.alternatives and name not in done]
        if not waiting:
            yield held
            return
        first, *others = waiting
        options = self._options(first, held)
        certain = [one for one in options if all(name in held and held[name] <= one[name] for name in one)]
        for one in certain[:1] or rank(options):
            # The parents come first, so that a dead end shows before anything else is tried.
            yield from self.ways([*one, *others], narrow(held, one), rank=rank, done=done | {first})

    def _options(self, name: str, held: Positions) -> list[Positions]:
        """Return the alternatives of a parameter that leave each parent a value."""
        return [
            one
            for one in self.alternatives[name]
            if all(held.get(parent, positions) & positions for parent, positions in one.items())
        ]

    def force(self, wanted: Sequence[str], held: Positions) -> tuple[Positions, list[str]]:
        """Return what parents have in every way, and the parameters with a choice left.

        Where a single alternative is left it is made to hold, again and again until that is nowhere so.

        Args:
            wanted: The parameters, for which there is a way to be active.
            held: Parents that are held already.
        """
        done: set[str] = set()
        while True:
            waiting = [name for name in wanted if name in self.alternatives and name not in done]
            decided = ((name, self._possible(name, held)) for name in waiting)
            name, found = next(((name, found) for name, found in decided if len(found) == 1), ("", []))
            if not found:
                return held, waiting
            held, wanted = narrow(held, found[0]), [*wanted, *found[0]]
            done.add(name)

    def nearest(
        self, point: Mapping[str, int], target: Mapping[str, float], wanted: Sequence[str], held: Positions
    ) -> dict[str, int]:
        """Return which parents of a point to move where, so that parameters are active.

        One after the other, each gets the alternative that moves the fewest parents, of several that which
        ends nearest to the target; it need not be the best for all together.

        Args:
            point: Parent -> its position on the grid.
            target: Parent -> where between the positions it would best be.
            wanted: The parameters, for which there is a way to be active.
            held: Parents that are held already.
        """

        def cost(alternative: Positions) -> tuple[int, float]:
            moved = [name for name, positions in alternative.items() if point[name] not in positions]
            return len(moved), sum(min(abs(k - target[name]) for k in alternative[name]) for name in moved)

        way = next(self.ways(wanted, held, rank=lambda options: sorted(options, key=cost)))
        moved = {name: positions for name, positions in way.items() if point[name] not in positions}
        return {
            name: min(positions, key=lambda k: (abs(k - target[name]), k))
            for name, positions in moved.items()
        }

    def _possible(self, name: str, held: Positions) -> list[Positions]:
        """Return the alternatives of a parameter for which there is a way."""
        return [
            one
            for one in self._options(name, held)
            if next(self.ways(list(one), narrow(held, one)), None) is not None
        ]


def narrow(held: Positions, alternative: Positions) -> Positions:
    """Return what parents may still have where an alternative is to hold as well."""
    asked = {parent: held.get(parent, positions) & positions for parent, positions in alternative.items()}
    return {**held, **asked}
