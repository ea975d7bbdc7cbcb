from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from tasks.synthetic.ackley import Ackley
from tasks.synthetic.base import scramble
from tasks.synthetic.branin import Branin
from tasks.synthetic.levy import Levy
from tasks.synthetic.sphere import Sphere
from tasks.synthetic.styblinski_tang import StyblinskiTang


def test_variables_are_numeric_then_integer_then_nominal() -> None:
    space = Sphere(dim=6, n_integer=2, n_nominal=1, levels=5).space
    kinds = [definition["type"] for definition in Sphere(dim=6, n_integer=2, n_nominal=1).parameters()]
    assert kinds == ["num", "num", "num", "int", "int", "cat"]
    assert space.enum_names == ["x6"]
    assert Sphere(dim=2, n_integer=2, levels=5).space.cardinality == 25


def test_levels_are_evenly_spaced_inside_the_box_and_contain_the_minimizer() -> None:
    for task in (Levy(dim=3, levels=7), Branin(levels=4), StyblinskiTang(dim=2, levels=10)):
        for j in range(task.n_variables):
            grid, (low, high) = task.grid(j), task.box()[j]
            assert np.allclose(np.diff(grid), (high - low) / task.levels)
            assert low <= grid[0]
            assert grid[-1] <= high
            assert task.locations()[0, j] in grid


def test_integers_count_the_levels_upwards() -> None:
    # Box [-5.12, 5.12] in five cells of 2.048, whose middles contain the minimizer 0.
    task = Sphere(dim=1, n_integer=1, levels=5)
    values = task.evaluate(pd.DataFrame({"x1": [0, 1, 2, 3, 4]}))["y"]
    assert np.allclose(values, [4.096**2, 2.048**2, 0.0, 2.048**2, 4.096**2])


def test_categories_stand_for_the_same_levels_in_another_order() -> None:
    nominal = Levy(dim=1, n_nominal=1, levels=8)
    integer = Levy(dim=1, n_integer=1, levels=8)
    by_category = nominal.evaluate(pd.DataFrame({"x1": [f"c{k}" for k in range(8)]}))["y"]
    by_level = integer.evaluate(pd.DataFrame({"x1": range(8)}))["y"]
    assert by_category.tolist() == by_level[scramble(8)].tolist()
    assert by_category.tolist() != by_level.tolist()


@pytest.mark.parametrize("levels", range(2, 60))
def test_the_scrambled_order_has_each_level_once_and_no_neighbors(levels: int) -> None:
    order = scramble(levels)
    assert sorted(order) == list(range(levels))
    if levels > 4 and levels != 6:  # six has no factor-free step but 1 and 5
        assert np.abs(np.diff(order)).min() > 1


def test_the_minimum_of_a_discretized_function_is_found_by_enumeration() -> None:
    for task in (
        Ackley(dim=2, n_integer=1, n_nominal=1, levels=6),
        Levy(dim=2, n_integer=2, levels=9),
        Branin(n_nominal=2, levels=12),
    ):
        everything = [task.grid(j) for j in range(2)]
        points = np.stack(np.meshgrid(*everything), axis=-1).reshape(-1, 2)
        assert task.function(points).min() == pytest.approx(task.optimum, abs=1e-12)


def test_minimizers_off_the_levels_are_left_out() -> None:
    assert len(Branin().minimizers) == 3
    known = Branin(n_integer=2, levels=10).minimizers
    assert len(known) == 1
    assert Branin(n_integer=2, levels=10).evaluate(known)["y"][0] == pytest.approx(Branin().optimum)


def test_more_discrete_variables_than_there_are_is_refused() -> None:
    with pytest.raises(
        ValidationError, match=r"Branin has 2 variables, but n_integer=2 plus n_nominal=1 is more"
    ):
        Branin(n_integer=2, n_nominal=1)


@pytest.mark.parametrize("settings", [{"levels": 1}, {"n_integer": -1}, {"n_nominal": -1}, {"dim": 0}])
def test_counts_out_of_range_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=next(iter(settings))):
        Sphere(**settings)


def test_integers_given_as_whole_floats_are_the_same_points() -> None:
    task = Sphere(dim=2, n_integer=1)
    whole = task.evaluate(pd.DataFrame({"x1": [1.0], "x2": [3.0]}))
    pd.testing.assert_frame_equal(whole, task.evaluate(pd.DataFrame({"x1": [1.0], "x2": [3]})))
