"""Tests of `tasks.engineering.disc_brake` against BoTorch and by quadrature."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from botorch.test_functions.multi_objective import DiscBrake as Known

from hebo.random import make_generator
from tasks.engineering.disc_brake import DiscBrake

TASK = DiscBrake()


def test_values_and_limits_are_those_of_botorch() -> None:
    frame = TASK.space.decode(TASK.space.sample(50, generator=make_generator(0)))
    x, found = torch.as_tensor(frame.to_numpy(dtype=float)), TASK.evaluate(frame)
    assert found[["mass", "time"]].to_numpy() == pytest.approx(Known()(x).numpy())
    slack = Known().evaluate_slack_true(x).numpy()
    assert -found[list(TASK.constraints)].to_numpy() == pytest.approx(slack)
    assert TASK.reference_point == pytest.approx(Known().ref_point.numpy())


def test_a_disc_without_width_fails() -> None:
    frame = pd.DataFrame(
        {"inner_radius": [78.0], "outer_radius": [78.0], "force": [2000.0], "surfaces": [12]}
    )
    assert TASK.evaluate(frame)["time"].isna().all()


def least_time(mass: float) -> float:
    """The least stopping time of a mass: over the surfaces and inner radii, with all the force allowed."""
    inner, best = np.linspace(55, 80, 1001), np.inf
    for surfaces in range(11, 21):
        squares = mass / (4.9e-5 * (surfaces - 1))
        outer = np.sqrt(squares + inner**2)
        cubes = outer**3 - inner**3
        heat = squares**2 / (2.22e-3 * cubes)
        force = np.minimum(np.minimum(3000, 0.4 * 3.14 * squares), heat)
        holds = (outer <= 110) & (outer >= 75) & (outer - inner >= 20) & (force >= 1000)
        holds &= 2.66e-2 * force * surfaces * cubes / squares >= 900
        best = min(best, np.min(9.82e6 * squares / (force * surfaces * cubes), initial=np.inf, where=holds))
    return best


def test_the_hypervolume_of_the_front_is_the_area_above_the_least_time_of_each_mass() -> None:
    mass = np.linspace(1.27, TASK.reference_point[0], 801)
    time = np.minimum.accumulate([least_time(one) for one in mass])
    area = np.trapezoid(np.maximum(TASK.reference_point[1] - time, 0), mass)
    assert area == pytest.approx(TASK.front_hypervolume, abs=6e-3)
