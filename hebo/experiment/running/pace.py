"""Pace of a run: how many points to ask for before a worker is free for them.

A point that is asked for when a worker is free is computed from all that is known. Where an ask takes long
beside an evaluation, workers would wait for it, and some points are asked for ahead.
"""

from __future__ import annotations

import math
from collections import deque

_NEGLIGIBLE = 0.25
"""Evaluations that end while a point is asked for: below this many, workers hardly ever wait."""


class Pace:
    """Compares asks with evaluations.

    Args:
        n_workers: How many evaluations go on at once.
    """

    def __init__(self, n_workers: int) -> None:
        self._n_workers = n_workers
        self._asks: deque[float] = deque(maxlen=3)
        self._evaluations: deque[float] = deque(maxlen=2 * n_workers)

    def asked(self, seconds: float) -> None:
        """Note how long an ask has taken."""
        self._asks.append(seconds)

    def evaluated(self, seconds: float) -> None:
        """Note how long an evaluation has taken."""
        self._evaluations.append(seconds)

    @property
    def n_ahead(self) -> int:
        """How many points beyond one for each worker shall be asked for: as many as end during an ask."""
        if self._n_workers == 1 or not self._asks or not self._evaluations:
            return 0
        ask = min(self._asks)  # one that loads libraries says nothing of the next
        evaluation = math.fsum(self._evaluations) / len(self._evaluations)
        if ask >= evaluation:
            return self._n_workers
        n_ending = self._n_workers * ask / evaluation
        return math.ceil(n_ending) if n_ending >= _NEGLIGIBLE else 0
