"""Variation operators of an evolutionary search over encoded columns, for a whole population at once.

Notation: `n` individuals, `d` columns. All arrays are float64; the caller projects the children.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hebo.acq_optimizers.sorting import Array, Ints
from hebo.base import Domain

Rng = np.random.Generator

CROSSOVER_SHARE = 0.9
"""Share of pairs that recombine; the others pass on their numbers (Deb et al., 2002)."""

LINE_SHARE = 0.25
"""Share of pairs whose numbers are blended along one line instead, which keeps to smooth Pareto sets."""

ETA_CROSSOVER = 15.0
"""Distribution index of the crossover: the larger, the nearer are children to their parents."""

ETA_MUTATION = 20.0
"""Distribution index of the mutation."""


class Variation:
    """Simulated binary crossover and polynomial mutation; categorical codes are exchanged and redrawn.

    Args:
        domain: Gives the bounds and the categorical columns. Columns of zero range stay as they are.
        rng: Source of every random decision.
    """

    def __init__(self, domain: Domain, rng: Rng) -> None:
        self._rng = rng
        self._lower, self._upper = domain.bounds.cpu().numpy()
        self._n_codes = np.array([domain.categorical_dims.get(j, 0) for j in range(len(self._lower))])
        self._is_code = self._n_codes > 0
        n_free = max(int((self._upper > self._lower).sum()), 1)
        self._mutation_share = min(0.5, 1.0 / n_free)

    def children(self, x: Array, ranks: Ints, distances: Array) -> Array:
        """Return as many children as there are individuals in `x` (one more if odd), not projected."""
        n_pairs = (len(x) + 1) // 2
        parents = x[self._tournament(ranks, distances, 2 * n_pairs)].reshape(2, n_pairs, -1)
        on_line = self._rng.random((n_pairs, 1)) < LINE_SHARE
        numbers = np.where(on_line, self._blend(parents), self._crossover(parents))
        children = np.where(self._is_code, self._exchange(parents), numbers)
        return self._mutate(children.reshape(2 * n_pairs, -1))

    def _tournament(self, ranks: Ints, distances: Array, n: int) -> Ints:
        """Draw `n` parents, each the better one of two: of the lower front, or in the emptier region."""
        first, second = self._rng.integers(len(ranks), size=(2, n))
        nearer = (ranks[first] == ranks[second]) & (distances[first] >= distances[second])
        winners: Ints = np.where((ranks[first] < ranks[second]) | nearer, first, second)
        return winners

    def _crossover(self, parents: Array) -> Array:
        """Simulated binary crossover of pairs (`2 x n x d`) within the bounds (Deb and Agrawal, 1995)."""
        low, high = parents.min(0), parents.max(0)
        gap = high - low
        crossed = (self._rng.random(gap.shape) < 0.5) & (gap > 1e-14)
        crossed &= self._rng.random((len(gap), 1)) < CROSSOVER_SHARE
        u = self._rng.random(gap.shape)
        middle, half = 0.5 * (low + high), 0.5 * np.where(crossed, gap, 1.0)
        small = middle - half * _spread(u, (low - self._lower) / half)
        large = middle + half * _spread(u, (self._upper - high) / half)
        swap = self._rng.random(gap.shape) < 0.5
        children = np.stack([np.where(swap, large, small), np.where(swap, small, large)])
        return np.where(crossed, children, parents)

    def _blend(self, parents: Array) -> Array:
        """Return points between both parents, anywhere on the line."""
        share = self._rng.random((2, parents.shape[1], 1))
        children: Array = parents[0] + share * (parents[1] - parents[0])
        return children

    def _exchange(self, parents: Array) -> Array:
        """Swap columns between the parents of a pair."""
        return np.where(self._rng.random(parents.shape[1:]) < 0.5, parents[::-1], parents)

    def _mutate(self, x: Array) -> Array:
        """Change a column here and there: numbers by polynomial mutation, codes to any other."""
        mutated = self._rng.random(x.shape) < self._mutation_share
        u = self._rng.random(x.shape)
        redrawn = (x + 1.0 + np.floor(u * (self._n_codes - 1))) % np.maximum(self._n_codes, 1)
        moved = x + _polynomial(u, x - self._lower, self._upper - x)
        return np.where(mutated, np.where(self._is_code, redrawn, moved), x)


def _spread(u: Array, room: Array) -> Array:
    """Return spread factors that keep a child within `room` half gaps of the outer parent.

    The density falls as `beta^-(eta + 2)` beyond the parents and is cut where the bound lies.
    """
    alpha = 2.0 - (1.0 + np.maximum(room, 0.0)) ** -(ETA_CROSSOVER + 1.0)
    inside = u * alpha
    contracting = inside <= 1.0
    base = np.where(contracting, inside, 1.0 / np.maximum(2.0 - inside, 1e-300))
    spread: Array = base ** (1.0 / (ETA_CROSSOVER + 1.0))
    return spread


def _polynomial(u: Array, below: Array, above: Array) -> Array:
    """Return polynomial steps (Deb and Goyal, 1996) that leave the bounds nowhere.

    Args:
        u: Uniform numbers.
        below: Room down to the lower bound.
        above: Room up to the upper bound.
    """
    width = below + above
    power = ETA_MUTATION + 1.0
    down = u < 0.5
    # A constraint may have moved a point of a part of the space out of that part.
    room = np.clip(np.where(down, below, above) / np.where(width > 0, width, 1.0), 0.0, 1.0)
    share = np.where(down, 2.0 * u, 2.0 * (1.0 - u))
    reach: NDArray[np.float64] = 1.0 - (share + (1.0 - share) * (1.0 - room) ** power) ** (1.0 / power)
    return np.where(down, -reach, reach) * width
