"""Tests of `tasks.hpo.generated`: data sets that vary, and are the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.hpo.generated import generated
from tasks.hpo.spaces import Problem

SEEDS = [*range(28), *range(100, 112)]
PROBLEMS: list[Problem] = ["classification", "regression"]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_same_seed_gives_the_same_rows(problem: Problem) -> None:
    first = generated(problem, 5)
    generated.cache_clear()
    second = generated(problem, 5)
    assert first is not second
    np.testing.assert_array_equal(first.x, second.x)
    np.testing.assert_array_equal(first.y_test, second.y_test)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_sizes_and_numbers_of_features_vary(problem: Problem) -> None:
    data = [generated(problem, seed) for seed in SEEDS]
    sizes = [len(one.y) + len(one.y_test) for one in data]
    assert min(sizes) >= 200
    assert max(sizes) <= 600
    assert max(sizes) > 2 * min(sizes)
    assert len({one.x.shape[1] for one in data}) > 8
    assert all(np.isfinite(one.x).all() and np.isfinite(one.y).all() for one in data)


def test_each_class_has_rows_for_five_folds() -> None:
    data = [generated("classification", seed) for seed in SEEDS]
    assert {len(one.class_sizes) for one in data} == {2, 3, 4}
    assert min(int(one.class_sizes.min()) for one in data) >= 5


def test_targets_of_a_regression_are_scaled_and_can_be_predicted_in_part() -> None:
    from sklearn.ensemble import RandomForestRegressor

    shares = []
    for seed in range(6):
        data = generated("regression", seed)
        assert 0.5 < data.y.std() < 2.0
        model = RandomForestRegressor(30, random_state=0).fit(data.x, data.y)
        shares.append(model.score(data.x_test, data.y_test))
    assert max(shares) > 0.4
    assert min(shares) < 0.9
