"""Keeping given parameters active: which values of their parents do, where a condition has alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from torch import Tensor

from hebo.design_space.conditions import Conditions, matches

Codes = Mapping[str, Tensor]
"""Parent -> encoded values of it: those that an alternative asks for, or those that it may still have."""

Ranking = Callable[[Sequence[Codes]], Sequence[Codes]]
"""Puts the alternatives of a condition into the order in which they are tried."""


def ways(
    conditions: Conditions,
    wanted: Sequence[str],
    held: Codes,
    *,
    rank: Ranking = list,
    done: frozenset[str] = frozenset(),
) -> Iterator[Codes]:
    """Yield how parents can be held so that all of some parameters are active, by depth-first search.

    An alternative that holds already is the only one tried, so no way is narrower than it need be.

    Args:
        conditions: Of the space.
        wanted: The parameters; one without a condition is always active.
        held: Parents that are held already, with the values that they may have.
        rank: The order of the alternatives, which decides which way comes first.
        done: Parameters that what is held keeps active.
    """
    waiting = [name for name in wanted if name in conditions.codes and name not in done]
    if not waiting:
        yield held
        return
    first, *others = waiting
    options = _options(conditions, first, held)
    certain = [one for one in options if _is_as_wide(held, narrow(held, one))]
    for one in certain[:1] or rank(options):
        # The parents come first, so that a dead end shows before anything else is tried.
        yield from ways(conditions, [*one, *others], narrow(held, one), rank=rank, done=done | {first})


def _options(conditions: Conditions, name: str, held: Codes) -> list[Codes]:
    """Return the alternatives of a parameter that leave each parent a value."""
    return [one for one in conditions.codes[name] if all(map(len, narrow(held, one).values()))]


def narrow(held: Codes, alternative: Codes) -> Codes:
    """Return what parents may still have where an alternative is to hold, nothing if they cannot."""
    asked = {parent: codes[matches(codes, held.get(parent, codes))] for parent, codes in alternative.items()}
    return {**held, **asked}


def _is_as_wide(held: Codes, narrowed: Codes) -> bool:
    """Say whether nothing was lost by `narrow`."""
    return all(parent in held and len(codes) == len(held[parent]) for parent, codes in narrowed.items())


def force(conditions: Conditions, wanted: Sequence[str], held: Codes) -> tuple[Codes, list[str]]:
    """Return what parents have in every way to keep parameters active, and the parameters with a choice left.

    Where a single alternative is left it is made to hold, again and again until that is nowhere so.

    Args:
        conditions: Of the space.
        wanted: The parameters, for which there is a way.
        held: Parents that are held already.
    """
    done: set[str] = set()
    while True:
        waiting = [name for name in wanted if name in conditions.codes and name not in done]
        decided = ((name, _possible(conditions, name, held)) for name in waiting)
        name, found = next(((name, found) for name, found in decided if len(found) == 1), ("", []))
        if not found:
            return held, waiting
        held, wanted = narrow(held, found[0]), [*wanted, *found[0]]
        done.add(name)


def _possible(conditions: Conditions, name: str, held: Codes) -> list[Codes]:
    """Return the alternatives of a parameter for which there is a way."""
    return [
        one
        for one in _options(conditions, name, held)
        if next(ways(conditions, list(one), narrow(held, one)), None) is not None
    ]
