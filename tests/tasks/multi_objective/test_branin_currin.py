"""Tests of `tasks.multi_objective.branin_currin` against BoTorch and by quadrature."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from botorch.test_functions.multi_objective import BraninCurrin as Known

from tasks.multi_objective.branin_currin import BraninCurrin, currin

TASK = BraninCurrin()
Array = np.ndarray


def test_values_are_those_of_botorch() -> None:
    x = np.random.default_rng(0).random((30, 2))
    x[0, 1] = 0.0
    found = TASK.evaluate(TASK.space.decode(torch.as_tensor(x))).to_numpy()
    assert found == pytest.approx(Known()(torch.as_tensor(x)).numpy())
    assert TASK.reference_point == pytest.approx(Known().ref_point.numpy())


def currin_below(x1: Array, level: float) -> Array:
    """The least value of Currin's function over x2 where Branin's is at most `level`, by its largest x2."""
    u = 15 * x1 - 5
    room = level - 10 * (1 - 1 / (8 * np.pi)) * np.cos(u) - 10
    valley, width = 5.1 / (4 * np.pi**2) * u**2 - 5 / np.pi * u + 6, np.sqrt(np.maximum(room, 0))
    has_any = (room >= 0) & (valley - width <= 15) & (valley + width >= 0)
    return np.where(has_any, currin(x1, np.clip((valley + width) / 15, 1e-12, 1)), np.inf)


def least(level: float) -> float:
    """The least value over x1 as well: local minima on a grid, each one refined on finer grids."""
    x1 = np.linspace(0, 1, 2001)
    found = currin_below(x1, level)
    lower = np.r_[np.inf, found, np.inf]
    places = np.flatnonzero((found <= lower[:-2]) & (found <= lower[2:]) & np.isfinite(found))
    best = np.inf
    for place in places:
        middle, width = x1[place], x1[1]
        for _ in range(6):
            near = np.clip(np.linspace(middle - width, middle + width, 41), 0, 1)
            there = currin_below(near, level)
            middle, width, best = near[there.argmin()], width / 10, min(best, there.min())
    return best


def test_the_hypervolume_of_the_front_is_the_area_above_the_least_second_value() -> None:
    # With level = minimum + t^2 the front is smooth in t also at its steep end.
    t = np.linspace(0, np.sqrt(18 - 10 / (8 * np.pi)), 301)[1:]
    heights = np.array([6 - least(10 / (8 * np.pi) + one**2) for one in t])
    area = np.trapezoid(np.r_[0, heights * 2 * t], np.r_[0, t])
    assert area == pytest.approx(TASK.front_hypervolume, abs=1e-3)
