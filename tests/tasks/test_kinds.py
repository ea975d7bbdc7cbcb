"""The problems of `configs/benchmarks/kinds`: their optima, and a run in small."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scripts import modules_of

from hebo.recommenders.random import RandomSearch


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The modules of the script, which are in no package."""
    names = ("problem", "numeric_kinds", "other_kinds", "problems", "run")
    with modules_of("kinds", names, monkeypatch) as modules:
        yield modules


def test_no_point_is_better_than_the_optimum_and_random_search_is_not_there(script: dict[str, Any]) -> None:
    draw, kinds = script["problem"].draw, script["problems"].KINDS
    assert len(kinds) == 10
    for kind in kinds:
        for seed in range(3):
            problem, rng = script["problems"].problem(kind, seed), np.random.default_rng(seed)
            truth = [problem.truth(draw(problem.records, rng)) for _ in range(300)]
            assert np.nanmin(truth) >= problem.optimum - 1e-6
            assert problem.random_search(50) > 0


def test_a_run_is_measured_and_listed(
    script: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = script["run"]
    monkeypatch.setattr(run, "N_POINTS", 20)
    file = tmp_path / "runs.csv"
    for kind in ("noise", "families"):
        half, regret, recommended, near, cpu = run.measured(
            RandomSearch(), script["problems"].problem(kind, 0)
        )
        assert math.isfinite(recommended) == (kind == "noise")
        assert 0 <= near <= 1
        run.append(file, ["off", kind, "0", half, regret, recommended, near, cpu])
    assert run.done(file) == {("off", "noise", "0"), ("off", "families", "0"), run.COLUMNS[:3]}
    run.print_table(pd.read_csv(file), "off")
    assert "off (2)" in capsys.readouterr().out
