"""Store of an experiment: shares its runs out and tells their progress."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, and_, select, update

from hebo.errors import StoreError
from hebo.experiment.store import stored, tables
from hebo.experiment.store.budget import is_over
from hebo.experiment.store.database import naming, open_engine, safe_url
from hebo.experiment.store.entries import Entries, NewRun
from hebo.experiment.store.leases import LEASE_SECONDS, Owner, is_free
from hebo.experiment.store.registration import Registration
from hebo.experiment.store.run_log import RunLog
from hebo.experiment.store.tables import runs, trials

_RUN = ("run_id", "optimizer", "task", "seed", "status", "message")
_LIMITS = ("n_trials", "n_done", "max_cost", "spent")
_PROGRESS = (*_RUN, *_LIMITS, "n_bad", "best", "hypervolume", "busy_seconds", "updated_at")
_ENGINES: dict[str, Engine] = {}


def engine_of(url: str) -> Engine:
    """Return this process's engine for a store that exists."""
    if url not in _ENGINES:
        _ENGINES[url] = open_engine(url, create=False)
    return _ENGINES[url]


class Store:
    """One experiment in a store.

    Args:
        url: SQLAlchemy URL; what is missing there is made.
        experiment: Name of the experiment.
    """

    def __init__(self, url: str, experiment: str) -> None:
        self._engine = open_engine(url, create=True)
        self._url, self._name = url, experiment
        self._named: dict[str, NewRun] | None = None

    def register(self, *, output: str, content: Mapping[str, Any], entries: Entries) -> None:
        """Record the experiment, or let the one recorded grow; from here on, only its runs are looked at.

        Args:
            output: Folder of the experiment.
            content: What makes the experiment what it is.
            entries: Its runs and tasks.

        Raises:
            ConfigError: If the store holds another experiment of that output, or a run or a task with other
                settings.
        """
        registration = Registration(self._name, safe_url(self._url), output, content, entries)
        with naming(self._url), self._engine.begin() as connection:
            registration.write(connection)
        self._named = {one.run_id: one for one in entries.runs}

    def claim(self, owner: Owner, *, besides: set[str]) -> str | None:
        """Take the first run that is unfinished and free; return its id, or None if there is none.

        Args:
            owner: Who takes it.
            besides: Runs not to take, as they were given up in this session.
        """
        for row in self.unfinished():
            with naming(self._url):
                is_open = row["run_id"] not in besides and is_free(row["owner"], row["lease_until"])
            if is_open and self._take(row, owner):
                return str(row["run_id"])
        return None

    def claim_run(self, run_id: str, owner: Owner) -> bool:
        """Take one run, finished or not, if it is free; say whether that succeeded."""
        columns = (runs.c.owner, runs.c.lease_until)
        query = select(*columns).where(runs.c.experiment == self._name, runs.c.run_id == run_id)
        with naming(self._url), self._engine.connect().execution_options(hebo_read=True) as connection:
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                raise StoreError(f"the run {run_id} is there no longer; give the same command again.")
            is_open = is_free(row["owner"], row["lease_until"])
        return is_open and self._take({"run_id": run_id, **row}, owner, statuses=tables.RUN_STATUSES)

    def holder_of(self, run_id: str) -> Owner | None:
        """Return who holds a run; None if nobody does."""
        query = select(runs.c.owner).where(runs.c.experiment == self._name, runs.c.run_id == run_id)
        with naming(self._url), self._engine.connect().execution_options(hebo_read=True) as connection:
            found = connection.execute(query).scalar()
            return None if found is None else Owner.parse(found)

    def unfinished(self) -> list[dict[str, Any]]:
        """Return `run_id`, `owner` and `lease_until` of the runs that are not finished, in order."""
        columns = (runs.c.run_id, runs.c.owner, runs.c.lease_until, *(runs.c[name] for name in _LIMITS))
        query = select(*columns).where(runs.c.experiment == self._name, runs.c.status != tables.FINISHED)
        return [row for row in self._read(query.order_by(runs.c.position)) if self._is_to_do(row)]

    def _is_to_do(self, row: Mapping[str, Any]) -> bool:
        """Say whether a run is to be carried out here: another `hebo run` may have prolonged it."""
        if self._named is None:
            return True
        mine = self._named[row["run_id"]]
        is_same = (mine.n_trials, mine.max_cost) == (row["n_trials"], row["max_cost"])
        return is_same or not is_over(row["n_done"], mine.n_trials, row["spent"], mine.max_cost)

    def renew(self, owner: Owner) -> None:
        """Prolong all leases of an owner, for evaluations longer than a lease."""
        self._update_all_of(owner, lease_until=time.time() + LEASE_SECONDS)

    def release(self, owner: Owner) -> None:
        """Give back all runs an owner still holds."""
        status, now = tables.WAITING, time.time()
        self._update_all_of(owner, owner=None, lease_until=None, status=status, updated_at=now)

    def _update_all_of(self, holder: Owner, **values: Any) -> None:
        its_runs = and_(runs.c.experiment == self._name, runs.c.owner == str(holder))
        with self._engine.begin() as connection:
            connection.execute(update(runs).where(its_runs).values(**values))

    def progress(self, *, since: float = 0.0) -> list[dict[str, Any]]:
        """Return the counters of the runs that changed at or after the instant `since`, in order."""
        columns = [runs.c[name] for name in _PROGRESS]
        query = select(*columns).where(runs.c.experiment == self._name, runs.c.updated_at >= since)
        return self._read(query.order_by(runs.c.position))

    def log(self, run_id: str, owner: Owner) -> RunLog:
        """Return the log of a run that `owner` holds."""
        return RunLog(self._engine, self._name, run_id, str(owner))

    def close(self) -> None:
        """Close all connections of this process; SQLite's last one leaves a single file behind."""
        self._engine.dispose()
        if (used := _ENGINES.pop(self._url, None)) is not None:
            used.dispose()

    def _read(self, query: Any) -> list[dict[str, Any]]:
        """Return rows of runs, those that this experiment names in its own order."""
        with naming(self._url), self._engine.connect().execution_options(hebo_read=True) as connection:
            rows = [dict(stored.counted(dict(row))) for row in connection.execute(query).mappings()]
        if self._named is None:
            return rows
        places = {run_id: place for place, run_id in enumerate(self._named)}
        named = [row for row in rows if row["run_id"] in places]
        return sorted(named, key=lambda row: places[row["run_id"]])

    def _take(
        self, row: Mapping[str, Any], owner: Owner, statuses: Sequence[str] = tables.UNFINISHED
    ) -> bool:
        """Claim a run if it still stands as it was read: of several takers one succeeds."""
        as_read = and_(
            runs.c.experiment == self._name,
            runs.c.run_id == row["run_id"],
            runs.c.status.in_(statuses),
            runs.c.owner.is_(None) if row["owner"] is None else runs.c.owner == row["owner"],
        )
        now = time.time()
        values = {
            "owner": str(owner),
            "lease_until": now + LEASE_SECONDS,
            "status": tables.RUNNING,
            "message": None,
            "updated_at": now,
        }
        with self._engine.begin() as connection:
            if connection.execute(update(runs).where(as_read).values(**values)).rowcount != 1:
                return False
            self._forget_starts(connection, row["run_id"])
        return True

    def _forget_starts(self, connection: Connection, run_id: str) -> None:
        """Clear when pending trials began, so that a crash is blamed on what this owner began only."""
        its_pending = and_(
            trials.c.experiment == self._name,
            trials.c.run_id == run_id,
            trials.c.status == tables.PENDING,
        )
        connection.execute(update(trials).where(its_pending).values(started_at=None))
