from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pandas import DataFrame
from rich.console import Console

from hebo.experiment.analysis.observations import observations
from hebo.experiment.cli.show import runs_table
from hebo.experiment.config.experiment import build_experiment
from hebo.experiment.executors.in_process import InProcessExecutor
from hebo.experiment.executors.worker_pool import WorkerDied
from hebo.experiment.running.dispatch import _Dispatcher, run
from hebo.experiment.running.monitor import Monitor
from hebo.experiment.running.prepare import prepare, record
from hebo.experiment.store.leases import Owner
from hebo.experiment.store.results import Results, load_results
from hebo.experiment.store.run_log import AskCost, Trial
from hebo.experiment.yaml.document import read_yaml
from hebo.optimizer.optimizer import Optimizer

from ..conftest import lasting

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]
POOL = {"type": "process_pool", "n_workers": 1}


def toy(corner: str = "fine", **settings: Any) -> dict[str, Any]:
    return {"type": "toy", "corner": corner, **settings}


def outcomes(results: Results) -> Counter[str]:
    return Counter(results.trials["status"])


def work(config: Path, output: StringIO | None = None) -> None:
    """Do what `hebo run` does, without its process-wide output and signals, so that threads may."""
    experiment = build_experiment(read_yaml(config))
    store = record(experiment, prepare(experiment))
    run(experiment, store, monitor=Monitor(store, Console(file=output or StringIO()), n_slots=1))
    store.close()


def in_corner(results: Results) -> list[bool]:
    return [params["x"] > 0.5 for params in results.trials["params"]]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_an_experiment_ends_with_all_its_trials_and_a_recipe_that_runs(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    config = write_config(optimizers=[{"type": "random_search"}, {"type": "sobol"}], seeds=2)
    assert hebo("run", config).exit_code == 0
    first = load_results(out)
    assert list(first.runs["status"]) == ["finished"] * 4
    assert outcomes(first) == {"ok": 24}
    assert hebo("run", out / "resolved.yaml").exit_code == 0
    assert lasting(load_results(out)) == lasting(first)


def test_the_same_seed_gives_the_same_trials_in_any_executor(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    settings = {"tasks": [toy(noise=0.5)], "budget": {"n_trials": 5, "batch_size": 2}}
    for name, executor in {"a": POOL, "b": {"type": "in_process"}}.items():
        config = write_config(f"{name}.yaml", **settings, executor=executor, output=str(tmp_path / name))
        assert hebo("run", config).exit_code == 0
    assert lasting(load_results(tmp_path / "a")) == lasting(load_results(tmp_path / "b"))


def test_noise_differs_between_trials_and_seeds(write_config: Write, hebo: Hebo, out: Path) -> None:
    hebo("run", write_config(tasks=[toy(noise=1.0)], seeds=2))
    trials = load_results(out).trials
    noise = [v["y"] - p["x"] ** 2 for v, p in zip(trials["values"], trials["params"], strict=True)]
    assert len({round(one, 12) for one in noise}) == 12


def test_mixed_categories_survive_the_store(write_config: Write, hebo: Hebo, out: Path) -> None:
    hebo("run", write_config(budget={"n_trials": 20}))
    found = [params["c"] for params in load_results(out).trials["params"]]
    assert all(one in ["a", [1, 2], 3] for one in found)
    assert len({str(one) for one in found}) == 3
    assert all(type(params["n"]) is int for params in load_results(out).trials["params"])


@pytest.mark.parametrize(
    ("corner", "status"),
    [("raise", "failed"), ("nan", "failed"), ("memory", "out_of_memory"), ("exit", "failed")],
)
def test_bad_evaluations_are_kept_and_the_run_goes_on(
    write_config: Write, hebo: Hebo, out: Path, corner: str, status: str
) -> None:
    assert hebo("run", write_config(tasks=[toy(corner)], budget={"n_trials": 12})).exit_code == 0
    found = load_results(out)
    assert [one == status for one in found.trials["status"]] == in_corner(found)
    assert 0 < outcomes(found)[status] < 12
    assert all(found.trials["message"][found.trials["status"] == status].str.len() > 5)


def test_a_crash_costs_its_trial_and_no_other(write_config: Write, hebo: Hebo, out: Path) -> None:
    config = write_config(tasks=[toy("crash")], budget={"n_trials": 15, "batch_size": 3}, executor=POOL)
    assert hebo("run", config).exit_code == 0
    found = load_results(out)
    assert [one == "crashed" for one in found.trials["status"]] == in_corner(found)
    assert outcomes(found)["crashed"] > 0
    messages = set(found.trials["message"].dropna())
    assert messages == {"the worker process exited with code 9 during the evaluation"}


def test_an_evaluation_that_holds_the_interpreter_is_ended_with_its_process(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    config = write_config(
        tasks=[toy("stuck")], budget={"n_trials": 6}, executor=POOL, limits={"trial_seconds": 2.0}
    )
    assert hebo("run", config).exit_code == 0
    found = load_results(out)
    assert [one == "timed_out" for one in found.trials["status"]] == in_corner(found)
    assert set(found.trials["message"].dropna()) == {
        "not finished within 2 s and deaf to signals; its process was ended"
    }


def test_an_optimizer_that_raises_breaks_its_run_only(write_config: Write, hebo: Hebo, out: Path) -> None:
    config = write_config(optimizers=[{"type": "breaking"}, {"type": "sobol"}])
    answer = hebo("run", config)
    assert answer.exit_code == 1
    assert "error: the run breaking@toy#0 is broken: ValueError: the third ask fails (" in answer.stderr
    found = load_results(out)
    assert list(found.runs["status"]) == ["broken", "finished"]
    assert outcomes(found) == {"ok": 8}


def test_an_optimizer_that_kills_its_worker_breaks_its_run_only(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    config = write_config(optimizers=[{"type": "breaking", "how": "die"}, {"type": "sobol"}], executor=POOL)
    answer = hebo("run", config)
    assert answer.exit_code == 1
    assert "is broken: the worker process exited with code 3 outside of an evaluation" in answer.stderr
    assert list(load_results(out).runs["status"]) == ["broken", "finished"]


def test_a_longer_budget_continues_finished_runs(
    write_config: Write, hebo: Hebo, out: Path, tmp_path: Path
) -> None:
    config = write_config()
    assert hebo("run", config, "budget.n_trials=4").exit_code == 0
    assert hebo("run", config).exit_code == 0
    whole = write_config("whole.yaml", output=str(tmp_path / "whole"))
    assert hebo("run", whole).exit_code == 0
    assert lasting(load_results(out)) == lasting(load_results(tmp_path / "whole"))


def test_two_at_once_share_the_runs_and_repeat_none(write_config: Write, out: Path) -> None:
    config = write_config(tasks=[toy(seconds=0.01)], seeds=6)
    threads = [threading.Thread(target=work, args=(config,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = load_results(out)
    assert set(found.runs["status"]) == {"finished"}
    assert outcomes(found) == {"ok": 36}


def test_runs_of_a_live_owner_elsewhere_are_waited_for(write_config: Write, out: Path) -> None:
    config = write_config(seeds=2)
    experiment = build_experiment(read_yaml(config))
    store = record(experiment, prepare(experiment))
    elsewhere = replace(Owner.me(), host="elsewhere")
    run_id = store.claim(elsewhere, besides=set())
    assert run_id is not None
    output = StringIO()
    thread = threading.Thread(target=work, args=(config, output))
    thread.start()
    waiting = f"Waiting for runs of another `hebo run` (process {elsewhere.pid} on elsewhere)"
    while load_results(out).runs["status"][1] != "finished" or waiting not in output.getvalue():
        time.sleep(0.05)
    assert thread.is_alive()
    assert load_results(out).runs["status"][0] == "running"
    store.release(elsewhere)
    thread.join()
    store.close()
    assert list(load_results(out).runs["status"]) == ["finished"] * 2
    assert output.getvalue().count(waiting) == 1


def test_several_objectives_are_stored(write_config: Write, hebo: Hebo, out: Path) -> None:
    assert hebo("run", write_config(tasks=[{"type": "two_objectives"}])).exit_code == 0
    found = load_results(out)
    assert found.objectives == {"two_objectives": ("left", "right")}
    assert set(found.trials["values"][0]) == {"left", "right"}


VESSEL = [{"type": "pressure_vessel"}]


def test_measured_constraints_are_stored_and_only_feasible_trials_count(
    write_config: Write, hebo: Hebo, out: Path
) -> None:
    assert hebo("run", write_config(tasks=VESSEL, budget={"n_trials": 12}, report=True)).exit_code == 0
    found = load_results(out)
    limits = [
        [one[name] for name in ("shell_stress", "head_stress", "volume")] for one in found.trials["values"]
    ]
    is_feasible = [max(one) <= 0 for one in limits]
    assert 0 < sum(is_feasible) < 12
    assert found.trials["status"].tolist() == ["ok" if one else "infeasible" for one in is_feasible]
    table = observations(found)
    assert table["value"].notna().tolist() == is_feasible
    best = table["value"].min()
    assert f"{best:.6g}"[:4] in hebo("show", out).stdout.replace(",", "")
    (row,) = runs_table(found).columns[3].cells  # none failed, as an infeasible trial was measured
    assert row == ""


def test_a_run_under_constraints_is_continued_as_if_it_had_never_stopped(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    search = {"type": "nsga2", "population": 40, "n_generations": 5}
    settings: dict[str, Any] = {
        "tasks": VESSEL,
        "optimizers": [{"type": "hebo", "acq_optimizer": search}],
        "initial_trials": 2,
    }
    for name, budgets in {"once": [12], "twice": [9, 12]}.items():
        for n in budgets:
            config = write_config(
                f"{name}.yaml", output=str(tmp_path / name), budget={"n_trials": n}, **settings
            )
            assert hebo("run", config).exit_code == 0
    once, twice = (load_results(tmp_path / name) for name in ("once", "twice"))
    assert lasting(once) == lasting(twice)


def test_optimizers_are_told_of_the_points_that_a_task_says_its_values_belong_to(
    write_config: Write, hebo: Hebo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float] = []
    tell = Optimizer.tell

    def listen(self: Optimizer, x: DataFrame, y: Any, **more: Any) -> None:
        tell(self, x, y, **more)
        told[:] = self.X["x"].tolist()

    monkeypatch.setattr(Optimizer, "tell", listen)
    search = {"type": "nsga2", "population": 40, "n_generations": 5}
    settings: dict[str, Any] = {
        "tasks": [{"type": "moving"}],
        "optimizers": [{"type": "hebo", "acq_optimizer": search}],
        "initial_trials": 4,
    }
    for name, budgets in {"once": [12], "twice": [6, 12]}.items():
        for n in budgets:
            budget, output = {"n_trials": n, "batch_size": 2}, str(tmp_path / name)
            config = write_config(f"{name}.yaml", output=output, budget=budget, **settings)
            assert hebo("run", config).exit_code == 0
    once, twice = (load_results(tmp_path / name) for name in ("once", "twice"))
    assert lasting(once) == lasting(twice)
    found = [one["x"] for one in once.trials["params"]]
    assert told == found  # those of the second run, which are the same
    assert min(found) == 0.0
    assert "moved" not in once.trials["extras"].iloc[0]


def test_times_and_overhead_are_recorded_for_every_trial(write_config: Write, hebo: Hebo, out: Path) -> None:
    hebo("run", write_config(budget={"n_trials": 5, "batch_size": 2}))
    trials = load_results(out).trials
    columns = ["ask_seconds", "tell_seconds", "eval_seconds", "overhead_seconds", "started_at", "finished_at"]
    assert trials[columns].notna().all(axis=None)
    assert (trials["finished_at"] >= trials["started_at"]).all()
    assert list(trials["round"]) == [0, 0, 1, 1, 2]


def test_three_deaths_before_an_evaluation_cost_its_trial_and_the_run_goes_on(write_config: Write) -> None:
    experiment = build_experiment(read_yaml(write_config(executor=POOL)))
    store = record(experiment, prepare(experiment))
    dispatcher = _Dispatcher(experiment, store, Owner.me(), InProcessExecutor(), print)
    run_id = "random_search@toy#0"
    first = Owner.me()
    assert store.claim(first, besides=set()) == run_id
    trials = [Trial(number, 0, {"x": 0.0, "n": 1, "c": "a"}) for number in (0, 1)]
    store.log(run_id, first).add_round(trials, AskCost(0.0))
    store.release(first)
    for n_deaths in (1, 2, 3):
        assert store.claim(dispatcher.owner, besides=dispatcher.given_up) == run_id
        dispatcher._record_crash(run_id, WorkerDied(-9))
        statuses = [one.status for one in store.log(run_id, first).trials()]
        assert statuses == ["pending" if n_deaths < 3 else "crashed", "pending"]
        assert store.progress()[0]["status"] == "waiting"
    message = load_results(experiment.output).trials["message"][0]
    assert message.startswith("the worker process was killed by SIGKILL")
    assert message.endswith("3 times on the way to the evaluation (see workers.log)")
    store.close()
