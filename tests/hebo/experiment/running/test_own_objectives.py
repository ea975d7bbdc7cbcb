"""Experiments with objectives of one's own: statuses, wrappers, limits, kills, and where files are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result
from processes import all_end, noted, tree

from hebo.experiment.config.parts import build
from hebo.experiment.running.evaluation import evaluate
from hebo.experiment.store.results import load_results
from hebo.experiment.store.run_log import Outcome
from tasks.base import Task

Write = Callable[..., Path]
Hebo = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]

SPACE = [{"name": "x", "type": "num", "lb": 0.0, "ub": 1.0}, {"name": "n", "type": "int", "lb": 1, "ub": 4}]
PYTHON: dict[str, Any] = {"type": "python", "file": "own.py", "function": "bowl", "space": SPACE}
COMMAND: dict[str, Any] = {"type": "command", "argv": ["python", "own.py", "{x}", "{n}"], "space": SPACE}
POOL = {"type": "process_pool", "n_workers": 1}
FILE = """
import json, sys

import helper_of_own

def bowl(x, n, seed):
    return {"value": helper_of_own.bowl(x, n), "seed": seed}

if __name__ == "__main__":
    print(json.dumps({"value": helper_of_own.bowl(float(sys.argv[1]), int(sys.argv[2]))}))
"""


@pytest.fixture
def files(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(FILE)
    (tmp_path / "helper_of_own.py").write_text("def bowl(x, n):\n    return (x - 0.5) ** 2 + n\n")


def outcome(code: str, *, limit: float | None = None, **settings: Any) -> Outcome:
    task = build(
        "task",
        {"type": "command", "argv": ["python", "-c", code], "stdin": "json", "space": SPACE} | settings,
    )
    assert isinstance(task, Task)
    return evaluate(task, pd.DataFrame({"x": [0.5], "n": [1]}), seed=1, limit=limit, hard=False)


@pytest.mark.parametrize(
    ("code", "settings", "status", "message"),
    [
        ("print(3)", {}, "ok", None),
        ("raise SystemExit('no way')", {}, "failed", "EvaluationError: `python -c "),
        ("print('nan')", {}, "failed", "the objective value is not a finite number"),
        ("import time; time.sleep(600)", {"seconds": 0.5}, "timed_out", "EvaluationTimeout: `python -c "),
        (
            "import time; time.sleep(600)",
            {"limit": 0.5},
            "timed_out",
            "not finished within 0.5 s (limits.trial_",
        ),
        ("raise MemoryError", {}, "out_of_memory", "EvaluationOutOfMemory: `python -c "),
    ],
)
def test_the_end_of_a_program_decides_the_status_of_its_trial(
    code: str, settings: dict[str, Any], status: str, message: str | None
) -> None:
    found = outcome(code, **settings)
    assert found.status == status
    assert (found.message or "").startswith(message or "")
    assert found.values == {"value": 3.0 if status == "ok" else None}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds sessions by /proc")
def test_a_trial_over_the_limit_of_the_experiment_leaves_no_process(tmp_path: Path) -> None:
    found = outcome(
        "exec(open(PROGRAM).read())".replace("PROGRAM", repr(str(write_tree(tmp_path)))), limit=6.0
    )
    assert found.status == "timed_out"
    assert all_end(noted(tmp_path / "pids"))


def write_tree(folder: Path) -> Path:
    program = folder / "tree.py"
    program.write_text(f"import sys\nsys.argv[1:] = [{str(folder / 'pids')!r}]\n{tree()}")
    return program


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("executor", [POOL, {"type": "in_process"}], ids=lambda one: str(one["type"]))
def test_files_are_found_beside_the_yaml_wherever_it_is_run(
    write_config: Write, hebo: Hebo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, executor: dict[str, Any]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    config = write_config(tasks=[PYTHON, COMMAND], budget={"n_trials": 3}, executor=executor)
    done = hebo("run", config)
    assert done.exit_code == 0, done.output
    trials = load_results(tmp_path / "out").trials
    assert len(trials) == 6
    for params, values in zip(trials["params"], trials["values"], strict=True):
        assert values["value"] == pytest.approx((params["x"] - 0.5) ** 2 + params["n"])
    again = hebo("run", tmp_path / "out" / "resolved.yaml", "budget.n_trials=4")
    assert again.exit_code == 0, again.output
    assert len(load_results(tmp_path / "out").trials) == 8


@pytest.mark.usefixtures("files")
def test_both_kinds_work_in_wrappers(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    wrappers: dict[str, dict[str, Any]] = {
        "noisy": {"sd": 0.1},
        "cached": {},
        "costed": {"costs": [2.0]},
        "failing": {"probability": 0.1},
        "timed": {"seconds": 0.0},
        "shifted": {},
    }
    tasks = [
        {"type": name, "label": f"{name}-{inner['type']}", **settings, "task": inner}
        for name, settings in wrappers.items()
        for inner in (PYTHON, COMMAND)
    ]
    done = hebo("run", write_config(tasks=tasks, budget={"n_trials": 2}))
    assert done.exit_code == 0, done.output
    trials = load_results(tmp_path / "out").trials
    assert len(trials) == 2 * len(tasks)
    assert set(trials["status"]) <= {"ok", "failed"}
    messages = trials["message"].dropna().tolist()
    assert not [one for one in messages if "Error" in one]


@pytest.mark.usefixtures("files")
def test_several_objectives_and_limits_are_stored_as_measured(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    text = "def both(x, n):\n    return {'loss': x, 'size': n, 'heat': 10 * x, 'note': 'fine'}\n"
    (tmp_path / "both.py").write_text(text)
    task = PYTHON | {
        "file": "both.py",
        "function": "both",
        "objectives": ["loss", {"name": "size", "unit": "MB"}],
        "constraints": [{"name": "heat", "ub": 5}],
    }
    done = hebo("run", write_config(tasks=[task]))
    assert done.exit_code == 0, done.output
    trials = load_results(tmp_path / "out").trials
    for params, values, extras in zip(trials["params"], trials["values"], trials["extras"], strict=True):
        assert values == {"loss": params["x"], "size": params["n"], "heat": 10 * params["x"]}
        assert extras["note"] == "fine"


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("task", "said"),
    [
        (PYTHON | {"file": "none.py"}, "there is no file"),
        (PYTHON | {"function": "bow"}, "there is no function `bow`; define it, or correct `function`. Did you mean 'bowl'"),
        (PYTHON | {"space": SPACE[:1]}, "needs 'n', which is no parameter of the space"),
        (COMMAND | {"argv": ["python", "none.py", "{x}", "{n}"]}, "there is no file"),
        (COMMAND | {"argv": ["python", "own.py", "{x}"]}, "the parameter 'n' appears nowhere"),
        ({"type": "noisy", "sd": 0.1, "task": PYTHON | {"objectives": ["x"]}}, "'x' is a parameter and is measured"),
    ],
)  # fmt: skip
def test_what_can_never_work_is_refused_before_anything_is_measured(
    write_config: Write, hebo: Hebo, tmp_path: Path, task: dict[str, Any], said: str
) -> None:
    done = hebo("run", write_config(tasks=[task]))
    assert done.exit_code == 2
    assert said in done.stderr
    assert "config.yaml:" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("files")
def test_without_commands_nothing_is_started_or_imported(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    (tmp_path / "own.py").write_text("open('/nonexistent/trace', 'w')")
    for task in (PYTHON, COMMAND, {"type": "noisy", "sd": 0.1, "task": COMMAND}):
        done = hebo("run", write_config(tasks=[task]), "--no-commands")
        assert done.exit_code == 2
        assert "which starts a program or imports a file; leave --no-commands out" in done.stderr
    assert not (tmp_path / "out").exists()
    assert hebo("run", write_config(tasks=[{"type": "branin"}]), "--no-commands").exit_code == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds sessions by /proc")
@pytest.mark.parametrize("executor", [POOL, {"type": "in_process"}], ids=lambda one: str(one["type"]))
def test_a_killed_run_leaves_no_process_of_a_program(
    write_config: Write, start_hebo: Start, tmp_path: Path, executor: dict[str, Any]
) -> None:
    argv = ["python", str(write_tree(tmp_path)), "{x}", "{n}"]
    process = start_hebo("run", write_config(tasks=[COMMAND | {"argv": argv}], executor=executor))
    pids = noted(tmp_path / "pids")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert all_end(pids)
    assert load_results(tmp_path / "out").trials["status"].tolist() == ["pending"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds sessions by /proc")
def test_a_run_that_is_stopped_ends_its_program_and_keeps_the_point(
    write_config: Write, start_hebo: Start, tmp_path: Path
) -> None:
    argv = ["python", str(write_tree(tmp_path)), "{x}", "{n}"]
    process = start_hebo("run", write_config(tasks=[COMMAND | {"argv": argv}], executor=POOL))
    pids = noted(tmp_path / "pids")
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        process.stderr.readline() if process.stderr else None
    process.wait(timeout=120)
    assert process.returncode == 130
    assert all_end(pids)
    assert load_results(tmp_path / "out").trials["status"].tolist() == ["pending"]


@pytest.mark.usefixtures("files")
def test_a_campaign_takes_space_and_outcomes_of_an_own_task_and_imports_nothing(
    hebo: Hebo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.py").write_text("1 / 0")
    text = "name: c\noptimizer: {type: random_search}\ntask: {type: python, file: own.py, function: bowl, space: SPACE}\n"
    (tmp_path / "c.yaml").write_text(text.replace("SPACE", "[{name: x, type: num, lb: 0, ub: 1}]"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = hebo("ask", tmp_path / "c.yaml", "-n", "2", "-o", "sheet.csv")
    assert done.exit_code == 0, done.output
    assert Path("sheet.csv").read_text().splitlines()[0] == "point,x,value"


@pytest.mark.usefixtures("files")
def test_a_run_whose_files_were_moved_has_other_settings(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    config = write_config(tasks=[PYTHON], budget={"n_trials": 2})
    assert hebo("run", config).exit_code == 0
    (tmp_path / "elsewhere").mkdir()
    moved = [one.rename(tmp_path / "elsewhere" / one.name) for one in (config, *tmp_path.glob("*.py"))]
    done = hebo("run", moved[0])
    assert done.exit_code == 2
    assert "is in the store" in done.stderr
    assert "task.file: stored" in done.stderr


@pytest.mark.parametrize("task", [PYTHON, COMMAND], ids=lambda one: str(one["type"]))
def test_derivatives_of_what_may_be_random_are_refused(
    write_config: Write, hebo: Hebo, task: dict[str, Any]
) -> None:
    done = hebo("run", write_config(tasks=[{"type": "differentiated", "task": task}]))
    assert done.exit_code == 2
    assert "nois" in done.stderr
