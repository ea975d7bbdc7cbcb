"""Tests of `tasks.engineering.vehicle_safety` against BoTorch and the published approximate front."""

from __future__ import annotations

import pytest
import torch
from botorch.test_functions.multi_objective import VehicleSafety as Known

from hebo.pareto import hypervolume
from hebo.random import make_generator
from tasks.engineering.vehicle_safety import VehicleSafety

TASK = VehicleSafety()


def test_values_are_those_of_botorch() -> None:
    frame = TASK.space.decode(TASK.space.sample(50, generator=make_generator(0)))
    expected = Known()(torch.tensor(frame.to_numpy()))
    assert TASK.evaluate(frame).to_numpy() == pytest.approx(expected.numpy())
    assert TASK.reference_point == pytest.approx(Known().ref_point.numpy(), rel=1e-6)


def test_the_mass_of_the_thinnest_parts_is_the_sum_of_the_published_numbers() -> None:
    frame = TASK.space.decode(torch.ones(1, 5, dtype=torch.float64))
    found = TASK.evaluate(frame).iloc[0]
    assert found["mass"] == pytest.approx(1661.7078225)
    assert found["acceleration"] == pytest.approx(8.3046)
    assert found["intrusion"] == pytest.approx(0.1075 - 0.0367)


def test_many_random_points_stay_below_the_hypervolume_of_the_front_and_botorchs_near_it() -> None:
    frame = TASK.space.decode(TASK.space.sample(4000, generator=make_generator(1)))
    reached = hypervolume(TASK.evaluate(frame), TASK.reference_point)
    assert 0.8 * TASK.front_hypervolume < reached < TASK.front_hypervolume
    assert TASK.front_hypervolume == pytest.approx(Known().max_hv, rel=3e-3)
