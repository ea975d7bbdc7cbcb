"""The ranked legend of a task: its order, its tests, and what too few seeds can say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hebo.experiment.analysis.task_ranking import rank_task, task_rankings


def test_the_order_is_that_of_medians_and_of_means_among_equal_ones() -> None:
    values = pd.DataFrame({"a": [5.0, 5, 5], "b": [0.0, 3, 90], "c": [0.0, 3, 4]})
    assert rank_task(values).optimizers == ("c", "b", "a")


def test_each_is_tested_against_the_first_with_the_correction_of_holm() -> None:
    """Eight seeds, all behind the first: p = 2 / 2 ** 8 for two of them; the third is ahead as often as not."""
    steps = np.arange(1.0, 9.0)
    values = pd.DataFrame(
        {"a": steps * 0, "b": steps, "c": 3 * steps, "d": 0.3 * steps * np.tile([-1, 1], 4)}
    )
    ranking = rank_task(values)
    assert ranking.optimizers == ("a", "d", "b", "c")
    smallest = 2 / 2**8
    assert ranking.p_values == pytest.approx((1.0, ranking.p_values[1], 3 * smallest, 3 * smallest))
    assert ranking.p_values[1] > 0.5
    assert ranking.alike == [True, True, False, False]


@pytest.mark.parametrize(("n_optimizers", "n_needed"), [(2, 6), (3, 7), (4, 7), (5, 8)])
def test_the_seeds_needed_are_just_enough(n_optimizers: int, n_needed: int) -> None:
    def always_ahead(n_seeds: int) -> pd.DataFrame:
        columns = {f"o{place}": np.arange(1.0, n_seeds + 1) * place for place in range(n_optimizers)}
        return pd.DataFrame(columns)

    enough, too_few = rank_task(always_ahead(n_needed)), rank_task(always_ahead(n_needed - 1))
    assert (enough.n_needed, too_few.n_needed) == (n_needed, n_needed)
    assert enough.alike == [True] + [False] * (n_optimizers - 1)
    assert too_few.alike == [False] * n_optimizers
    assert min(too_few.p_values) >= 0.05


def test_a_failed_run_is_worse_than_all_others() -> None:
    values = pd.DataFrame({"a": [1.0, np.inf, np.inf], "b": [9.0, 9, 9]})
    assert rank_task(values).optimizers == ("b", "a")


def test_equal_optimisers_are_alike_and_a_single_one_has_nothing_to_test() -> None:
    equal = rank_task(pd.DataFrame({"a": np.arange(8.0), "b": np.arange(8.0)}))
    assert equal.p_values == (1.0, 1.0)
    assert equal.alike == [True, True]
    alone = rank_task(pd.DataFrame({"a": np.arange(8.0)}))
    assert (alone.p_values, alone.is_testable) == ((1.0,), False)


def test_every_task_has_its_own_ranking() -> None:
    index = pd.MultiIndex.from_tuples([("t", 0), ("t", 1), ("u", 0)], names=["task", "seed"])
    found = task_rankings(pd.DataFrame({"a": [1.0, 2, 9], "b": [3.0, 4, 5]}, index=index))
    assert {task: one.optimizers for task, one in found.items()} == {"t": ("a", "b"), "u": ("b", "a")}
    assert found["t"].n_seeds == 2
