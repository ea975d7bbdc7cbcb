"""Several trials of a run at once: what is asked, told and recorded, and that a stop changes none of it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hebo.experiment.store.results import Results, load_results
from hebo.experiment.yaml.document import read_yaml

from ..conftest import lasting
from .test_resume import _wait_for_work

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]
POOL = {"type": "process_pool"}


def toy(corner: str = "fine", **settings: Any) -> dict[str, Any]:
    return {"type": "toy", "corner": corner, **settings}


def settings(**changes: Any) -> dict[str, Any]:
    return {"executor": POOL, "n_workers": 3, "budget": {"n_trials": 12}} | changes


SPREAD = {"optimizers": [{"type": "sobol"}]}
"""A sequence of which every fourth point, evenly, lies in the corner, however many are asked for at once."""


def most_at_once(results: Results) -> int:
    trials = results.trials
    begun, ended = trials["started_at"], trials["finished_at"]
    return max(int(((begun <= one) & (ended > one)).sum()) for one in begun)


def history(results: Results) -> list[tuple[Any, ...]]:
    """Return the asks and tells of a run in their order, as its trials record it."""
    trials = results.trials[results.trials["number"] >= 0]
    tells = {int(one.told): one.number for one in trials.itertuples()}
    asks = iter(trials.groupby("round", sort=True)["number"].apply(list))
    n = len(tells) + trials["round"].nunique()
    return [("tell", tells[place]) if place in tells else ("ask", *next(asks)) for place in range(n)]


@pytest.mark.parametrize("executor", ["process_pool", "threads"])
def test_trials_are_under_way_at_once_and_each_is_told_by_itself(
    write_config: Write, hebo: Hebo, tmp_path: Path, executor: str
) -> None:
    config = write_config(**settings(tasks=[toy(seconds=0.3)], executor={"type": executor}))
    assert hebo("run", config).exit_code == 0
    found = load_results(tmp_path / "out")
    assert set(found.trials["status"]) == {"ok"}
    assert 1 < most_at_once(found) <= 3
    assert set(found.trials["worker"]) <= {0.0, 1.0, 2.0}
    for _, mine in found.trials.groupby("worker"):  # a worker is at one trial at a time
        spans = mine.sort_values("started_at")
        assert (spans["started_at"].iloc[1:].to_numpy() >= spans["finished_at"].iloc[:-1].to_numpy()).all()
    asked: set[int] = set()
    for kind, *numbers in history(found):
        assert set(numbers) <= asked if kind == "tell" else not set(numbers) & asked
        asked |= set(numbers)
    assert asked == set(range(12))


def test_a_batch_is_evaluated_at_once_and_its_points_do_not_depend_on_that(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    task = {"type": "branin"}
    search = {"type": "nsga2", "population": 40, "n_generations": 5}
    for name, n_workers in {"one": 1, "three": 3}.items():
        changes = {"tasks": [task], "budget": {"n_trials": 12, "batch_size": 4}, "n_workers": n_workers}
        optimizers = [{"type": "hebo", "acq_optimizer": search}]
        config = write_config(
            f"{name}.yaml", **settings(**changes), optimizers=optimizers, output=str(tmp_path / name)
        )
        assert hebo("run", config).exit_code == 0
    one, three = (load_results(tmp_path / name) for name in ("one", "three"))
    assert lasting(one) == lasting(three)
    assert three.trials["told"].isna().all()
    assert three.trials["worker"].notna().all()


@pytest.mark.parametrize(
    ("corner", "limits", "status", "message"),
    [
        ("raise", {}, "failed", "ValueError: the corner is closed"),
        ("crash", {}, "crashed", "the worker process exited with code 9 during the evaluation"),
        ("sleep", {"trial_seconds": 2.0}, "timed_out", "not finished within 2 s (limits.trial_seconds)"),
        ("stuck", {"trial_seconds": 2.0}, "timed_out", "its process was ended"),
    ],
)
def test_what_goes_wrong_costs_its_trial_and_no_other(
    write_config: Write,
    hebo: Hebo,
    tmp_path: Path,
    corner: str,
    limits: dict[str, float],
    status: str,
    message: str,
) -> None:
    assert hebo("run", write_config(**settings(tasks=[toy(corner)], limits=limits, **SPREAD))).exit_code == 0
    trials = load_results(tmp_path / "out").trials
    in_corner = [params["x"] > 0.5 for params in trials["params"]]
    assert [one == status for one in trials["status"]] == in_corner
    assert sum(in_corner) > 0
    assert all(message in one for one in trials["message"].dropna())


def test_a_crash_in_a_thread_is_found_by_evaluating_one_by_one(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    changes = {"tasks": [toy("crash", seconds=0.1)], "executor": {"type": "threads"}, **SPREAD}
    assert hebo("run", write_config(**settings(**changes, budget={"n_trials": 8}))).exit_code == 0
    found = load_results(tmp_path / "out")
    in_corner = [params["x"] > 0.5 for params in found.trials["params"]]
    assert [one == "crashed" for one in found.trials["status"]] == in_corner
    assert sum(in_corner) > 0
    assert found.trials["told"].notna().all()


def test_initial_trials_are_evaluated_at_once_and_told_first(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    changes = {"tasks": [toy(seconds=0.3)], "initial_trials": 3, "budget": {"n_trials": 3}}
    assert hebo("run", write_config(**settings(**changes))).exit_code == 0
    found = load_results(tmp_path / "out")
    first = found.trials[found.trials["number"] < 0]
    assert len(first) == 3
    assert first["told"].isna().all()
    rest = found.trials[found.trials["number"] >= 0]
    assert first["finished_at"].max() <= rest["started_at"].min()


def test_a_run_goes_on_with_the_points_that_its_recorded_order_gives(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    from hebo.experiment.config.parts import build
    from hebo.experiment.store.frames import frame_of
    from hebo.experiment.store.run_log import Trial

    optimizer = {"type": "hebo", "acq_optimizer": {"type": "nsga2", "population": 40, "n_generations": 5}}
    changes = {
        "optimizers": [optimizer],
        "tasks": [{"type": "timed", "seconds": 0.1, "task": {"type": "branin"}}],
    }
    for n in (12, 20):  # the second time it is replayed
        assert hebo("run", write_config(**settings(**changes, budget={"n_trials": n}))).exit_code == 0
    found = load_results(tmp_path / "out")
    trials = {row.number: row for row in found.trials.itertuples()}
    space = found.space_of("timed")
    again = build("optimizer", optimizer).build(space, seed=0)  # type: ignore[attr-defined]
    for kind, *numbers in history(found):
        points = frame_of([Trial(one, 0, trials[one].params) for one in numbers])
        if kind == "ask":
            asked = again.ask(len(numbers))
            assert (asked - points).abs().to_numpy().max() < 1e-6
        else:
            again.tell(points, [trials[one].values["y"] for one in numbers])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"n_workers": 0}, "n_workers: expected greater than or equal to 1, got the number 0"),
        ({"n_workers": -2}, "n_workers: expected greater than or equal to 1"),
        ({"n_workers": "many"}, "n_workers: expected a valid integer"),
        (
            {"executor": {"type": "process_pool", "n_workers": 2}},
            "n_workers 3 is larger than the 2 of the executor",
        ),
        ({"executor": {"type": "in_process"}}, "in_process evaluates one trial after the other"),
        ({"executor": {"type": "threads"}, "limits": {"trial_seconds": 1}}, "limits.trial_seconds needs"),
        ({"executor": {"type": "dask", "scheduler": "host"}}, "scheduler 'host' is no address"),
    ],
)
def test_settings_that_cannot_be_fulfilled_are_refused_before_anything_runs(
    write_config: Write, hebo: Hebo, tmp_path: Path, changes: dict[str, Any], text: str
) -> None:
    answer = hebo("run", write_config(**settings(**changes)))
    assert answer.exit_code != 0
    assert text in answer.output
    assert not (tmp_path / "out").exists()


def test_a_run_does_not_go_on_with_another_number_of_workers(write_config: Write, hebo: Hebo) -> None:
    assert hebo("run", write_config(**settings())).exit_code == 0
    answer = hebo("run", write_config(**settings(n_workers=2)))
    assert answer.exit_code != 0
    assert "n_workers: stored 3, given 2" in answer.output


def test_an_unreachable_scheduler_breaks_the_run_with_a_message(
    write_config: Write, hebo: Hebo, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    executor = {"type": "dask", "scheduler": "tcp://127.0.0.1:9"}
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    answer = hebo("run", write_config(**settings(executor=executor, budget={"n_trials": 3})))
    assert answer.exit_code == 1
    assert "tcp://127.0.0.1:9 cannot be reached" in answer.output


@pytest.mark.slow
def test_workers_that_dask_loses_cost_their_trial_and_no_other(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    changes = {"tasks": [toy("crash")], "n_workers": 2}
    executor = {"type": "dask", "scheduler": "local"}
    assert hebo("run", write_config(**settings(**changes, executor=executor))).exit_code == 0
    found = load_results(tmp_path / "out")
    in_corner = [params["x"] > 0.5 for params in found.trials["params"]]
    assert [one == "crashed" for one in found.trials["status"]] == in_corner
    assert sum(in_corner) > 0
    assert all("the Dask workers that ran it died" in one for one in found.trials["message"].dropna())


# ------------------------------------------------------------------------------------------- kills


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def descendants_of(pid: int) -> list[int]:
    return [one for child in children_of(pid) for one in (child, *descendants_of(child))]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def kill_main(process: subprocess.Popen[str]) -> None:
    """Kill `hebo run` alone, and see that all that it has started ends too."""
    started = descendants_of(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    wait_for_the_end_of(started)


def wait_for_the_end_of(pids: list[int]) -> None:
    deadline = time.monotonic() + 60
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline, "a process outlives what has started it"
        time.sleep(0.05)


def kill_loop(process: subprocess.Popen[str]) -> None:
    """Kill the process of the run's loop, and see that its workers end too; `hebo run` goes on."""
    loops = children_of(process.pid)
    workers = [one for loop in loops for one in descendants_of(loop)]
    for one in loops:
        os.kill(one, signal.SIGKILL)
    wait_for_the_end_of(workers)


def check_kills(write_config: Write, start: Start, hebo: Hebo, tmp_path: Path, n_kills: int) -> None:
    chance, n_trials = random.Random(n_kills), 10 * n_kills + 10
    changes = {"tasks": [toy(seconds=0.2)], "n_workers": 4, "budget": {"n_trials": n_trials}}
    config = write_config("out.yaml", **settings(**changes))
    for number in range(n_kills):
        process = start("run", config)
        _wait_for_work(process, config)
        time.sleep(chance.uniform(0.0, 0.5))
        before = known(config)
        if number % 3 == 2 and process.poll() is None:
            kill_loop(process)
            time.sleep(chance.uniform(0.0, 2.0))
        if process.poll() is None:
            kill_main(process)
        after = known(config)
        assert {one: after[one] for one in before} == before, "a result was lost or changed"
    assert hebo("run", config).exit_code == 0
    found = load_results(tmp_path / "out")
    assert list(found.trials["number"]) == list(range(n_trials))
    assert set(found.trials["status"]) == {"ok"}
    points = [str(params) for params in found.trials["params"]]
    assert len(set(points)) == n_trials
    assert len(history(found)) == n_trials + found.trials["round"].nunique()


def known(config: Path) -> dict[int, tuple[str, str]]:
    output = Path(str(read_yaml(config).data["output"]))
    trials = load_results(output).trials
    done = trials[trials["status"] != "pending"]
    return {row.number: (str(row.params), str(row.values)) for row in done.itertuples()}


def test_two_kills_lose_and_repeat_nothing(
    write_config: Write, tmp_path: Path, start_hebo: Start, hebo: Hebo
) -> None:
    check_kills(write_config, start_hebo, hebo, tmp_path, n_kills=2)


@pytest.mark.slow
def test_twenty_kills_lose_and_repeat_nothing(
    write_config: Write, tmp_path: Path, start_hebo: Start, hebo: Hebo
) -> None:
    check_kills(write_config, start_hebo, hebo, tmp_path, n_kills=20)


def test_ctrl_c_keeps_what_is_under_way_and_the_same_command_goes_on(
    write_config: Write, tmp_path: Path, start_hebo: Start, hebo: Hebo
) -> None:
    config = write_config("out.yaml", **settings(tasks=[toy(seconds=0.3)], budget={"n_trials": 60}))
    process = start_hebo("run", config)
    _wait_for_work(process, config)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130, errors
    found = load_results(tmp_path / "out")
    assert set(found.runs["status"]) == {"waiting"}
    assert set(found.trials["status"]) <= {"ok", "pending"}
    assert found.trials["started_at"][found.trials["status"] == "pending"].isna().all()
    assert hebo("run", config, "budget.n_trials=60").exit_code == 0
    assert set(load_results(tmp_path / "out").trials["status"]) == {"ok"}
