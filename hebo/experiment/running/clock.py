"""Timing of a round: wall and CPU seconds of its parts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Clock:
    """Wall and CPU seconds of the named parts of a round, and the CPU seconds outside of all of them.

    `cpu_elsewhere` holds those that other processes spent on the tell.
    """

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    cpu_elsewhere: float = 0.0
    began: float = field(default_factory=time.process_time)

    @contextmanager
    def measure(self, part: str) -> Iterator[None]:
        """Measure the block as `part`."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.wall[part] = time.perf_counter() - wall
            self.cpu[part] = self.cpu.get(part, 0.0) + time.process_time() - cpu

    def overhead(self) -> float:
        """Return the CPU seconds of this process since the clock began, less those measured."""
        return max(0.0, time.process_time() - self.began - sum(self.cpu.values()))
