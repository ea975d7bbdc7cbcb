"""Non-dominated sorting and crowding of a few hundred value vectors, on arrays.

Notation: `n` points, `m` values; larger is better throughout.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_BLOCK = 256
"""Points compared with one another at once while a front is sought among many."""


def dominance(values: Array) -> NDArray[np.bool_]:
    """Say for each pair (`n x n`) whether the row dominates the column: nowhere worse, somewhere better."""
    columns = np.ascontiguousarray(values.T)
    not_worse = np.logical_and.reduce(columns[:, :, None] >= columns[:, None, :])
    dominates: NDArray[np.bool_] = not_worse & ~not_worse.T
    return dominates


def front_ranks(values: Array, limit: int | None = None) -> Ints:
    """Return the front of each point (`n`), 0 for those that no other dominates (Deb et al., 2002).

    Args:
        values: `n x m`.
        limit: Once this many points have a front, all others are put into one last front.
    """
    n, limit = len(values), limit or len(values)
    if values.shape[1] == 1:
        return np.unique(-values[:, 0], return_inverse=True)[1].astype(np.int64)
    if n > 2 * _BLOCK:
        return _peel(values, limit)
    dominates = dominance(values)
    n_above = dominates.sum(0)
    ranks = np.full(n, -1)
    n_ranked, rank = 0, 0
    while n_ranked < min(n, limit):
        front = (n_above == 0) & (ranks < 0)
        ranks[front] = rank
        n_above = n_above - dominates[front].sum(0)
        n_ranked, rank = n_ranked + int(front.sum()), rank + 1
    ranks[ranks < 0] = rank
    return ranks


def _peel(values: Array, limit: int) -> Ints:
    """Rank many points front by front, without comparing all pairs."""
    ranks = np.full(len(values), -1)
    rest, rank = np.arange(len(values)), 0
    while len(rest) and len(values) - len(rest) < limit:
        front = _front(values[rest])
        ranks[rest[front]] = rank
        rest, rank = np.delete(rest, front), rank + 1
    ranks[ranks < 0] = rank
    return ranks


def _front(values: Array) -> Ints:
    """Return the indices of the non-dominated points: those of each block, compared again in larger blocks."""
    kept = np.lexsort(values.T)[::-1]
    while True:
        blocks = np.array_split(kept, -(-len(kept) // _BLOCK))
        survivors = np.concatenate([block[~dominance(values[block]).any(0)] for block in blocks])
        if len(blocks) == 1:
            return survivors
        if len(survivors) > 0.5 * len(kept):
            return survivors[~dominance(values[survivors]).any(0)]
        kept = survivors


def crowding(values: Array, ranks: Ints) -> Array:
    """Return how far the neighbours on the same front are (`n`), infinite at the ends of a front.

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
