"""The scripts of the gallery on gradients, transfer and fidelities, in small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scripts import module_at

from hebo.errors import ConfigError

GALLERY = Path(__file__).parents[2] / "configs" / "gallery"


@pytest.fixture(scope="module")
def gradients() -> Any:
    return module_at(GALLERY / "gradients.py")


@pytest.fixture(scope="module")
def transfer() -> Any:
    return module_at(GALLERY / "transfer.py")


def test_differences_give_the_gradient_inside_and_at_the_bounds(gradients: Any) -> None:
    task = gradients.Setting({"type": "sphere", "dim": 2}, 1, {}).problem
    (low, high) = task.space.bounds[:, 0].tolist()
    points = pd.DataFrame({name: [low, 0.3 * high, high] for name in task.space.names})
    slopes = gradients.gradient(task, points)
    np.testing.assert_allclose(slopes, 2 * points, rtol=1e-4)


def test_one_composition_is_measured_with_and_without_gradients(gradients: Any) -> None:
    setting = gradients.Setting({"type": "sphere", "dim": 2}, 4, {"type": "random_search"})
    (found,) = gradients.compare(setting, [0])
    assert found[True] == found[False]  # random search hears neither
    assert "evaluations with gradients" in gradients.table([found])


def test_a_run_that_learns_is_compared_with_one_that_does_not(transfer: Any) -> None:
    setting = transfer.Setting(
        {"type": "sphere", "dim": 2},
        {"type": "levy", "dim": 2},
        n_asks=3,
        n_earlier=5,
        alone="random_search",
        learning="random_search",
    )
    rows = transfer.compare(setting, [0, 1])
    assert [row.way for row in rows] == ["alone", "related", "unrelated"]
    assert len({row.final for row in rows}) == 1  # random search learns of nothing
    assert "1 % after" in str(rows[0])


def test_an_earlier_run_lies_in_the_box_of_the_present_task(transfer: Any) -> None:
    setting = transfer.Setting(
        {"type": "sphere", "dim": 2}, {"type": "ackley", "dim": 2}, n_earlier=4, alone="sobol"
    )
    present = transfer.task_of(setting.task)
    points, values = transfer.earlier(setting, setting.other, present, seed=0)
    assert present.space.contains(present.space.encode(points)).all()
    assert len(points) == len(values) == 4


def test_a_task_without_a_known_minimum_is_refused(gradients: Any, transfer: Any) -> None:
    with pytest.raises(ConfigError, match="is not known; choose another task"):
        transfer.task_of({"type": "contamination"})
    setting = gradients.Setting({"type": "contamination"}, 1, {})
    with pytest.raises(ConfigError, match="is not known; choose another task"):
        _ = setting.problem


@pytest.fixture(scope="module")
def fidelities() -> Any:
    return module_at(GALLERY / "fidelities.py")


def test_cheap_levels_are_compared_with_the_full_one_at_the_same_cost(fidelities: Any) -> None:
    small = {"acq_optimizer": {"type": "random", "n_points": 32}}
    setting = fidelities.Setting(2.5, small, small)
    done = list(fidelities.runs(setting, ["branin_two_level"], [0]))
    assert [(one.way, one.n_full, one.n_cheap) for one in done] == [("levels", 2, 2), ("full", 2, 0)]
    assert all(regret > 0 for regret in fidelities.medians(done).values())
    assert "2 full and 2 cheap evaluations" in str(done[0])
