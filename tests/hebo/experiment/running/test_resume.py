"""`kill -9` at any instant: the same command ends with the trials of an uninterrupted run."""

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

from hebo.experiment.store.results import load_results

from ..conftest import lasting

pytestmark = pytest.mark.usefixtures("toys")
Start = Callable[..., "subprocess.Popen[str]"]


def config_of(write_config: Callable[..., Path], tmp_path: Path, name: str, **changes: Any) -> Path:
    settings: dict[str, Any] = {
        "optimizers": [{"type": "random_search"}, {"type": "sobol"}],
        "tasks": [{"type": "toy", "seconds": 0.02, "noise": 0.1, "corner": "raise"}],
        "seeds": [0, 1],
        "budget": {"n_trials": 24, "batch_size": 3},
        "executor": {"type": "process_pool", "n_workers": 2},
        "output": str(tmp_path / name),
    }
    return write_config(f"{name}.yaml", **(settings | changes))


def kill_at_random(start: Start, config: Path, chance: random.Random, *, whole_group: bool) -> bool:
    """Start the run, kill it, and say whether it was still at work."""
    process = start("run", config)
    _wait_for_work(process, config)
    time.sleep(chance.uniform(0.0, 0.5))
    alive = process.poll() is None
    if alive and whole_group:
        os.killpg(process.pid, signal.SIGKILL)
    elif alive:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return alive


def _wait_for_work(process: subprocess.Popen[str], config: Path) -> None:
    """Wait until a trial is stored: before that, a kill tests the start of Python only."""
    output = config.parent / config.stem
    before = _n_done(output)
    while process.poll() is None and _n_done(output) == before:
        time.sleep(0.02)


def _n_done(output: Path) -> int:
    if not (output / "resolved.yaml").is_file():
        return 0
    trials = load_results(output).trials
    return int((trials["status"] != "pending").sum())


def check_kills(
    start: Start, hebo: Callable[..., Result], config: Path, reference: Path, n_kills: int, seed: int
) -> None:
    chance = random.Random(seed)
    killed = [kill_at_random(start, config, chance, whole_group=k % 2 == 0) for k in range(n_kills)]
    # On a slow machine the experiment may end before the last kill.
    assert killed[0], "the experiment ended before the first kill; make it longer"
    process = start("run", config)
    _, errors = process.communicate(timeout=6000)
    assert process.returncode == 0, errors
    assert hebo("run", reference).exit_code == 0
    interrupted, whole = (
        load_results(config.parent / config.stem),
        load_results(reference.parent / reference.stem),
    )
    assert lasting(interrupted) == lasting(whole)
    assert set(interrupted.runs["status"]) == {"finished"}
    assert len(whole.trials) == sum(whole.runs["n_trials"])


def test_three_kills_change_nothing(
    write_config: Callable[..., Path], tmp_path: Path, start_hebo: Start, hebo: Callable[..., Result]
) -> None:
    changes: dict[str, Any] = {
        "budget": {"n_trials": 45, "batch_size": 3},
        "executor": {"type": "in_process"},
    }
    config = config_of(write_config, tmp_path, "killed", **changes)
    whole = config_of(write_config, tmp_path, "whole", **changes)
    check_kills(start_hebo, hebo, config, whole, n_kills=3, seed=1)


@pytest.mark.slow
def test_ten_kills_change_nothing(
    write_config: Callable[..., Path], tmp_path: Path, start_hebo: Start, hebo: Callable[..., Result]
) -> None:
    changes: dict[str, Any] = {"seeds": [0, 1, 2], "budget": {"n_trials": 150, "batch_size": 3}}
    config = config_of(write_config, tmp_path, "killed", **changes)
    whole = config_of(write_config, tmp_path, "whole", **changes, executor={"type": "in_process"})
    check_kills(start_hebo, hebo, config, whole, n_kills=10, seed=2)


@pytest.mark.slow
def test_ten_kills_change_nothing_for_hebo(
    write_config: Callable[..., Path], tmp_path: Path, start_hebo: Start, hebo: Callable[..., Result]
) -> None:
    changes: dict[str, Any] = {
        "optimizers": [{"type": "hebo"}],
        "tasks": [{"type": "branin"}],
        "seeds": [0, 1],
        "budget": {"n_trials": 48, "batch_size": 1},
    }
    config = config_of(write_config, tmp_path, "killed", **changes)
    whole = config_of(write_config, tmp_path, "whole", **changes)
    check_kills(start_hebo, hebo, config, whole, n_kills=10, seed=3)


def test_ctrl_c_stops_cleanly_and_the_same_command_goes_on(
    write_config: Callable[..., Path], tmp_path: Path, start_hebo: Start, hebo: Callable[..., Result]
) -> None:
    config = config_of(write_config, tmp_path, "stopped", budget={"n_trials": 90, "batch_size": 3})
    process = start_hebo("run", config)
    _wait_for_work(process, config)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130
    assert f"The same command goes on: hebo run {config}" in errors
    assert set(load_results(tmp_path / "stopped").runs["status"]) <= {"waiting", "finished"}
    assert hebo("run", config, "executor={type: in_process}").exit_code == 0
    assert set(load_results(tmp_path / "stopped").runs["status"]) == {"finished"}


def test_sigterm_stops_cleanly_too(
    write_config: Callable[..., Path], tmp_path: Path, start_hebo: Start
) -> None:
    config = config_of(
        write_config, tmp_path, "stopped", budget={"n_trials": 900}, executor={"type": "in_process"}
    )
    process = start_hebo("run", config)
    _wait_for_work(process, config)
    process.terminate()
    process.communicate(timeout=600)
    assert process.returncode == 130


def test_ctrl_c_stops_an_objective_that_raises_interrupts_of_its_own(
    write_config: Callable[..., Path], tmp_path: Path, start_hebo: Start, hebo: Callable[..., Result]
) -> None:
    changes: dict[str, Any] = {
        "tasks": [{"type": "wild", "deed": "keyboard_interrupt", "seconds": 0.05}],
        "budget": {"n_trials": 60},
        "executor": {"type": "in_process"},
    }
    config = config_of(write_config, tmp_path, "stopped", **changes)
    process = start_hebo("run", config)
    _wait_for_work(process, config)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130, errors
    assert hebo("run", config).exit_code == 0
    whole = config_of(write_config, tmp_path, "whole", **changes)
    assert hebo("run", whole).exit_code == 0
    assert lasting(load_results(tmp_path / "stopped")) == lasting(load_results(tmp_path / "whole"))


def test_a_second_ctrl_c_ends_an_evaluation_that_is_under_way(
    write_config: Callable[..., Path], tmp_path: Path, start_hebo: Start
) -> None:
    changes: dict[str, Any] = {
        "tasks": [{"type": "wild", "deed": "leave", "seconds": 600.0}],
        "executor": {"type": "in_process"},
    }
    config = config_of(write_config, tmp_path, "stopped", **changes)
    process = start_hebo("run", config)
    while not (tmp_path / "stopped" / "resolved.yaml").is_file() or not _n_begun(tmp_path / "stopped"):
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _wait_for_text(process, "Ctrl-C again stops at once")  # two signals at once would be one
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130, errors
    assert set(load_results(tmp_path / "stopped").trials["status"]) == {"pending"}


def _wait_for_text(process: subprocess.Popen[str], text: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            return
    raise AssertionError(f"the process ended without a word of {text!r}")


def _n_begun(output: Path) -> int:
    return len(load_results(output).trials)
