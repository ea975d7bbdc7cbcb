from __future__ import annotations

import numpy as np
import pytest

from hebo.random import make_generator
from tasks.synthetic.branin import Branin
from tasks.synthetic.hartmann import Hartmann6
from tasks.synthetic.two_level import BraninTwoLevel, Hartmann6TwoLevel, TwoLevel

BOTH = [BraninTwoLevel(), Hartmann6TwoLevel()]


def points(task: TwoLevel, n: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """The values of both levels at random points."""
    frame = task.space.decode(task.space.sample(n, generator=make_generator("points")))
    return tuple(task.evaluate(frame.assign(level=level))["y"].to_numpy() for level in ("cheap", "full"))  # type: ignore[return-value]


@pytest.mark.parametrize("task", BOTH, ids=lambda one: type(one).__name__)
def test_the_optimum_is_that_of_the_full_level(task: TwoLevel) -> None:
    np.testing.assert_allclose(task.evaluate(task.minimizers)["y"], task.optimum)
    assert task.space.targets == {"level": "full"}
    assert task.space.roles == {"level": "fidelity"}


@pytest.mark.parametrize("task", BOTH, ids=lambda one: type(one).__name__)
def test_the_cheap_level_is_related_and_biased(task: TwoLevel) -> None:
    cheap, full = points(task)
    assert 0.8 < np.corrcoef(cheap, full)[0, 1] < 0.999
    assert np.abs(cheap - full).max() > 0.1


@pytest.mark.parametrize(("cls", "plain"), [(BraninTwoLevel, Branin()), (Hartmann6TwoLevel, Hartmann6())])
def test_without_bias_both_levels_are_the_function(cls: type[TwoLevel], plain: Branin | Hartmann6) -> None:
    cheap, full = points(cls(bias=0.0), 50)
    np.testing.assert_allclose(cheap, full)
    biased, same = points(cls(), 50)
    np.testing.assert_allclose(same, full)
    assert not np.allclose(biased, full)
    assert cls().optimum == plain.optimum


def test_the_cheap_valley_of_branin_is_worked_by_hand() -> None:
    # At x1 = 0 the changed coefficient does not matter; at x1 = 2 the valley is 0.05 * 4 higher up.
    task = BraninTwoLevel()
    x = np.array([[0.0, 6.0], [2.0, 6.0]])
    inner = 6.0 - 5.1 / (4 * np.pi**2) * x[:, 0] ** 2 + 5 / np.pi * x[:, 0] - 6.0
    expected = (inner + 0.05 * x[:, 0] ** 2) ** 2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x[:, 0]) + 10
    np.testing.assert_allclose(task.cheap(x), expected)


def test_the_cheap_level_of_hartmann_prefers_the_second_best_basin() -> None:
    task = Hartmann6TwoLevel()
    second = np.array([[0.40465, 0.88244, 0.84610, 0.57398, 0.13891, 0.03849]])  # of its six minima
    assert task.full.function(second)[0] == pytest.approx(-3.2032, abs=1e-3)
    assert task.cheap(second)[0] < task.cheap(task.full.locations())[0] - 0.3


def test_costs_are_those_of_the_levels() -> None:
    task = BraninTwoLevel(cheap_cost=0.25)
    frame = task.minimizers.iloc[:2].assign(level=["cheap", "full"])
    assert task.cost_column == "cost"
    assert task.evaluate(frame)["cost"].tolist() == [0.25, 1.0]
