"""A study that is killed again and again loses nothing, repeats no result and leaves no process behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from hebo.study.study import Study

SCRIPT = Path(__file__).with_name("killed.py")
N_TRIALS = 400


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder), str(N_TRIALS)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def opened(folder: Path) -> Study:
    return Study({"a": (0.0, 1.0), "b": (0.0, 1.0)}, optimizer="random_search", storage=folder / "study.db")


def n_done(folder: Path) -> int:
    seen = folder / "evaluations.txt"
    return len(seen.read_text(encoding="utf-8").splitlines()) if seen.exists() else 0


def kill_when_further(process: subprocess.Popen[bytes], folder: Path, more: int) -> set[psutil.Process]:
    """Kill a study after some more evaluations, and return its workers."""
    wanted, deadline = n_done(folder) + more, time.monotonic() + 120
    while n_done(folder) < wanted and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        workers = set(psutil.Process(process.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        workers = set()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return workers


def check_killed(folder: Path, n_kills: int) -> None:
    random.seed(0)
    before: dict[int, float] = {}
    for _ in range(n_kills):
        workers = kill_when_further(start(folder), folder, random.randint(1, 8))
        _, alive = psutil.wait_procs(list(workers), timeout=20)
        assert not alive, "a worker outlived the study"
        ok = opened(folder).trials.query("status == 'ok'")["value"]
        now = dict(zip(ok.index, ok, strict=True))
        assert before.items() <= now.items(), "a result was lost or repeated"
        before = now
    study = opened(folder)
    points = study.trials[["a", "b"]]
    assert not points.duplicated().any()
    assert list(study.trials.index) == list(range(len(points)))
    assert len(study.optimizer.history) == (study.trials["status"] == "ok").sum()


def test_a_study_that_is_killed_twice_goes_on(tmp_path: Path) -> None:
    check_killed(tmp_path, 2)


@pytest.mark.slow
def test_a_study_that_is_killed_twenty_times_goes_on(tmp_path: Path) -> None:
    check_killed(tmp_path, 20)
