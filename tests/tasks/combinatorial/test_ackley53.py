from __future__ import annotations

from math import cos, e, exp, pi, sqrt

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from tasks.combinatorial.ackley53 import Ackley53


def by_loop(z: list[float]) -> float:
    squares = sum(one * one for one in z) / len(z)
    waves = sum(cos(2.0 * pi * one) for one in z) / len(z)
    return -20.0 * exp(-0.2 * sqrt(squares)) - exp(waves) + 20.0 + e


def points(task: Ackley53, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    booleans = {f"b{i + 1}": rng.integers(2, size=n).astype(bool) for i in range(task.n_boolean)}
    return pd.DataFrame(booleans | {f"x{i + 1}": rng.uniform(-1, 1, n) for i in range(task.n_numeric)})


def test_it_has_fifty_booleans_and_three_numbers_in_the_unit_box() -> None:
    definitions = Ackley53().parameters()
    assert [one["type"] for one in definitions] == ["bool"] * 50 + ["num"] * 3
    assert {(one["lb"], one["ub"]) for one in definitions[50:]} == {(-1.0, 1.0)}


@pytest.mark.parametrize("task", [Ackley53(), Ackley53(n_boolean=4, n_numeric=1), Ackley53(n_numeric=0)])
def test_random_points_have_the_values_of_the_formula(task: Ackley53) -> None:
    frame = points(task, 5)
    expected = [by_loop([float(value) for value in row]) for row in frame.to_numpy().tolist()]
    assert np.allclose(task.evaluate(frame)["y"], expected, rtol=0, atol=1e-12)


def test_all_booleans_true_worked_by_hand() -> None:
    # z = 1 at 50 of 53 places: the waves are at their tops, and the mean square is 50 / 53.
    frame = pd.DataFrame(
        [dict.fromkeys((f"b{i + 1}" for i in range(50)), True) | {"x1": 0, "x2": 0, "x3": 0}]
    )
    assert Ackley53().evaluate(frame)["y"].iloc[0] == pytest.approx(20.0 - 20.0 * exp(-0.2 * sqrt(50 / 53)))


@pytest.mark.parametrize("task", [Ackley53(), Ackley53(flip_seed=3), Ackley53(n_boolean=7, n_numeric=0)])
def test_the_minimizer_has_the_value_zero(task: Ackley53) -> None:
    assert task.optimum == 0.0
    assert task.evaluate(task.minimizers)["y"].tolist() == [0.0]


def test_the_only_minimum_of_the_booleans_is_found_by_enumeration() -> None:
    task = Ackley53(n_boolean=6, n_numeric=1, flip_seed=5)
    codes = np.arange(64)[:, None] >> np.arange(6) & 1
    frame = pd.DataFrame(codes.astype(bool), columns=[f"b{i + 1}" for i in range(6)]).assign(x1=0.0)
    values = task.evaluate(frame)["y"].to_numpy()
    best = frame.iloc[[int(values.argmin())]].reset_index(drop=True)
    pd.testing.assert_frame_equal(best, task.minimizers)
    assert (values == 0.0).sum() == 1


def test_a_flip_seed_turns_round_half_of_the_booleans() -> None:
    booleans = [f"b{i + 1}" for i in range(50)]
    first, second = (Ackley53(flip_seed=seed).minimizers[booleans].to_numpy() for seed in (0, 1))
    assert first.sum() == second.sum() == 25
    assert (first != second).any()
    assert not Ackley53().minimizers[booleans].to_numpy().any()


@pytest.mark.parametrize("settings", [{"n_boolean": 0}, {"n_numeric": -1}, {"flip_seed": -1}])
def test_impossible_sizes_and_seeds_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=next(iter(settings))):
        Ackley53.model_validate(settings)
