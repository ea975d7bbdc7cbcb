"""Bootstrap over tasks and seeds, Wilcoxon by task, Holm over tasks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hebo.experiment.analysis.paired import (
    fewest_seeds,
    holm,
    interval_of_means,
    resampled_means,
    signed_rank_p_value,
    wins_by_task,
)


def test_tasks_weigh_the_same_whatever_their_number_of_seeds() -> None:
    mean, _, _ = interval_of_means([np.array([[0.0], [2.0]]), np.array([[4.0]])])
    assert mean == pytest.approx([2.5])


def test_the_spread_has_a_part_of_tasks_and_a_part_of_seeds() -> None:
    """The variance of a mean drawn in two steps, in closed form."""
    generator = np.random.default_rng(1)
    groups = [generator.normal(center, 0.5, size=(8, 1)) for center in generator.normal(size=6)]
    means = np.array([one.mean() for one in groups])
    within = np.mean([one.var() / len(one) for one in groups])
    expected = (means.var() + within) / len(groups)
    assert resampled_means(groups, 40_000).var() == pytest.approx(expected, rel=0.05)


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(2)
    hits = 0
    for _ in range(200):
        groups = [generator.normal(center, 1.0, size=(5, 1)) for center in generator.normal(size=20)]
        _, lower, upper = interval_of_means(groups, n_resamples=400)
        hits += bool(lower[0] <= 0.0 <= upper[0])
    assert 0.88 <= hits / 200 <= 0.99


def test_a_single_run_has_no_interval_and_equal_runs_a_point() -> None:
    _, lower, upper = interval_of_means([np.array([[1.0]])])
    assert np.isnan([lower, upper]).all()
    _, lower, upper = interval_of_means([np.ones((2, 1)), np.ones((2, 1))])
    assert (lower, upper) == (1.0, 1.0)


def test_columns_are_resampled_together() -> None:
    column = np.random.default_rng(3).normal(size=(6, 1))
    drawn = resampled_means([np.hstack([column, 2 * column])] * 3, 50)
    assert drawn[:, 1] == pytest.approx(2 * drawn[:, 0])


def test_holm_agrees_with_the_textbook() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == pytest.approx([1.0, 1.0])
    assert len(holm([])) == 0


def test_the_signed_rank_test_is_exact_where_it_can_be() -> None:
    differences = np.array([0.5, 1.5, -0.2, 2.0, 3.0, 0.0])
    assert signed_rank_p_value(differences) == pytest.approx(
        stats.wilcoxon(differences[:5], method="exact").pvalue
    )
    assert signed_rank_p_value(np.zeros(4)) == 1.0
    assert signed_rank_p_value(np.arange(1.0, 11.0)) == pytest.approx(2 / 2**10)


def test_a_task_is_won_lost_or_tied() -> None:
    index = pd.MultiIndex.from_product([[0, 1, 2], range(8)], names=["problem", "seed"])
    size = np.arange(1.0, 9.0)
    differences = pd.Series(np.concatenate([-size, size, size * np.tile([1, -1], 4)]), index)
    table = wins_by_task(differences)
    assert list(table["result"]) == [1, -1, 0]
    assert list(table["p_value"])[:2] == pytest.approx([3 * 2 / 2**8] * 2)
    assert list(table["n"]) == [8, 8, 8]


@pytest.mark.parametrize("n_tasks", [1, 5, 30])
def test_fewest_seeds_are_just_enough(n_tasks: int) -> None:
    n = fewest_seeds(n_tasks)
    assert n_tasks * 2 / 2**n < 0.05 <= n_tasks * 2 / 2 ** (n - 1)
