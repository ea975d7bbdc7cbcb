"""A slope under a limit that an island of known size keeps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from tasks.synthetic.feasible_island import FeasibleIsland


def grid(dim: int, n: int) -> pd.DataFrame:
    axes = np.meshgrid(*[(np.arange(n) + 0.5) / n] * dim)
    return pd.DataFrame({f"x{j + 1}": axis.ravel() for j, axis in enumerate(axes)})


@pytest.mark.parametrize(("dim", "level", "n"), [(2, 0.9686, 400), (3, 0.8824, 80)])
def test_one_point_of_a_hundred_is_feasible(dim: int, level: float, n: int) -> None:
    values = FeasibleIsland(dim=dim, level=level, center=0.6).evaluate(grid(dim, n))
    assert (values["too_low"] <= 0).mean() == pytest.approx(0.01, rel=0.1)


@pytest.mark.parametrize(("dim", "level"), [(1, 0.0), (2, 0.9686), (2, 0.5), (3, 0.8824)])
def test_the_optimum_is_the_least_feasible_value(dim: int, level: float) -> None:
    task = FeasibleIsland(dim=dim, level=level, center=0.6)
    values = task.evaluate(grid(dim, {1: 20_000, 2: 600, 3: 90}[dim]))
    least = values.loc[values["too_low"] <= 0, "y"].min()
    assert task.optimum is not None
    assert task.optimum - 1e-12 <= least <= task.optimum + 0.03
    assert task.minimizers is not None
    there = task.evaluate(task.minimizers)
    assert there["y"][0] == pytest.approx(task.optimum)
    assert there["too_low"][0] == pytest.approx(0, abs=1e-12)


def test_above_the_crest_nothing_is_feasible() -> None:
    task = FeasibleIsland(level=1.1)
    assert task.optimum is None
    assert task.minimizers is None
    assert task.evaluate(grid(2, 101))["too_low"].min() == pytest.approx(0.1, abs=1e-3)


def test_settings_without_a_closed_form_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"level=0\.4 of 2 variables must be 0\.5 or more"):
        FeasibleIsland(level=0.4)
    with pytest.raises(ValidationError, match=r"center=0\.02 leaves no room"):
        FeasibleIsland(center=0.02)
    with pytest.raises(ValidationError):
        FeasibleIsland(center=1.5)
