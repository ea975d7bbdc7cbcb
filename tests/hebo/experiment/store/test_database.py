from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, update

from hebo.errors import MissingExtraError, StoreError
from hebo.experiment.store import database, tables
from hebo.experiment.store.database import open_engine, safe_url
from hebo.experiment.store.results import load_results


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
    with pytest.raises(StoreError, match="schema version 99, this hebo writes 5"):
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


def old_store(path: Path, version: int = 2) -> str:
    """Make a store as an older version of the schema had it, with a run and a trial, and return its URL."""
    url = url_of(path)
    engine = open_engine(url, create=True)
    run = {"experiment": "e", "run_id": "o@t#0", "position": 0, "optimizer": "o", "task": "t", "seed": 0}
    counts = {"n_trials": 1, "batch_size": 1, "n_done": 1, "n_bad": 0, "busy_seconds": 1.0, "updated_at": 1.0}
    trial = {"experiment": "e", "run_id": "o@t#0", "number": 0, "round": 0, "params": "{}", "status": "ok"}
    rows: list[tuple[Table, dict[str, Any]]] = [
        (
            tables.experiments,
            {"name": "e", "output": "out", "config": "{}", "versions": "{}", "created_at": 1.0},
        ),
        (
            tables.problems,
            {"experiment": "e", "task": "t", "space": '{"parameters": []}', "objectives": '["y"]'},
        ),
        (tables.runs, {**run, **counts, "config": "{}", "status": "finished"}),
        (tables.trials, {**trial, "values": '{"y": 1.0}', "extras": "{}"}),
    ]
    with engine.begin() as connection:
        for table, row in rows:
            connection.execute(insert(table), row)
        for table in tables.metadata.sorted_tables:
            for column in table.columns:
                if tables.is_newer(column, version):
                    connection.exec_driver_sql(f"ALTER TABLE {table.name} DROP COLUMN {column.name}")
        connection.execute(update(tables.info).values(value=str(version)))
    engine.dispose()
    return url


def columns_of(url: str, table: str) -> list[str]:
    engine = open_engine(url, create=False)
    with engine.connect() as connection:
        found = [str(row[1]) for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
    engine.dispose()
    return found


def test_a_store_of_the_version_before_is_read_as_it_is(tmp_path: Path) -> None:
    url = old_store(tmp_path / "results.db")
    found = load_results(url)
    assert found.trials["cost"].isna().all()
    assert found.runs["max_cost"].isna().all()
    assert not found.facts["t"].has_costs
    assert "cost" not in columns_of(url, "hebo_trials")


def test_it_is_brought_up_to_date_where_it_is_written_to(tmp_path: Path) -> None:
    url = old_store(tmp_path / "results.db")
    for _ in range(2):
        open_engine(url, create=True).dispose()
    for table in tables.metadata.sorted_tables:
        assert set(columns_of(url, table.name)) == {one.name for one in table.columns}
    found = load_results(url)
    assert found.trials["values"].tolist() == [{"y": 1.0}]
    assert found.runs["status"].tolist() == ["finished"]


def test_a_store_of_version_3_is_read_and_brought_up_to_date(tmp_path: Path) -> None:
    url = old_store(tmp_path / "results.db", version=3)
    assert load_results(url).trials[["told", "worker"]].isna().all(axis=None)
    assert "told" not in columns_of(url, "hebo_trials")
    open_engine(url, create=True).dispose()
    assert {"told", "worker"} <= set(columns_of(url, "hebo_trials"))
    assert load_results(url).trials["values"].tolist() == [{"y": 1.0}]


def test_several_may_bring_one_up_to_date_at_once(tmp_path: Path) -> None:
    url, together = old_store(tmp_path / "results.db"), threading.Barrier(4)

    def upgrade(_: int) -> None:
        together.wait()
        open_engine(url, create=True).dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade, range(4)))
    assert columns_of(url, "hebo_trials").count("cost") == 1
