from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main
from hebo.experiment.config.catalog import catalog
from hebo.experiment.store.leases import Owner
from hebo.experiment.store.results import Results
from hebo.experiment.store.run_log import RunLog
from hebo.experiment.store.store import Store
from hebo.experiment.yaml.document import write_yaml

from .made_results import make_results as made_results
from .stores import register

TOY_SITE = Path(__file__).parent / "toy_site"

# What a run must reproduce, whatever happened on the way.
LASTING = ["run_id", "number", "round", "params", "values", "extras", "status"]


def with_toys() -> str:
    """The path of other processes: the toy parts, then what this one was given."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.pathsep.join([str(TOY_SITE), *(one for one in given if one not in ("", str(TOY_SITE)))])


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the toy parts, in this process and in those it starts."""
    monkeypatch.syspath_prepend(str(TOY_SITE))
    monkeypatch.setenv("PYTHONPATH", with_toys())
    catalog.cache_clear()
    yield
    catalog.cache_clear()


@pytest.fixture
def write_config(tmp_path: Path) -> Callable[..., Path]:
    """Write a small experiment, with some keys replaced (None: left out), and return its path."""

    def write(file: str = "config.yaml", **changes: Any) -> Path:
        data: dict[str, Any] = {
            "name": "small",
            "optimizers": [{"type": "random_search"}],
            "tasks": [{"type": "toy"}],
            "seeds": [0],
            "budget": {"n_trials": 6},
            "executor": {"type": "in_process"},
            "output": str(tmp_path / "out"),
            "report": False,
        } | changes
        path = tmp_path / file
        path.write_text(write_yaml({key: value for key, value in data.items() if value is not None}))
        return path

    return write


@pytest.fixture
def hebo() -> Callable[..., Result]:
    """Call the command line in this process."""

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)

    return call


@pytest.fixture
def start_hebo() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the command line in a process group of its own; whatever is left is killed at the end."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "hebo", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": with_toys()},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/results.db"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    made = Store(store_url, "e")
    register(made)
    yield made
    made.close()


@pytest.fixture
def owner() -> Owner:
    return Owner.me()


@pytest.fixture
def run_log(store: Store, owner: Owner) -> RunLog:
    run_id = store.claim(owner, besides=set())
    assert run_id == "o@t#0"
    return store.log(run_id, owner)


@pytest.fixture(scope="session")
def make_results() -> Callable[..., Results]:
    return made_results


def lasting(results: Results) -> list[Mapping[str, Any]]:
    """Return the part of the trials that must not depend on what happened on the way."""
    return results.trials[LASTING].to_dict("records")
