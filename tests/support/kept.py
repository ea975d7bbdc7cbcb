"""What a store has of a campaign, as tests look at it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from hebo.experiment.campaign.storage import run_id_of
from hebo.experiment.store.holding import holding
from hebo.experiment.store.store import Store


def document(file: str | Path) -> dict[str, Any]:
    """Return the document of the only campaign in a store."""
    with closing(sqlite3.connect(file)) as connection:
        ((text,),) = connection.execute("SELECT document FROM hebo_campaigns").fetchall()
    found: dict[str, Any] = json.loads(text)
    return found


def text(file: str | Path) -> str | None:
    """Return all that a store has of its campaign, as text; None where there is none."""
    return json.dumps(document(file)) if Path(file).exists() else None


def as_earlier(file: str | Path, found: dict[str, Any]) -> Path:
    """Put a document into the file that earlier versions kept, in place of the store; return its path."""
    path = Path(file)
    path.unlink(missing_ok=True)
    log = path.with_suffix(".log.json")
    earlier = {key: value for key, value in found.items() if key != "former"}
    log.write_text(json.dumps(earlier))
    return log


@contextmanager
def held(file: str | Path, name: str) -> Iterator[None]:
    """Hold a campaign, as a command does that changes it."""
    store = Store(f"sqlite:///{file}", name)
    try:
        with holding(store, run_id_of(name), name):
            yield
    finally:
        store.close()
