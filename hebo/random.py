"""Randomness as a value: generators are made from integers and handed down.

Every random decision of an optimizer comes from a generator made of `(seed, counter)`, so a run can
be continued from its history alone. Library code that draws from global streams runs inside
`seeded`, which restores them. torch is imported where a generator is wanted: seeds need none.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def derive_seed(*parts: object) -> int:
    """Return a 63-bit seed that depends on all `parts` (through their `repr`) and on nothing else."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def make_generator(*parts: object) -> torch.Generator:
    """Return a CPU generator seeded by `derive_seed(*parts)`."""
    import torch

    return torch.Generator().manual_seed(derive_seed(*parts))


def draw_seed(generator: torch.Generator, *, bits: int = 31) -> int:
    """Draw an integer seed in `[0, 2**bits)` for a library that wants one."""
    import torch

    return int(torch.randint(2**bits, (), generator=generator).item())


_STREAMS = RLock()
"""Held while the global streams are in use: there is one of each, whatever the thread."""


@contextmanager
def seeded(generator: torch.Generator) -> Iterator[None]:
    """Seed the global torch, NumPy and Python streams from `generator`; restore them afterwards.

    Of several threads one at a time is inside.
    """
    with _STREAMS, _seeded(draw_seed(generator)):
        yield


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    import torch

    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    with torch.random.fork_rng():
        try:
            torch.manual_seed(seed)
            np.random.seed(seed)  # noqa: NPY002
            random.seed(seed)
            yield
        finally:
            random.setstate(python_state)
            np.random.set_state(numpy_state)  # noqa: NPY002
