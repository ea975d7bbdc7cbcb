"""`Profile`: the CPU seconds that the phases of one suggestion took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Profile:
    """Adds up CPU seconds by phase. Cheap enough to stay switched on: two readings of a clock per phase.

    A phase inside another one counts for itself only, so the seconds of all phases add up to the time
    spent. CPU seconds are those of this process with all its threads (`time.process_time`): waiting for a
    busy machine does not count, and a computation on two threads counts twice.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner: list[float] = []

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the CPU seconds of the block to phase `name`, without those of phases inside it."""
        start = time.process_time()
        self._inner.append(0.0)
        try:
            yield
        finally:
            elapsed = time.process_time() - start
            self.add(name, elapsed - self._inner.pop())
            if self._inner:
                self._inner[-1] += elapsed

    def add(self, name: str, seconds: float) -> None:
        """Add CPU seconds spent elsewhere, for example in a process that the optimiser waits for."""
        self.seconds[name] = self.seconds.get(name, 0.0) + max(seconds, 0.0)

    @property
    def total(self) -> float:
        """CPU seconds of all phases together."""
        return sum(self.seconds.values())

    def reset(self) -> None:
        """Forget all seconds; phases that are under way are measured on."""
        self.seconds = {}
