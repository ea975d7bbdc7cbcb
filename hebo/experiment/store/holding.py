"""Holding a run for the duration of a change: a lease that is waited for, renewed, and given back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from hebo.errors import StoreError
from hebo.experiment.store.leases import LEASE_SECONDS, Owner
from hebo.experiment.store.store import Store

PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.05


@contextmanager
def holding(store: Store, run_id: str, what: str) -> Iterator[Owner]:
    """Hold a run for the block, so that nobody else changes it.

    Args:
        store: Of the run.
        run_id: The run.
        what: How messages call it.

    Yields:
        Who holds it.

    Raises:
        StoreError: If somebody else holds it for longer than a few seconds.
    """
    owner, done = Owner.me(), threading.Event()
    _claim(store, run_id, owner, what)
    renewal = threading.Thread(target=_renew, args=(store, owner, done), daemon=True)
    renewal.start()
    try:
        yield owner
    finally:
        done.set()
        renewal.join()
        store.release(owner)


def _claim(store: Store, run_id: str, owner: Owner, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not store.claim_run(run_id, owner):
        if time.monotonic() > deadline:
            holder = store.holder_of(run_id)
            who = "another process" if holder is None else f"process {holder.pid} on {holder.host}"
            raise StoreError(f"{what} is in use by {who}; wait for it to end.")
        time.sleep(_POLL_SECONDS)


def _renew(store: Store, owner: Owner, done: threading.Event) -> None:
    while not done.wait(LEASE_SECONDS / 4):
        store.renew(owner)
