"""Storage of a campaign: an experiment of one run, kept in a results store like any other.

The document of a campaign is one row; its trials are rows derived from it. Both are written in one
transaction, so that a command that is killed has recorded all of it or nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, HeboError
from hebo.experiment.campaign.document import CampaignDocument, parse_document
from hebo.experiment.campaign.trial_rows import ANSWERS, trial_rows
from hebo.experiment.config.locate import settings_of
from hebo.experiment.store import tables
from hebo.experiment.store.database import naming, open_engine, reading, safe_url, take_turns, version_of
from hebo.experiment.store.entries import Facts
from hebo.experiment.store.holding import holding
from hebo.experiment.store.run_log import LeaseLost
from hebo.experiment.store.store import Store
from hebo.experiment.store.tables import campaigns, experiments, problems, runs, trials
from hebo.experiment.store.versions import installed_versions
from hebo.experiment.yaml.document import read_yaml

KIND = "campaign"


class Overtaken(HeboError):
    """Another command has begun the campaign in the meantime: what was computed is of no use."""


class CampaignStorage:
    """One campaign in a store.

    Args:
        url: Of the store.
        name: Of the campaign.
        folder: Where its report is written by default.
        label: Of the optimizer.
        is_own: Whether the store is there for the campaign alone; its name may change then.

    Attributes:
        where: Names the store in messages.
    """

    def __init__(self, url: str, name: str, folder: str, label: str, *, is_own: bool) -> None:
        self._url, self._name, self._folder, self._label = url, name, folder, label
        self._is_own, self._owner = is_own, ""
        self._stored: str | None = None
        self._file = Path(url.partition(":///")[2]) if url.startswith("sqlite:") else None
        self.where = str(self._file) if is_own else safe_url(url)

    @property
    def exists(self) -> bool:
        """Whether there may be something in the store."""
        return self._file is None or self._file.exists()

    def read(self) -> CampaignDocument | None:
        """Return what is known, None if nothing is; nothing is changed."""
        if not self.exists:
            return None
        with reading(self._url) as engine:
            return self._read(engine)

    @contextmanager
    def held(self) -> Iterator[CampaignDocument | None]:
        """Hold the campaign for the block and yield what is known; None if nothing is.

        Nobody is kept away from a campaign that nothing is known of: `record` notices whoever came first.

        Raises:
            StoreError: If another command holds it for longer than a few seconds.
        """
        if not self.exists:
            yield None
            return
        engine = open_engine(self._url, create=True)
        try:
            self._stored = self._name_in(engine)
        finally:
            engine.dispose()
        if self._stored is None:
            yield None
            return
        store = Store(self._url, self._stored)
        try:
            what = f"the campaign '{self._stored}' in {self.where}"
            with holding(store, run_id_of(self._stored), what) as owner:
                self._owner = str(owner)
                yield self.read()
        finally:
            self._owner = ""
            store.close()

    def record(self, document: CampaignDocument, space: DesignSpace) -> None:
        """Write all that is known, all of it or nothing; the campaign is held no longer.

        Raises:
            Overtaken: If nothing was known of it when the command began, and now something is.
            LeaseLost: If another command has taken it over.
        """
        rows = trial_rows(document, space)
        engine = open_engine(self._url, create=True)
        try:
            with naming(self._url), engine.begin() as connection:
                take_turns(connection)
                self._check_turn(connection)
                self._write(connection, document, space, rows)
        except IntegrityError as error:
            raise Overtaken(f"another command began the campaign '{self._name}' first") from error
        finally:
            engine.dispose()

    # ------------------------------------------------------------------ inside

    def _read(self, engine: Engine) -> CampaignDocument | None:
        name = self._name_in(engine)
        if name is None:
            return None
        with engine.connect().execution_options(hebo_read=True) as connection:
            query = select(campaigns.c.document).where(campaigns.c.experiment == name)
            text = connection.execute(query).scalar_one()
        found = parse_document(text, self.where)
        if not isinstance(found, CampaignDocument):
            raise ConfigError(f"{self.where} is damaged (a document of format 1); restore it.")
        return found

    def _name_in(self, engine: Engine) -> str | None:
        """Return the name under which the campaign is stored; None if it is not."""
        with engine.connect().execution_options(hebo_read=True) as connection:
            if version_of(connection) < tables.CAMPAIGNS_SINCE:
                known: list[str] = []
            else:
                known = list(connection.execute(select(campaigns.c.experiment)).scalars())
            names = list(connection.execute(select(experiments.c.name)).scalars())
        if self._name in known:
            return self._name
        if self._name in names:
            raise ConfigError(
                f"name: {self.where} holds an experiment or a study '{self._name}', which is no campaign; "
                "choose another name, or another `store`."
            )
        return known[0] if self._is_own and len(names) == len(known) == 1 else None

    def _check_turn(self, connection: Connection) -> None:
        """Refuse to write what was computed from something else than what is stored."""
        if self._stored is None:
            query = select(experiments.c.name).where(experiments.c.name == self._name)
            if connection.execute(query).scalar() is not None:
                raise Overtaken(f"another command began the campaign '{self._name}' first")
            return
        holder = select(runs.c.owner).where(
            runs.c.experiment == self._stored, runs.c.run_id == run_id_of(self._stored)
        )
        if connection.execute(holder).scalar() != self._owner:
            raise LeaseLost(f"The campaign '{self._stored}' was taken over by another command; try again.")

    def _write(
        self,
        connection: Connection,
        document: CampaignDocument,
        space: DesignSpace,
        rows: list[dict[str, Any]],
    ) -> None:
        now, here = time.time(), {"experiment": self._name}
        self._write_names(connection, now)
        for table in (problems, runs, trials, campaigns):
            connection.execute(delete(table).where(table.c.experiment.in_([self._name, self._stored or ""])))
        connection.execute(insert(campaigns).values(**here, document=document.as_text(), saved_at=now))
        connection.execute(insert(problems).values(**here, **self._problem(document, space)))
        connection.execute(insert(runs).values(**here, **self._run(document, rows, now)))
        key = {**here, "run_id": run_id_of(self._name)}
        if rows:
            connection.execute(insert(trials), [key | row for row in rows])

    def _write_names(self, connection: Connection, now: float) -> None:
        content = {"suite": self._name, "kind": KIND}
        known = {"name": self._name, "output": self._folder, "config": tables.to_json(content)}
        if self._stored is None:
            versions = tables.to_json(installed_versions())
            connection.execute(insert(experiments).values(**known, versions=versions, created_at=now))
        else:
            stored = experiments.c.name == self._stored
            connection.execute(update(experiments).where(stored).values(**known))

    def _problem(self, document: CampaignDocument, space: DesignSpace) -> dict[str, Any]:
        outcomes = ANSWERS if document.outcomes is None else document.outcomes
        return {
            "task": self._name,
            "space": tables.to_json(space.to_json()),
            "objectives": tables.to_json(outcomes.objective_names),
            "facts": tables.to_json(Facts(outcomes=outcomes).to_json()),
        }

    def _run(self, document: CampaignDocument, rows: list[dict[str, Any]], now: float) -> Mapping[str, Any]:
        done = [row["status"] for row in rows if row["status"] not in tables.WITHOUT_RESULT]
        config = {"optimizer": document.settings, "task": {"type": KIND}, "initial_trials": 0}
        return {
            **{"run_id": run_id_of(self._name), "position": 0, "batch_size": 1, "busy_seconds": 0.0},
            **{"optimizer": self._label, "task": self._name, "seed": document.seed},
            "config": tables.to_json({**config, "versions": installed_versions()}),
            "n_trials": max(1, len(rows)),
            "status": tables.WAITING,
            "n_done": len(done),
            "n_bad": done.count(tables.FAILED),
            "spent": 0.0,
            "updated_at": now,
        }


def storage_of(file: Path, label: str = "") -> CampaignStorage:
    """Return where the campaign of a YAML is kept.

    Args:
        file: The YAML.
        label: Name of its optimizer, to record something.

    Raises:
        ConfigError: If the YAML cannot be read.
    """
    name, folder, url = settings_of(file)
    is_own = "store" not in read_yaml(file).data
    return CampaignStorage(url, name, folder, label, is_own=is_own)


def run_id_of(name: str) -> str:
    """Return the id of the run of a campaign; it stays the same when the optimizer is changed."""
    return f"{KIND}@{name}#0"
