"""Two bumps: values by hand, peaks by a grid, and means under noise by quadrature."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from tasks.synthetic.two_peaks import TwoPeaks


def frame(rows: list[list[float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[f"x{j + 1}" for j in range(len(rows[0]))])


def grid(n: int) -> pd.DataFrame:
    axes = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n))
    return pd.DataFrame({"x1": axes[0].ravel(), "x2": axes[1].ravel()})


def test_a_value_worked_by_hand() -> None:
    value = TwoPeaks(sharp=0.1, broad=0.25).evaluate(frame([[0.3, 0.4]]))["height"][0]
    assert value == pytest.approx(math.exp(-0.5) + 0.8 * math.exp(-(0.16 + 0.09) / 0.125))


def test_the_optimum_is_the_largest_value_of_a_fine_grid() -> None:
    task = TwoPeaks()
    values = task.evaluate(grid(501))
    assert task.optimum - 1e-3 <= values["height"].max() <= task.optimum
    assert task.robust_optimum - 1e-4 <= values["expected"].max() <= task.robust_optimum
    assert task.evaluate(task.minimizers)["height"][0] == pytest.approx(task.optimum, abs=1e-12)
    assert task.expected(task.robust_minimizers)[0] == pytest.approx(task.robust_optimum, abs=1e-12)


def test_the_best_point_is_not_the_robust_one() -> None:
    task = TwoPeaks()
    assert (task.minimizers.iloc[0] < 0.4).all()
    assert (task.robust_minimizers.iloc[0] > 0.6).all()
    assert task.expected(task.minimizers)[0] < task.robust_optimum - 0.2
    calm = TwoPeaks(input_sd=0.0)
    assert calm.robust_optimum == pytest.approx(calm.optimum)


@pytest.mark.parametrize("point", [[0.3, 0.3], [0.7, 0.7], [0.5, 0.6]])
def test_the_mean_under_noise_is_that_of_quadrature(point: list[float]) -> None:
    task = TwoPeaks()
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    rows = np.stack(np.meshgrid(*(one + task.input_sd * nodes for one in point), indexing="ij"), -1)
    inside = frame(rows.reshape(-1, 2).clip(0, 1).tolist())
    mean = np.outer(weights, weights).ravel() @ task.evaluate(inside)["height"] / (2 * math.pi)
    assert task.expected(frame([point]))[0] == pytest.approx(mean, abs=1e-3)


@pytest.mark.parametrize("wrong", [{"sharp": 0.5}, {"broad": 0.0}, {"input_sd": -0.1}, {"dim": 1}])
def test_settings_for_which_the_peaks_would_merge_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        TwoPeaks.model_validate(wrong)
