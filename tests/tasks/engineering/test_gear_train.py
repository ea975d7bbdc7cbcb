"""Tests of `tasks.engineering.gear_train` against published designs and by enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from hebo.pareto import front
from tasks.engineering.gear_train import GearTrain, _best_error

TASK = GearTrain()


def test_the_published_best_ratio_is_met_nearly() -> None:
    # Kannan and Kramer's problem has the best squared error of 1 / ratio, 2.7e-12, at 16, 19, 43, 49.
    found = TASK.evaluate(pd.DataFrame({"a": [16], "b": [19], "c": [43], "d": [49]})).iloc[0]
    assert pytest.approx(2.7e-12, rel=0.01) == (1 / 6.931 - 16 * 19 / (43 * 49)) ** 2
    assert found["ratio_error"] == pytest.approx(abs(6.931 - 43 * 49 / (16 * 19)))
    assert found["size"] == 49


@pytest.mark.parametrize("size", [12, 13, 17, 20])
def test_the_best_error_of_a_size_is_that_of_all_its_designs(size: int) -> None:
    teeth = np.array(list(itertools.product(range(12, size + 1), repeat=4)))
    values = TASK.evaluate(pd.DataFrame(teeth, columns=TASK.space.names))
    assert values["ratio_error"].min() == pytest.approx(_best_error(size), abs=1e-12)


def test_the_front_goes_from_the_smallest_wheels_to_the_best_ratio() -> None:
    values = TASK.front_values()
    assert front(values).all()
    assert values[:, 1].min() == 12
    assert values[values[:, 1].argmin(), 0] == pytest.approx(5.931)
    assert values[:, 0].min() < 1e-3
    assert TASK.front_hypervolume == pytest.approx(
        sum((6 - error) for error in (_best_error(size) for size in range(12, 60)))
    )
