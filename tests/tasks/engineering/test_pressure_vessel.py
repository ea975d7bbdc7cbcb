"""Tests of `tasks.engineering.pressure_vessel` against published numbers."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from hebo.random import make_generator
from tasks.engineering.pressure_vessel import PressureVessel

TASK = PressureVessel()


def evaluated(shell: float, head: float, radius: float, length: float) -> pd.Series:
    frame = pd.DataFrame([{"shell": shell, "head": head, "radius": radius, "length": length}])
    return TASK.evaluate(frame).iloc[0]


def test_the_published_optimum_costs_what_is_published() -> None:
    found = evaluated(0.8125, 0.4375, 42.0984456, 176.6365958)
    assert found["manufacturing_cost"] == pytest.approx(6059.714335, abs=1e-3)
    assert found["shell_stress"] == pytest.approx(0.0, abs=1e-6)
    assert found["head_stress"] == pytest.approx(0.00954 * 42.0984456 - 0.4375)
    assert found["volume"] == pytest.approx(0.0, abs=1.0)


def test_the_known_minimizer_meets_the_limits_up_to_rounding() -> None:
    assert TASK.optimum == pytest.approx(6059.714335, abs=1e-5)
    found = TASK.evaluate(TASK.minimizers).iloc[0]
    assert found["manufacturing_cost"] == TASK.optimum
    assert (found[list(TASK.constraints)] <= 1e-8).all()


def test_a_design_worked_by_hand() -> None:
    found = evaluated(1.0, 0.5, 50.0, 100.0)
    assert found["manufacturing_cost"] == pytest.approx(
        0.6224 * 5000 + 1.7781 * 1250 + 3.1661 * 100 + 19.84 * 50
    )
    assert found["shell_stress"] == pytest.approx(-0.035)
    assert found["head_stress"] == pytest.approx(-0.023)
    assert found["volume"] == pytest.approx(1_296_000 - math.pi * (250_000 + 500_000 / 3))


def test_thicknesses_are_multiples_of_a_sixteenth_of_an_inch() -> None:
    frame = TASK.space.decode(TASK.space.sample(50, generator=make_generator(0)))
    sixteenths = frame[["shell", "head"]] * 16
    assert (sixteenths == sixteenths.round()).all(axis=None)
    assert frame[["shell", "head"]].min(axis=None) >= 0.0625
