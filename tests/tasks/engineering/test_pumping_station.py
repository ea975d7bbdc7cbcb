"""Tests of `tasks.engineering.pumping_station`: physics by hand, and the front by enumeration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.pareto import front, hypervolume
from hebo.random import make_generator
from tasks.engineering.pumping_station import PumpingStation, _friction, _pumped

TASK = PumpingStation()
DESIGNS = TASK.designs()
PLAIN: dict[str, Any] = {
    "material": "steel",
    "diameter": 0.3,
    "pumps": 2,
    "motor": "IE3",
    "speed_control": False,
    "tank": 0.0,
}


def valued(**changes: Any) -> pd.Series:
    return TASK.evaluate(pd.DataFrame([{**PLAIN, **changes}])).iloc[0]


def test_all_designs_are_those_of_the_space() -> None:
    assert len(DESIGNS) == TASK.space.cardinality == 20_160
    assert not DESIGNS.duplicated().any()
    assert TASK.space.contains(TASK.space.encode(DESIGNS)).all()


def test_the_front_is_that_of_all_designs_evaluated_as_an_optimizer_would() -> None:
    values = TASK.evaluate(DESIGNS).to_numpy()
    best = values[front(values)]
    assert sorted(best.tolist()) == pytest.approx(np.array(sorted(TASK.front_values().tolist())))
    assert hypervolume(values, TASK.reference_point) == pytest.approx(TASK.front_hypervolume)
    assert len(best) > 100


def test_every_value_of_every_variable_but_some_sizes_is_on_the_front() -> None:
    values = TASK.evaluate(DESIGNS).to_numpy()
    best = DESIGNS[front(values)]
    assert {name: best[name].nunique() for name in ("material", "pumps", "motor", "speed_control")} == {
        "material": 4,
        "pumps": 5,
        "motor": 3,
        "speed_control": 2,
    }
    assert best["tank"].nunique() > 8
    assert best["diameter"].nunique() == 8


def test_a_random_design_is_far_from_the_front() -> None:
    frame = TASK.space.decode(TASK.space.sample(60, generator=make_generator(0)))
    assert hypervolume(TASK.evaluate(frame), TASK.reference_point) < 0.9 * TASK.front_hypervolume


def test_pumps_deliver_what_is_drawn_in_a_day_whatever_the_tank() -> None:
    flow = _pumped(np.array([0.0, 300.0, 1000.0, 2000.0]))
    assert flow.sum(axis=1) * 3600 == pytest.approx(np.full(4, 6000.0))
    assert (flow > 0).all()
    spread = flow.max(axis=1) - flow.min(axis=1)
    assert spread[0] > spread[1] > spread[2]
    assert spread[3] > spread[2]  # more at night


def test_the_loss_of_head_in_a_rough_pipe_follows_its_relative_roughness_alone() -> None:
    # Fully rough: the factor is 0.25 / log10(k / (3.7 d))^2, and the speed 1 m/s in a pipe of 0.5 m.
    flow = np.full((1, 24), np.pi * 0.25**2)
    loss = _friction(flow, np.array([0.5]), np.array([0.05]))
    factor = 0.25 / np.log10(0.1 / 3.7) ** 2
    assert loss == pytest.approx(np.full((1, 24), factor * 2800 / 0.5 / 19.62), rel=0.01)


@pytest.mark.parametrize(
    "changes", [{"diameter": 0.35}, {"motor": "IE4"}, {"material": "polyethylene"}, {"speed_control": True}]
)
def test_what_costs_more_to_build_saves_energy(changes: dict[str, Any]) -> None:
    before, after = valued(), valued(**changes)
    assert after["investment"] > before["investment"]
    assert after["energy"] < before["energy"]


def test_the_energy_is_at_least_that_of_lifting_the_water() -> None:
    # 6000 m3 a day by 38 m at the night's price and 87 % x 95.6 % efficiency.
    lifting = 6000 * 9.81 * 38 / 3600 * 0.11 * 365 / 1000
    assert (TASK.evaluate(DESIGNS)["energy"] > lifting / (0.87 * 0.956)).all()
