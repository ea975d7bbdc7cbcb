"""Database engines: how the store connects, and what SQLite needs to be safe under several writers."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn

from hebo.errors import MissingExtraError, StoreError
from hebo.experiment.store import tables
from hebo.experiment.store.snapshot import unwritable

BUSY_SECONDS = 60
_VERSION = "schema_version"
_TURN = 0x6865626F  # "hebo": the key under which PostgreSQL lets transactions change our tables in turn
_READABLE = [str(one) for one in range(tables.OLDEST_READABLE, tables.SCHEMA_VERSION + 1)]


class StoreFailed(StoreError):
    """The store is there no longer, is full, locked or damaged: whatever was going on cannot be kept."""


# What a database says -> what would work, the first that fits.
_REMEDIES = {
    "database or disk is full": "make room there, and give the same command again",
    "No space left": "make room there, and give the same command again",
    "readonly database": "make file and folder writable, or name another `output` or `store`",
    "unable to open database file": "make its folder writable, or name another `output` or `store`",
    "database is locked": "close the program that holds it, and give the same command again",
    "file is not a database": "it is no store; name another one, or move that file away",
    "malformed": "the file is damaged: restore a copy, or move it away and run again",
    "disk I/O error": "the file or its disk is damaged or gone: look there, then give the same command again",
    "decode": "the file is damaged: restore a copy, or move it away and run again",
    "no such table": "it is no store of results; name another one",
    "no such column": "it was written by another version of hebo; use that one, or another `output`",
    "connection": "see that the server runs and can be reached, and give the same command again",
}
_OTHERWISE = "look at it, then give the same command again, or name another `output` or `store`"


def open_engine(url: str, *, create: bool) -> Engine:
    """Connect to the store at `url` and check that it has our tables, in our version.

    Where tables may be made, a store of an older version is brought up to date.

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
        engine.dispose()
        raise store_error(url, error) from error
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(url: str) -> Iterator[Engine]:
    """Connect to a store that exists to read it; nothing is changed there, and it need not be writable.

    Raises:
        StoreError: If the store cannot be read, now or in the block, or what is read there is damaged.
    """
    with unwritable(_sqlite_file(url)) as connect:
        if connect is None:
            engine = _connect(url, create=False, tune=False)
        else:
            engine = create_engine("sqlite://", creator=connect)
            _name_errors(engine, url)
        try:
            with naming(url):
                _prepare(engine, create=False)
                yield engine
        finally:
            engine.dispose()


@contextmanager
def naming(url: str) -> Iterator[None]:
    """Name the store in errors of the block that do not: those of its rows know theirs only."""
    try:
        yield
    except (SQLAlchemyError, StoreError) as error:
        raise store_error(url, error) from error


def store_error(url: str, error: BaseException) -> StoreError:
    """Return what went wrong with a store, on one line, with its place and what would work."""
    where, what = f"The store '{safe_url(url)}'", first_line(error)
    if isinstance(error, StoreError):
        return error if safe_url(url) in what else StoreFailed(f"{where}: {what}")
    remedy = next((remedy for sign, remedy in _REMEDIES.items() if sign in str(error)), _OTHERWISE)
    return StoreFailed(f"{where} cannot be used: {what.rstrip('.')}; {remedy}.")


def _sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite store that exists, None for every other URL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return path if (path := Path(parsed.database)).is_file() else None


def safe_url(url: str) -> str:
    """Return `url` with its password, if any, hidden."""
    return make_url(url).render_as_string(hide_password=True)


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, or its class where it has none."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _connect(url: str, *, create: bool, tune: bool = True) -> Engine:
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
    if sqlite and tune:
        _tune_sqlite(engine)
    _name_errors(engine, url)
    return engine


def _name_errors(engine: Engine, url: str) -> None:
    """Turn what the database reports into a `StoreFailed`; what breaks a rule of a table is left as it is."""

    @event.listens_for(engine, "handle_error")
    def _(context: ExceptionContext) -> None:
        error = context.sqlalchemy_exception
        if error is not None and not isinstance(error, IntegrityError):
            raise store_error(url, context.original_exception) from context.original_exception


def _check_file(path: str | None, *, create: bool) -> None:
    if not path or path == ":memory:":
        raise StoreError("The store must be a file, as workers share it: sqlite:///runs/name/results.db.")
    if create:
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The folder of the store '{path}' cannot be made ({error.strerror}); name another "
                "`output` or `store`, or make the folder."
            ) from error
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
            take_turns(connection)
            tables.metadata.create_all(connection)
            row = {"key": _VERSION, "value": str(tables.SCHEMA_VERSION)}
            if _version(connection) is None:
                try:
                    with connection.begin_nested():
                        connection.execute(insert(tables.info).values(row))
                except IntegrityError:
                    pass  # another process recorded it first
            _upgrade(connection)
    with engine.connect().execution_options(hebo_read=True) as connection:
        version_of(connection)


def take_turns(connection: Connection) -> None:
    """Let one transaction at a time make or change tables; SQLite's do so by themselves.

    An advisory lock, since a transaction that has read a table and then locks it may wait for another one
    that does the same.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")


def version_of(connection: Connection) -> int:
    """Return the schema version of a store.

    Raises:
        StoreError: If it is none that can be read here.
    """
    found = _version(connection)
    if found not in _READABLE:
        raise StoreError(
            f"The store has schema version {found}, this hebo writes {tables.SCHEMA_VERSION}; "
            "use the hebo that wrote it, or another `output`."
        )
    return int(found)


def _version(connection: Connection) -> str | None:
    query = select(tables.info.c.value).where(tables.info.c.key == _VERSION)
    found: str | None = connection.execute(query).scalar()
    return found


def _upgrade(connection: Connection) -> None:
    """Add the columns that a store of an older version lacks."""
    version = version_of(connection)
    if version == tables.SCHEMA_VERSION:
        return
    for table in tables.metadata.sorted_tables:
        for column in table.columns:
            if tables.is_newer(column, version):
                added = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {added}")
    row = update(tables.info).where(tables.info.c.key == _VERSION)
    connection.execute(row.values(value=str(tables.SCHEMA_VERSION)))
