"""A store on a PostgreSQL server that the test starts: needs its programs, and the extra `postgres`."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, update

from hebo.experiment.cli import main
from hebo.experiment.config.catalog import catalog
from hebo.experiment.store import tables
from hebo.experiment.store.database import open_engine
from hebo.experiment.store.entries import Entries, NewProblem, NewRun
from hebo.experiment.store.results import load_results
from hebo.experiment.store.store import Store
from hebo.experiment.yaml.document import write_yaml

pytest.importorskip("psycopg")
pytestmark = pytest.mark.client

TOY_SITE = Path(__file__).parents[1] / "hebo" / "experiment" / "toy_site"
SETTINGS: dict[str, Any] = {
    "name": "texts",
    "optimizers": [{"type": "random_search"}],
    "seeds": [1],
    "budget": {"n_trials": 2},
    "executor": {"type": "in_process"},
    "report": False,
}


class Server:
    """A server of its own in a folder of its own, reached by a socket there."""

    def __init__(self, folder: Path) -> None:
        self.data, self.sockets = folder / "data", folder
        self.url = f"postgresql+psycopg:///postgres?host={folder}&user=tester"

    def control(self, action: str, *arguments: str) -> None:
        options = f"-k {self.sockets} -c listen_addresses='' -c fsync=off"
        command = [
            "pg_ctl",
            "-D",
            str(self.data),
            "-w",
            "-o",
            options,
            "-l",
            str(self.sockets / "log"),
            action,
        ]
        _as_user([*command, *arguments])


def _as_user(command: list[str]) -> None:
    """Run a program that refuses to be run by root."""
    user = "nobody" if os.geteuid() == 0 else None
    subprocess.run(command, check=True, capture_output=True, user=user)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if not shutil.which("initdb") or not shutil.which("pg_ctl"):
        pytest.skip("the programs of PostgreSQL are not on the path")
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        made = Server(Path(folder))
        _as_user(["initdb", "-D", str(made.data), "-U", "tester", "-A", "trust", "-E", "UTF8"])
        made.control("start")
        try:
            yield made
        finally:
            if (made.data / "postmaster.pid").exists():
                made.control("stop", "-m", "immediate")


@pytest.fixture
def hebo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    monkeypatch.syspath_prepend(str(TOY_SITE))
    catalog.cache_clear()
    yield lambda *arguments: CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)
    catalog.cache_clear()


def write_config(folder: Path, server: Server, **changes: Any) -> Path:
    path = folder / "config.yaml"
    data = SETTINGS | {"store": server.url, "output": str(folder / "out")} | changes
    path.write_text(write_yaml(data))
    return path


def test_texts_of_any_kind_are_stored(server: Server, tmp_path: Path, hebo: Callable[..., Result]) -> None:
    deeds = ("nul", "surrogate", "escape", "much", "mute", "odd_name", "keyboard_interrupt")
    tasks = [{"type": "wild", "label": one, "deed": one} for one in deeds]
    config = write_config(tmp_path, server, tasks=tasks)
    answer = hebo("run", config)
    assert answer.exit_code == 0, answer.output
    found = load_results(config)
    assert set(found.runs["status"]) == {"finished"}
    messages = found.trials["message"].dropna()
    assert len(messages) == len(deeds)
    assert all(one.isprintable() for one in messages)


def test_an_experiment_grows(server: Server, tmp_path: Path, hebo: Callable[..., Result]) -> None:
    changes: dict[str, Any] = {"name": "grows", "tasks": [{"type": "toy"}]}
    assert hebo("run", write_config(tmp_path, server, **changes)).exit_code == 0
    grown = changes | {"seeds": [2, 1], "optimizers": [{"type": "sobol"}, {"type": "random_search"}]}
    config = write_config(tmp_path, server, **grown)
    answer = hebo("run", config)
    assert answer.exit_code == 0, answer.output
    found = load_results(config)
    assert list(found.runs["run_id"]) == [
        "sobol@toy#2",
        "random_search@toy#2",
        "sobol@toy#1",
        "random_search@toy#1",
    ]
    answer = hebo("run", write_config(tmp_path, server, **grown, budget={"n_trials": 2, "batch_size": 2}))
    assert answer.exit_code == 2
    assert "budget.batch_size: stored 1, given 2" in answer.stderr


def test_a_store_of_the_version_before_is_read_and_then_brought_up_to_date_by_several_at_once(
    server: Server, tmp_path: Path, hebo: Callable[..., Result]
) -> None:
    config = write_config(tmp_path, server, name="older", tasks=[{"type": "toy"}])
    assert hebo("run", config).exit_code == 0
    engine = create_engine(server.url)
    with engine.begin() as connection:
        for table in tables.metadata.sorted_tables:
            for column in table.columns:
                if tables.is_newer(column, 2):
                    connection.exec_driver_sql(f"ALTER TABLE {table.name} DROP COLUMN {column.name}")
        connection.execute(update(tables.info).values(value="2"))
    assert load_results(config).runs["status"].tolist() == ["finished"]
    together = threading.Barrier(3)

    def upgrade(_: int) -> None:
        together.wait()
        open_engine(server.url, create=True).dispose()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(upgrade, range(3)))
    assert hebo("run", config, "seeds=[1, 2]").exit_code == 0
    found = load_results(config)
    assert found.runs["status"].tolist() == ["finished"] * 2
    assert found.trials["cost"].isna().all()
    engine.dispose()


def test_registrations_at_once_wait_for_one_another(server: Server) -> None:
    together = threading.Barrier(4)
    problem = NewProblem("t", {"parameters": []}, ("y",), None)

    def add(seed: int) -> list[str]:
        store = Store(server.url, "many")
        together.wait()
        runs = tuple(NewRun(f"o@t#{one}", "o", "t", one, 3, 2, {"optimizer": {}}) for one in (seed, 9))
        store.register(output="many", content={}, entries=Entries(runs, (problem,)))
        found = [row["run_id"] for row in store.progress()]
        store.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(add, range(4))) == [[f"o@t#{seed}", "o@t#9"] for seed in range(4)]


def test_a_server_that_goes_away_ends_the_run_on_one_line_and_it_goes_on(
    server: Server, tmp_path: Path, hebo: Callable[..., Result]
) -> None:
    config = write_config(
        tmp_path, server, name="gone", tasks=[{"type": "toy", "seconds": 0.1}], budget={"n_trials": 100}
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TOY_SITE), *sys.path])}
    process = subprocess.Popen(
        [sys.executable, "-m", "hebo", "run", config],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    while not _n_done(config):
        assert process.poll() is None
    server.control("stop", "-m", "immediate")
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 2, errors
    assert errors.count("\n") == 1
    assert "error: The store 'postgresql+psycopg:///postgres" in errors
    answer = hebo("show", config)
    assert answer.exit_code == 2
    assert "see that the server runs" in answer.stderr
    server.control("start")
    assert hebo("run", config).exit_code == 0
    assert list(load_results(config).trials["status"]) == ["ok"] * 100


def _n_done(config: Path) -> int:
    try:
        return int((load_results(config).trials["status"] == "ok").sum())
    except Exception:  # it is not there yet
        return 0


CAMPAIGN = """
name: shared
optimizer: {{type: sobol}}
space: [{{name: a, type: num, lb: 0, ub: 1}}]
objectives: [gloss]
store: {url}
"""


def test_two_people_work_on_a_campaign(server: Server, tmp_path: Path) -> None:
    script = Path(__file__).parents[1] / "hebo" / "experiment" / "campaign" / "at_it.py"
    (tmp_path / "paint.yaml").write_text(CAMPAIGN.format(url=server.url))
    people = [
        subprocess.Popen(
            [sys.executable, str(script), who, "5"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
        )
        for who in "ab"
    ]
    for one in people:
        _, error = one.communicate()
        assert one.returncode == 0, error
    trials = load_results(tmp_path / "paint.yaml").trials
    assert trials["number"].tolist() == list(range(20))
    assert sorted(trials["status"]) == ["ok"] * 10 + ["pending"] * 10
    assert not list(tmp_path.glob("*.db"))
