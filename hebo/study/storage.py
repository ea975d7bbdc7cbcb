"""Storage of a study: an experiment of one run, kept in a results store like any other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import finalize

from sqlalchemy import Engine

from hebo.errors import ConfigError
from hebo.experiment.store.entries import Entries, Facts, NewProblem, NewRun
from hebo.experiment.store.holding import holding
from hebo.experiment.store.run_log import RunLog
from hebo.experiment.store.store import Store, engine_of
from hebo.outcomes import Outcomes


class StudyStorage:
    """The run of a study in a store; whoever works on it holds it for as long.

    Args:
        storage: Path of an SQLite file, or the URL of a store; None: a file that goes with the study.
        name: Of the study.
        optimizer: Label of the optimizer.
        seed: Of the run.

    Attributes:
        url: Of the store.
        run_id: Of the run.
    """

    def __init__(self, storage: str | Path | None, name: str, optimizer: str, seed: int) -> None:
        folder = None
        if storage is None:
            folder = tempfile.TemporaryDirectory(prefix="hebo-study-")
            storage = Path(folder.name) / "study.db"
        self.url = url_of(storage)
        self.name, self.run_id = name, f"{optimizer}@{name}#{seed}"
        self.store = Store(self.url, name)
        self._close = finalize(self, _close, self.store, folder)
        self._optimizer, self._seed = optimizer, seed

    @property
    def engine(self) -> Engine:
        """Reads the store."""
        return engine_of(self.url)

    @property
    def folder(self) -> Path:
        """Where a report is written by default, and the outputs of workers are."""
        path = Path(self.url.partition(":///")[2].partition("?")[0])
        return path.parent if self.url.startswith("sqlite") else Path("runs") / self.name

    def register(self, problem: NewProblem, config: Mapping[str, Any], n_trials: int) -> None:
        """Record the study, or its larger budget.

        Raises:
            ConfigError: If the store holds a study of that name with another space, objective or optimizer.
        """
        known = [row["n_trials"] for row in self.store.progress() if row["run_id"] == self.run_id]
        self._refuse_others()
        run = NewRun(
            run_id=self.run_id,
            task=self.name,
            n_trials=max([n_trials, *known]),
            batch_size=1,
            config=config,
            optimizer=self._optimizer,
            seed=self._seed,
        )
        entries = Entries((run,), (problem,))
        content = {"suite": self.name, "kind": "study"}
        self.store.register(output=f"{self.folder}/{self.name}", content=content, entries=entries)

    def _refuse_others(self) -> None:
        others = [row["run_id"] for row in self.store.progress() if row["run_id"] != self.run_id]
        if others:
            raise ConfigError(
                f"the store {self.url} holds the study '{self.name}' as {others[0]}, and not as "
                f"{self.run_id}; give the optimizer and the seed it began with, or another `name`."
            )

    @contextmanager
    def held(self) -> Iterator[RunLog]:
        """Hold the run for the block, so that nobody else changes it.

        Raises:
            StoreError: If somebody else holds it for longer than a few seconds.
        """
        what = f"the study '{self.name}' in {self.url}"
        with holding(self.store, self.run_id, what) as owner:
            yield self.store.log(self.run_id, owner)

    def close(self) -> None:
        """Close the store; a file that goes with the study is removed."""
        self._close()


def url_of(storage: str | Path) -> str:
    """Return the URL of a store, given as one or as the path of an SQLite file.

    Raises:
        ConfigError: If it is empty.
    """
    text = str(storage)
    if not text.strip():
        raise ConfigError("storage is empty; name a file, such as 'study.db', or a URL.")
    return text if "://" in text else f"sqlite:///{Path(text).as_posix()}"


def problem_of(name: str, space: Any, outcomes: Outcomes) -> NewProblem:
    """Return what is stored of the space and the outcomes of a study."""
    facts = Facts(outcomes=outcomes)
    return NewProblem(name, space.parameter_space.to_json(), outcomes.objective_names, None, None, facts)


def _close(store: Store, folder: tempfile.TemporaryDirectory[str] | None) -> None:
    store.close()
    if folder is not None:
        folder.cleanup()
