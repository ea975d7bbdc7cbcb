"""Read-only access to an SQLite file where nothing can be written.

SQLite's write-ahead log needs two files beside the database even to be read, unless it is told that nobody
will ever write. That is safe for a store whose last writer has ended in peace. Where one has not, commits
are left in the log, which such a reader would miss: then a copy elsewhere is read.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Connect = Callable[[], sqlite3.Connection]


@contextmanager
def unwritable(file: Path | None) -> Iterator[Connect | None]:
    """Give a way to read an SQLite file where its folder cannot be written; None where there is no need."""
    if file is None or os.access(file.parent, os.W_OK):
        yield None
        return
    log, index = (file.with_name(file.name + suffix) for suffix in ("-wal", "-shm"))
    if not log.is_file() or not log.stat().st_size:
        yield lambda: _connect(file, "immutable=1")
    elif index.is_file():
        yield None  # all that is needed is there
    else:
        with tempfile.TemporaryDirectory(prefix="hebo-") as folder:
            copy = Path(shutil.copy(file, folder))
            shutil.copy(log, folder)
            yield lambda: _connect(copy, "mode=rw")


def _connect(file: Path, option: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?{option}", uri=True)
