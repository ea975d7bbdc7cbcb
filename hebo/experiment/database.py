"""Engines: how the store connects, and what SQLite needs to be safe under several writers."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from hebo.errors import MissingExtraError, StoreError
from hebo.experiment import tables

BUSY_SECONDS = 60


def open_engine(url: str, *, create: bool) -> Engine:
    """Connect to the store at `url` and check that it has our tables, in our version.

    Args:
        url: SQLAlchemy URL, `sqlite:///path` or `postgresql+psycopg://host/database`.
        create: Whether missing tables (and the folder of an SQLite file) are made.

    Raises:
        StoreError: If the URL is not usable, nothing is stored there, or another version is.
        MissingExtraError: If the driver of the URL is not installed.
    """
    engine = _connect(url, create=create)
    try:
        _prepare(engine, create=create)
    except SQLAlchemyError as error:
        raise StoreError(f"The store '{safe_url(url)}' cannot be used: {first_line(error)}") from error
    return engine


def safe_url(url: str) -> str:
    """Return `url` with its password, if any, hidden."""
    return make_url(url).render_as_string(hide_password=True)


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, or its class where it has none."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _connect(url: str, *, create: bool) -> Engine:
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        if sqlite:
            _check_file(parsed.database, create=create)
        arguments: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS}} if sqlite else {}
        engine = create_engine(parsed, **arguments)
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(
            f"'{url}' is not a store URL ({first_line(error)}); write sqlite:///runs/name/results.db "
            "or postgresql+psycopg://host/database."
        ) from error
    except ModuleNotFoundError as error:
        raise MissingExtraError(str(error.name), "postgres") from error
    if sqlite:
        _tune_sqlite(engine)
    return engine


def _check_file(path: str | None, *, create: bool) -> None:
    if not path or path == ":memory:":
        raise StoreError("The store must be a file, as workers share it: sqlite:///runs/name/results.db.")
    if create:
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The folder of the store '{path}' cannot be made: {error.strerror}.") from error
    elif not Path(path).is_file():
        raise StoreError(f"There is no store at '{path}'; `hebo run` makes one.")


def _tune_sqlite(engine: Engine) -> None:
    """Make SQLite durable and fair.

    In WAL mode with `synchronous=NORMAL` a commit survives the death of the process; a power cut may
    lose the last commits, never their order, and what is lost is evaluated again at the same points.
    Transactions that write begin IMMEDIATE: one that starts by reading could not wait for its turn.
    """

    @event.listens_for(engine, "connect")
    def _(connection: Any, record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN below, not the driver's
        _to_wal(connection)
        connection.execute("PRAGMA synchronous=NORMAL").close()

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        reading = connection.get_execution_options().get("hebo_read", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _to_wal(connection: sqlite3.Connection) -> None:
    """Set the journal mode; SQLite waits for its turn with all else, but here two at once may fail."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _prepare(engine: Engine, *, create: bool) -> None:
    if create:
        with engine.begin() as connection:
            tables.metadata.create_all(connection)
            row = {"key": "schema_version", "value": str(tables.SCHEMA_VERSION)}
            if _version(connection) is None:
                try:
                    with connection.begin_nested():
                        connection.execute(insert(tables.info).values(row))
                except IntegrityError:
                    pass  # another process recorded it first
    with engine.connect().execution_options(hebo_read=True) as connection:
        found = _version(connection)
    if found != str(tables.SCHEMA_VERSION):
        raise StoreError(
            f"The store has schema version {found}, this hebo writes {tables.SCHEMA_VERSION}; "
            "use the hebo that wrote it, or another `output`."
        )


def _version(connection: Connection) -> str | None:
    query = select(tables.info.c.value).where(tables.info.c.key == "schema_version")
    found: str | None = connection.execute(query).scalar()
    return found
