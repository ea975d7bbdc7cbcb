from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from hebo.errors import MissingExtraError, StoreError
from hebo.experiment.store import database, tables
from hebo.experiment.store.database import open_engine, safe_url


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_store_and_its_folder_are_made(tmp_path: Path) -> None:
    engine = open_engine(url_of(tmp_path / "new" / "results.db"), create=True)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
    engine.dispose()
    open_engine(url_of(tmp_path / "new" / "results.db"), create=False).dispose()


def test_reading_a_store_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no store at .*; `hebo run` makes one"):
        open_engine(url_of(tmp_path / "results.db"), create=False)
    assert not (tmp_path / "results.db").exists()


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    url = url_of(tmp_path / "results.db")
    engine = open_engine(url, create=True)
    with engine.begin() as connection:
        connection.execute(update(tables.info).values(value="99"))
    engine.dispose()
    with pytest.raises(StoreError, match="schema version 99, this hebo writes 2"):
        open_engine(url, create=True)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.db"
    path.write_text("this is not a database, and long enough to be taken for one\n" * 20)
    with pytest.raises(StoreError, match=r"cannot be used: .*file is not a database"):
        open_engine(url_of(path), create=True)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="must be a file, as workers share it"):
        open_engine(url, create=True)


@pytest.mark.parametrize("url", ["nonsense", "nosuch://host/db"])
def test_what_is_no_store_url_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="is not a store URL"):
        open_engine(url, create=True)


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(MissingExtraError, match="is not installed"):
        open_engine("mysql+pymysql://host/db", create=True)


def test_passwords_are_hidden_in_messages() -> None:
    assert safe_url("postgresql://me:secret@host/db") == "postgresql://me:***@host/db"


class BusyConnection:
    """Fails as SQLite does while another connection changes the journal mode."""

    def __init__(self, n_failures: int, code: int = sqlite3.SQLITE_BUSY) -> None:
        self.n_failures, self.code, self.cursor = n_failures, code, sqlite3.connect(":memory:").cursor()

    def execute(self, statement: str) -> sqlite3.Cursor:
        if self.n_failures:
            self.n_failures -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = self.code
            raise error
        return self.cursor.execute(statement)


def test_the_journal_mode_waits_for_its_turn() -> None:
    connection: Any = BusyConnection(3)
    database._to_wal(connection)
    assert connection.n_failures == 0


def test_it_does_not_wait_for_ever_nor_for_other_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    full: Any = BusyConnection(10**9, sqlite3.SQLITE_FULL)
    with pytest.raises(sqlite3.OperationalError):
        database._to_wal(full)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    busy: Any = BusyConnection(10**9)
    with pytest.raises(sqlite3.OperationalError):
        database._to_wal(busy)


def test_many_may_make_a_store_at_once(tmp_path: Path) -> None:
    url, together = url_of(tmp_path / "results.db"), threading.Barrier(6)

    def make(_: int) -> None:
        together.wait()
        open_engine(url, create=True).dispose()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(make, range(6)))
