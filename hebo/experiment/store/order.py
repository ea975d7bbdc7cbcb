"""Order of the asks and tells of a run, as its trials record it.

Where each tell follows the ask of its points, the rounds say it all. Where several trials are under way at
once, each trial notes the place of its tell among all asks and tells; the asks have the other places, in the
order of the rounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hebo.errors import StoreError
from hebo.experiment.store.frames import by_round
from hebo.experiment.store.run_log import Trial


def n_events(trials: Sequence[Trial]) -> int:
    """Return how many asks and tells trials record: the place of the next one."""
    return len({one.round for one in trials}) + len(_tells(trials))


def in_order(trials: Sequence[Trial]) -> Iterator[tuple[list[Trial], bool]]:
    """Yield the trials of each ask and of each tell, in the order they happened, and whether it is a tell.

    Args:
        trials: In number order.

    Raises:
        StoreError: If there cannot be such an order.
    """
    asks, tells = iter(by_round(trials)), _tells(trials)
    for place in range(n_events(trials)):
        found = tells.pop(place, None) or next(asks, None)
        if found is None:
            raise StoreError(
                f"a run is damaged: the trials {_named(tells)} were told at places out of order."
            )
        yield found, found[0].told == place


def _tells(trials: Sequence[Trial]) -> dict[int, list[Trial]]:
    tells: dict[int, list[Trial]] = {}
    for one in trials:
        if one.told is not None:
            tells.setdefault(one.told, []).append(one)
    return tells


def _named(tells: dict[int, list[Trial]]) -> str:
    return ", ".join(str(one.number) for trials in tells.values() for one in trials)
