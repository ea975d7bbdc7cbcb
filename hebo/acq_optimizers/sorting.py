"""Non-dominated sorting and crowding of a few hundred value vectors, on arrays.

Notation: `n` points, `m` values; larger is better throughout.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

Places = NDArray[np.signedinteger[Any]]

_DIRECT = 768
"""Of at most so many points all pairs are compared at once."""


def dominance(places: Places) -> NDArray[np.bool_]:
    """Say for each pair (`n x n`) whether the row dominates the column: nowhere worse, somewhere better."""
    total = places.sum(0, dtype=places.dtype)
    dominates: NDArray[np.bool_] = total[:, None] > total[None, :]
    for place in places:
        dominates &= place[:, None] >= place[None, :]
    return dominates


def front_ranks(values: Array, limit: int | None = None) -> Ints:
    """Return the front of each point (`n`), 0 for those that no other dominates (Deb et al., 2002).

    Args:
        values: `n x m`.
        limit: Once this many points have a front, all others are put into one last front.
    """
    places = _places(values)
    if len(places) == 1:
        ranks: Ints = (places[0].max(initial=0) - places[0]).astype(np.int64)
        return ranks
    peel = _peel_counted if len(values) <= _DIRECT else _peel_searched
    return peel(places, limit or len(values))


def _places(values: Array) -> Places:
    """Return the place of each point in the order of each value, `m x n`: small integers compare faster."""
    order = values.argsort(0)
    ordered = np.take_along_axis(values, order, 0)
    steps = np.zeros(values.shape, dtype=np.int64)
    np.cumsum(ordered[1:] > ordered[:-1], axis=0, out=steps[1:])
    places = np.empty_like(steps)
    np.put_along_axis(places, order, steps, 0)
    kind = np.int16 if values.size < 2**15 else np.int64  # sums over the values fit too
    return np.ascontiguousarray(places.T.astype(kind))


def _peel_counted(places: Places, limit: int) -> Ints:
    """Rank points by how many not yet ranked ones dominate each: all pairs are compared once."""
    dominates = dominance(places)
    n_above = dominates.sum(0, dtype=np.int16)
    ranks = np.full(len(n_above), -1)
    n_ranked, rank = 0, 0
    while n_ranked < min(limit, len(ranks)):
        front = np.flatnonzero(n_above == 0)
        ranks[front] = rank
        n_above -= dominates[front].sum(0, dtype=np.int16)
        n_above[front] = -1
        n_ranked, rank = n_ranked + len(front), rank + 1
    ranks[ranks < 0] = rank
    return ranks


def _peel_searched(places: Places, limit: int) -> Ints:
    """Rank many points front by front, without comparing all pairs."""
    rest, rank = np.arange(places.shape[1]), 0
    ranks = np.full(len(rest), -1)
    while len(rest) and len(ranks) - len(rest) < limit:
        is_front = _front(places[:, rest])
        ranks[rest[is_front]] = rank
        rest, rank = rest[~is_front], rank + 1
    ranks[rest] = rank
    return ranks


def _front(places: Places) -> NDArray[np.bool_]:
    """Say which points (`n`) no other dominates: blocks first, then the rest of them in fewer blocks."""
    kept = np.argsort(-places.sum(0, dtype=np.int64), kind="stable")
    n_blocks = -(-len(kept) // _DIRECT)
    while n_blocks:
        blocks = [kept[k::n_blocks] for k in range(n_blocks)]
        kept = np.concatenate([block[~dominance(places[:, block]).any(0)] for block in blocks])
        n_blocks //= 2
    is_front = np.zeros(places.shape[1], dtype=bool)
    is_front[kept] = True
    return is_front


def crowding(values: Array, ranks: Ints) -> Array:
    """Return how far the neighbors on the same front are (`n`), infinite at the ends of a front.

    The sum over the values of the distance from the next smaller to the next larger one, in units of the
    range of that value over the first front (Deb et al., 2002).
    """
    total = np.zeros(len(values))
    for column in values.T:
        order = np.lexsort((column, ranks))
        sorted_column, sorted_ranks = column[order], ranks[order]
        gaps = np.full(len(values), np.inf)
        gaps[1:-1] = sorted_column[2:] - sorted_column[:-2]
        gaps[1:-1][(sorted_ranks[2:] != sorted_ranks[:-2])] = np.inf
        width = np.ptp(column[ranks == 0])
        total[order] += gaps / (width if width > 0 else 1.0)
    return total


def survivors(values: Array, n: int) -> tuple[Ints, Ints, Array]:
    """Choose the best `n` points: by front, and within the last one by crowding.

    Returns:
        Their indices, best first, their fronts and their crowding distances.
    """
    ranks = front_ranks(values, n)
    distances = crowding(values, ranks)
    order = np.lexsort((-distances, ranks))[:n]
    return order, ranks[order], distances[order]
