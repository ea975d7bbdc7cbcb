"""Fallback counting: whoever continues with the second-best way says so here, by reason."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

logger = logging.getLogger("hebo.fallbacks")

_COUNTERS: ContextVar[tuple[Counter[str], ...]] = ContextVar("hebo_fallback_counters", default=())


def note_fallback(reason: str, detail: str = "") -> None:
    """Count that something fell back, and log a warning the first time within a counted block.

    Args:
        reason: A few fixed words, the key of the count, for example "fit did not converge".
        detail: What differs from case to case; only logged.
    """
    counters = _COUNTERS.get()
    if not counters or reason not in counters[-1]:
        logger.warning("%s: %s" if detail else "%s", *filter(None, (reason, detail)))
    for counter in counters:
        counter[reason] += 1


@contextmanager
def counting_fallbacks() -> Iterator[Counter[str]]:
    """Collect the fallbacks of a block: reason -> how often. Blocks nest; each counts what happens inside it.

    Other threads and other tasks of an event loop count for themselves.
    """
    counter: Counter[str] = Counter()
    token = _COUNTERS.set((*_COUNTERS.get(), counter))
    try:
        yield counter
    finally:
        _COUNTERS.reset(token)
