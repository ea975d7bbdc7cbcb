"""Experiments in other checkouts of this project: `hebo run` there, and what its store holds.

Nothing of the project is imported: module paths differ between two checkouts, the tables of the store do not.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import yaml

RunKey = tuple[str, str, int]
"""Label of the optimizer, label of the task, seed: what a run is called in every checkout."""

_ROWS = """
    SELECT r.optimizer, r.task, r.seed, r.status AS run_status, r.message AS run_message, t.*
    FROM hebo_runs AS r LEFT JOIN hebo_trials AS t USING (experiment, run_id)
    WHERE r.position >= 0 ORDER BY r.optimizer, r.task, r.seed, t.number
"""


def run_experiment(checkout: Path, config: str, folder: Path, *overrides: str) -> Path:
    """Run a config of a checkout with the checkout's own code, in its quick form if it has one.

    Args:
        checkout: Root of the checkout; this interpreter runs it.
        config: Path of the YAML file below `checkout`.
        folder: Working folder; whatever the experiment writes is below it. A finished run there is not repeated.
        overrides: `key=value`, as for `hebo run`.

    Returns:
        The file of the store.

    Raises:
        SystemExit: If the checkout is not what Python imports, or the experiment fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    imported = _python(checkout, folder, "-c", "import hebo; print(hebo.__file__)").strip()
    if not Path(imported).is_relative_to(checkout.resolve()):
        sys.exit(f"{checkout} is no checkout: Python imports {imported}")
    file = checkout.resolve() / config
    quick = ["--quick"] if "quick" in yaml.safe_load(file.read_text(encoding="utf-8")) else []
    settings = [f"output={folder / 'out'}", "report=false", *overrides]
    _python(checkout, folder, "-m", "hebo", "run", *quick, str(file), *settings)
    return folder / "out" / "results.db"


def commit_of(checkout: Path) -> str:
    """Return the commit of a checkout.

    Raises:
        SystemExit: If it has changes that are in no commit.
    """
    if _git(checkout, "status", "--porcelain"):
        sys.exit(
            f"{checkout} has changes that are not committed, so its results have no name to be kept under"
        )
    return _git(checkout, "rev-parse", "HEAD")


def stored_trials(store: Path) -> dict[RunKey, list[dict[str, Any]]]:
    """Return the trials of each run in order, as rows of the store with the status of their run."""
    found: dict[RunKey, list[dict[str, Any]]] = {}
    for row in _rows(store):
        trials = found.setdefault((row["optimizer"], row["task"], row["seed"]), [])
        if row["number"] is not None:
            trials.append(row)
    return found


def broken_runs(store: Path) -> list[str]:
    """Return a sentence for each run that has not finished, or has no trials."""
    rows = {(row["optimizer"], row["task"], row["seed"]): row for row in _rows(store)}
    return [
        f"{name_of(key)} is {row['run_status']}: {row['run_message'] or 'no message'}"
        for key, row in rows.items()
        if row["run_status"] != "finished" or row["number"] is None
    ]


def name_of(key: RunKey) -> str:
    """Return `optimizer@task#seed`."""
    return f"{key[0]}@{key[1]}#{key[2]}"


def _rows(store: Path) -> Iterator[dict[str, Any]]:
    with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield from map(dict, connection.execute(_ROWS))


def _git(checkout: Path, *arguments: str) -> str:
    command = ["git", "-C", str(checkout), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _python(checkout: Path, folder: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(checkout.resolve()), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{checkout}: {' '.join(arguments)} ended with {done.returncode}\n{done.stderr[-3000:]}")
    return done.stdout
