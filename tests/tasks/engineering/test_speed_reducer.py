"""Tests of `tasks.engineering.speed_reducer` against published numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize, nnls

from tasks.engineering.speed_reducer import SpeedReducer, _weight

Array = NDArray[np.float64]

TASK = SpeedReducer()


def evaluated(*sizes: float) -> pd.Series:
    frame = pd.DataFrame([sizes], columns=TASK.space.names).astype({"teeth": int})
    return TASK.evaluate(frame).iloc[0]


@pytest.mark.parametrize(
    ("length_2", "diameter_2", "weight"), [(7.715320, 5.286654, 2994.471066), (7.8, 5.286683, 2996.348165)]
)
def test_the_optima_of_both_published_forms_weigh_what_is_published(
    length_2: float, diameter_2: float, weight: float
) -> None:
    found = evaluated(3.5, 0.7, 17, 7.3, length_2, 3.350215, diameter_2)
    assert found["weight"] == pytest.approx(weight, abs=5e-3)
    assert (found[list(TASK.constraints)] <= 1e-6).all()


def test_the_known_minimizer_meets_the_limits_up_to_rounding() -> None:
    assert TASK.optimum == pytest.approx(2994.471066, abs=1e-6)
    found = TASK.evaluate(TASK.minimizers).iloc[0]
    assert found["weight"] == TASK.optimum
    limits = found[list(TASK.constraints)]
    assert (limits <= 1e-12).all()
    assert set(limits.index[limits > -1e-9]) == {"stress_1", "stress_2", "least_width", "bearing_2"}


def heavy(teeth: int) -> Array:
    """A design with room to every limit, whatever the number of teeth."""
    return np.array([3.6, 0.7, teeth, 8.3, 8.3, 3.9, 5.5])


def pulled_back(inside: Array, x: Array) -> Array:
    """The last of a thousand points on the way from `inside` to `x` that keeps all limits."""
    points = inside + np.linspace(1.0, 0.0, 1001)[:, None] * (x - inside)
    keeps: Array = (TASK.limits(points) <= 0).all(axis=1)
    return points[int(np.argmax(keeps))]


@pytest.mark.parametrize("teeth", [17, 18, 28])
def test_no_descent_ends_within_the_limits_below_the_optimum(teeth: int) -> None:
    low, high = TASK.space.bounds.clone().numpy()
    low[2] = high[2] = teeth

    def weight(x: Array) -> float:
        return float(evaluated(*np.clip(x, low, high))["weight"])

    start = heavy(teeth)
    assert (TASK.limits(start[None, :]) < -1e-3).all()
    limits = {"type": "ineq", "fun": lambda x: -TASK.limits(x[None, :])[0]}
    bounds = list(zip(low, high, strict=True))
    found = minimize(weight, start, bounds=bounds, constraints=limits, method="SLSQP")
    # A descent may stop anywhere, a little beyond a limit too, where a design is lighter than the optimum.
    end = pulled_back(start, np.clip(found.x, low, high))
    assert TASK.optimum * (1 - 1e-9) <= weight(end) < weight(start)
    if teeth == 17:
        assert weight(end) < 1.02 * TASK.optimum


def test_no_small_step_from_the_known_minimizer_saves_weight_within_the_limits() -> None:
    x = TASK.minimizers.to_numpy(dtype=float)[0]
    low, high = TASK.space.bounds.numpy()
    free = np.delete(np.arange(7), 2)  # teeth are whole

    def limits(at: Array) -> Array:
        return np.concatenate([TASK.limits(at[None, :])[0], low - at, at - high])

    def slopes(function: Callable[[Array], Array | float]) -> Array:
        steps = 1e-6 * np.eye(7)[free]
        return np.array([np.subtract(function(x + one), function(x - one)) / 2e-6 for one in steps])

    # Karush-Kuhn-Tucker: the slope of the weight is a sum of those of the limits that hold with equality.
    is_active = limits(x) > -1e-9
    _, residual = nnls(slopes(limits)[:, is_active], -slopes(lambda at: _weight(at[None, :])[0]))
    assert residual < 1e-3  # of a slope of about 600


def test_a_design_worked_by_hand() -> None:
    found = evaluated(3.0, 0.75, 20, 8.0, 8.0, 3.0, 5.0)
    assert found["weight"] == pytest.approx(
        0.7854 * 3 * 0.5625 * (1333.32 + 298.668 - 43.0934) - 1.508 * 3 * 34 + 7.4777 * 152 + 0.7854 * 8 * 34
    )
    assert found["bending_stress"] == pytest.approx(27 / 33.75 - 1)
    assert found["contact_stress"] == pytest.approx(397.5 / 675 - 1)
    assert found["deflection_1"] == pytest.approx(1.93 * 512 / (15 * 81) - 1)
    assert found["gear_size"] == pytest.approx(15 / 40 - 1)
    assert found["least_width"] == pytest.approx(0.25)
    assert found["bearing_1"] == pytest.approx(6.4 / 8 - 1)
