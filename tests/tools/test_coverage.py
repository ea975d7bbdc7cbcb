from __future__ import annotations

import pandas as pd
import pytest
from layers import ROOT
from scripts import module_at

coverage = module_at(ROOT / "tests" / "tools" / "coverage.py")


@pytest.mark.parametrize("problem", coverage.PROBLEMS, ids=lambda one: one.name)
def test_intervals_hold_most_measurements_of_a_problem(problem: object) -> None:
    assert 0.7 < coverage.measured(problem, 100)["coverage"] <= 1.0


def test_the_stored_table_has_all_problems_with_the_coverage_that_is_claimed() -> None:
    stored = pd.read_csv(ROOT / "docs" / "benchmarks" / "calibration" / "coverage.csv")
    assert list(stored["problem"]) == [one.name for one in coverage.PROBLEMS]
    assert stored["coverage"].between(0.85, 0.96).all()
    assert stored["coverage"].mean() == pytest.approx(0.9, abs=0.03)
