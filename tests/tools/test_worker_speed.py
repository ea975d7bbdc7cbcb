from __future__ import annotations

from pathlib import Path

import pytest
from layers import ROOT
from scripts import module_at

worker_speed = module_at(ROOT / "tests" / "tools" / "worker_speed.py")


@pytest.mark.slow
def test_the_regrets_of_one_and_of_several_workers_are_compared(tmp_path: Path) -> None:
    lines = worker_speed.regret(tmp_path, n_workers=2, seconds=0.1, n_trials=8, n_seeds=1).splitlines()
    assert [line.split()[0] for line in lines] == ["branin", "hartmann6", "ackley", "levy", "mean"]


@pytest.mark.slow
def test_trials_of_the_first_seconds_are_counted(tmp_path: Path) -> None:
    assert worker_speed.n_within(tmp_path, 2, seconds=0.1, first=60.0) > 0
