"""Objectives that do what they should not: each costs its trial, with a text, and the run goes on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hebo.experiment.store.results import Results, load_results

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]

# Deed -> how its trials end, and what their message says.
RAISED = {
    "system_exit": ("failed", "SystemExit: leaving"),
    "keyboard_interrupt": ("failed", "KeyboardInterrupt: not from a keyboard"),
    "own_interrupt_handler": ("failed", "KeyboardInterrupt: not from a keyboard"),
    "asyncio_cancelled": ("failed", "CancelledError: cancelled"),
    "future_cancelled": ("failed", "CancelledError: cancelled"),
    "generator_exit": ("failed", "GeneratorExit: closed"),
    "own_error": ("failed", "Own: mine"),
    "recursion": ("failed", "RecursionError: maximum recursion depth exceeded"),
    "memory": ("out_of_memory", "MemoryError:"),
    "mute": ("failed", "Mute: (a Mute whose text cannot be had: RuntimeError)"),
    "numb": ("failed", "Numb: (a Numb whose text cannot be had: TypeError)"),
    "nul": ("failed", "ValueError: a\\x00b"),
    "surrogate": ("failed", "ValueError: a\\ud800b"),
    "escape": ("failed", "ValueError: \\x1b[31mred\\x07"),
    "much": ("failed", "characters left out)"),
    "odd_name": ("failed", "Red\\x1b[31m: text"),
    "wander": ("ok", ""),
    "flood": ("ok", ""),
    "replace_streams": ("ok", ""),
    "ask_a_process": ("ok", ""),
}
DIED = {
    "close_descriptors": ("crashed", "closed its connection to `hebo run`"),
    "leave": ("crashed", "exited with code 9"),
    "abort": ("crashed", "was killed by SIGABRT"),
    "segfault": ("crashed", "was killed by SIGSEGV"),
    "kill_itself": ("crashed", "was killed by SIGKILL"),
    "real_time_signal": ("crashed", "was killed by "),
    "die_with_a_child": ("crashed", "exited with code 9"),
}
LEFT = {"leave_a_thread": ("ok", ""), "leave_a_process": ("ok", "")}
SEED, N_TRIALS = 1, 2  # one of the two points is in the corner


def settings(deeds: Any, **executor: Any) -> dict[str, Any]:
    return {
        "tasks": [{"type": "wild", "label": one, "deed": one} for one in deeds],
        "seeds": [SEED],
        "budget": {"n_trials": N_TRIALS},
        "executor": executor,
    }


def check(found: Results, expected: dict[str, tuple[str, str]]) -> None:
    """See that the trials in the corner ended as expected, and all others well."""
    assert set(found.runs["status"]) == {"finished"}
    for deed, (status, text) in expected.items():
        trials = found.trials[found.trials["run_id"] == f"random_search@{deed}#{SEED}"]
        corner = [params["x"] > 0.5 for params in trials["params"]]
        assert 0 < sum(corner) < N_TRIALS == len(trials)
        for is_there, ended, message in zip(corner, trials["status"], trials["message"], strict=True):
            assert ended == (status if is_there else "ok"), (deed, message)
            assert text in (message or "") if is_there else message is None, (deed, message)


def test_in_the_process_of_hebo_run_a_deed_costs_its_trial_only(
    write_config: Write, hebo: Hebo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    streams, folder = (sys.stdout, sys.stderr), os.getcwd()
    config = write_config(**settings(RAISED, type="in_process"), output="relative")
    answer = hebo("run", config)
    assert answer.exit_code == 0, answer.stderr
    assert (sys.stdout, sys.stderr) == streams
    assert os.getcwd() == folder
    check(load_results(tmp_path / "relative"), RAISED)


def test_in_a_worker_a_deed_costs_its_trial_only(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    expected = RAISED | LEFT
    config = write_config(**settings(expected, type="process_pool", n_workers=1))
    answer = hebo("run", config)
    assert answer.exit_code == 0, answer.stderr
    check(load_results(tmp_path / "out"), expected)


def test_the_death_of_a_worker_costs_its_trial_only(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    config = write_config(**settings(DIED, type="process_pool", n_workers=2))
    answer = hebo("run", config)
    assert answer.exit_code == 0, answer.stderr
    check(load_results(tmp_path / "out"), DIED)
