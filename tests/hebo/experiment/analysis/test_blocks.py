"""Blocks of experiments and of run tables, and their means over seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.experiment.analysis.blocks import Blocks, blocks, on_one_scale, run_blocks, task_means
from hebo.experiment.analysis.observations import observations
from hebo.experiment.store.entries import Facts

from .runs import make_runs

Make = Callable[..., Any]


def collect(results: Any) -> Blocks:
    return blocks(results, observations(results))


def frame(rows: dict[tuple[str, int], list[float]]) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(list(rows), names=["task", "seed"])
    return pd.DataFrame(list(rows.values()), index=index, columns=["a", "b"], dtype=float)


def test_blocks_compare_at_the_trials_that_all_have_done(make_results: Make) -> None:
    found = collect(make_results({("a", "t", 0): [5.0, 4.0, 0.0], ("b", "t", 0): [3.0, 3.5]}))
    assert found.values.loc[("t", 0)].tolist() == [4.0, 3.0]


def test_where_costs_are_limited_blocks_compare_at_what_all_have_spent(make_results: Make) -> None:
    found = collect(
        make_results(
            {("a", "t", 0): [5.0, 4.0, 0.0], ("b", "t", 0): [3.0, 2.0]},
            costs={("a", "t", 0): [1.0, 1.0, 1.0], ("b", "t", 0): [2.0, 2.0]},
            max_cost=4.0,
        )
    )
    # All three of `a` cost 3, which pays for the first of `b` alone.
    assert found.values.loc[("t", 0)].tolist() == [0.0, 3.0]


def test_a_trial_beyond_the_budget_does_not_count(make_results: Make) -> None:
    costs = {("a", "t", 0): [1.0, 1.0], ("b", "t", 0): [1.0, 5.0]}
    values = {("a", "t", 0): [5.0, 4.0], ("b", "t", 0): [3.0, 0.0]}
    found = collect(make_results(values, costs=costs, max_cost=2.0))
    assert found.values.loc[("t", 0)].tolist() == [4.0, 3.0]


def test_of_several_objectives_the_larger_hypervolume_is_better(make_results: Make) -> None:
    found = collect(
        make_results(
            {("a", "t", 0): [{"p": 0.0, "q": 0.0}], ("b", "t", 0): [{"p": 0.5, "q": 0.5}]},
            facts=Facts(reference_point=(1.0, 1.0)),
        )
    )
    assert found.values.loc[("t", 0)].tolist() == [-1.0, -0.25]


def test_incomplete_and_hopeless_blocks_are_left_out_and_counted(make_results: Make) -> None:
    found = collect(
        make_results(
            {
                ("a", "t", 0): [1.0],
                ("a", "t", 1): [1.0],
                ("a", "u", 0): [None],
                ("b", "t", 0): [None],
                ("b", "t", 1): ["pending"],
                ("b", "u", 0): ["crashed"],
            }
        )
    )
    assert found.values.loc[("t", 0)].tolist() == [1.0, np.inf]
    assert (len(found.values), found.n_incomplete, found.n_hopeless) == (1, 1, 1)


def test_a_run_table_gives_the_seeds_that_all_chosen_optimizers_have() -> None:
    table = make_runs({("t", "a"): [1.0, 2.0], ("t", "b"): [3.0], ("u", "a"): [4.0], ("u", "b"): [np.nan]})
    found = run_blocks(table, ["b", "a"])
    assert found.values.to_dict("index") == {
        ("s/reporting/t", 0): {"b": 3.0, "a": 1.0},
        ("s/reporting/u", 0): {"b": np.inf, "a": 4.0},
    }
    assert (found.n_incomplete, found.n_hopeless) == (1, 0)
    assert len(run_blocks(table, ["a"]).values) == 3


def test_a_task_is_one_row_whatever_its_number_of_seeds() -> None:
    means = task_means(frame({("t", 0): [1, 2], ("t", 1): [3, 6], ("u", 0): [5, 4]}))
    assert means.loc["t"].tolist() == [2.0, 4.0]
    assert means.loc["u"].tolist() == [5.0, 4.0]


def test_a_run_without_success_counts_as_the_worst_of_its_task() -> None:
    means = task_means(frame({("t", 0): [1, np.inf], ("t", 1): [7, 3]}))
    assert means.loc["t"].tolist() == [4.0, 5.0]


def test_the_order_of_seeds_makes_no_difference_to_a_tie() -> None:
    values = [0.1, 0.2, 0.3]
    assert np.cumsum(values)[-1] != np.cumsum(values[::-1])[-1]
    means = task_means(frame({("t", seed): [values[seed], values[2 - seed]] for seed in range(3)}))
    assert means.loc["t", "a"] == means.loc["t", "b"]


def test_means_stay_inside_the_float_range() -> None:
    means = task_means(frame({("t", 0): [1.7e308, 1.0], ("t", 1): [1.7e308, 2.0]}))
    assert means.loc["t"].tolist() == pytest.approx([1.7e308, 1.5])


def test_a_failure_is_beyond_the_scale_and_equal_steps_stay_equal() -> None:
    scaled = on_one_scale(np.array([[1.0, 2.0], [3.0, np.inf], [4.0, 4.0]]))
    assert scaled.tolist() == [[0.0, pytest.approx(1 / 3)], [pytest.approx(2 / 3), 2.0], [1.0, 1.0]]
    steps = np.diff(on_one_scale(np.array([[0.0, 0.1, 0.2, 0.3]]) + 7.0))[0]
    assert len(set(np.round(steps, 11))) == 1
