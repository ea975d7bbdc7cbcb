"""`Profile`: the CPU seconds that the phases of one suggestion took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar


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
    def recording(self) -> Iterator[None]:
        """Forget all seconds and measure the block: its phases (see `phase`), and the "rest"."""
        self.seconds = {}
        token = _CURRENT.set(self)
        try:
            with self.phase("rest"):
                yield
        finally:
            _CURRENT.reset(token)

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
        """Add CPU seconds spent elsewhere, for example in a process that the optimizer waits for."""
        self.seconds[name] = self.seconds.get(name, 0.0) + max(seconds, 0.0)

    @property
    def total(self) -> float:
        """CPU seconds of all phases together."""
        return sum(self.seconds.values())


_CURRENT: ContextVar[Profile | None] = ContextVar("hebo_profile", default=None)


def phase(name: str) -> AbstractContextManager[None]:
    """Measure the block as a phase of the profile that is recording; without one, measure nothing."""
    profile = _CURRENT.get()
    return nullcontext() if profile is None else profile.phase(name)
