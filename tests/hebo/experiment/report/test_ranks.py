from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hebo.experiment.report.ranks import (
    blocks,
    compare,
    critical_difference,
    paired_differences,
    win_tie_loss,
)
from hebo.experiment.report.statistics import observations


def frame(rows, names, tasks=None):
    keys = [("t" if tasks is None else tasks[i], i) for i in range(len(rows))]
    index = pd.MultiIndex.from_tuples(keys, names=["task", "seed"])
    return pd.DataFrame(rows, columns=names, index=index, dtype=float)


# Demsar (2006), table 5(a): the quantile q at alpha = 0.05 for k classifiers.
@pytest.mark.parametrize(("k", "q"), [(2, 1.960), (3, 2.343), (5, 2.728), (10, 3.164)])
def test_critical_difference_agrees_with_the_table_of_demsar(k, q):
    assert critical_difference(k, 14) == pytest.approx(q * np.sqrt(k * (k + 1) / (6 * 14)), rel=1e-3)


def test_critical_difference_of_the_worked_example_of_demsar():
    # Four classifiers on 14 data sets: CD = 2.569 sqrt(4 * 5 / (6 * 14)) = 1.25.
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=0.01)


def test_mean_ranks_share_ties():
    comparison = compare(frame([[1, 1, 3], [1, 2, 3]], ["a", "b", "c"]))
    assert comparison.ranks["mean_rank"].to_dict() == {"a": 1.25, "b": 1.75, "c": 3.0}


def test_wins_ties_and_losses_are_counted_in_pairs():
    record = win_tie_loss(frame([[1, 2], [2, 2], [5, 3], [0, 9]], ["a", "b"]))
    assert record["a"]["b"] == (2, 1, 1)
    assert record["b"]["a"] == (1, 1, 2)


def test_five_pairs_are_too_few_for_a_p_value():
    comparison = compare(frame([[0, 1 + i] for i in range(5)], ["a", "b"]))
    assert comparison.p_value is None
    assert "Too few for a significance test: 5 untied, where 6 are needed" in comparison.verdict


def test_six_wins_of_six_give_the_smallest_exact_p_value():
    comparison = compare(frame([[0, 1 + i] for i in range(6)], ["a", "b"]))
    assert comparison.p_value == pytest.approx(2 / 2**6)
    assert comparison.different == [("a", "b")]


def test_ties_do_not_count_towards_the_six_pairs():
    comparison = compare(frame([[0, 1 + i] for i in range(5)] + [[1, 1]] * 9, ["a", "b"]))
    assert comparison.p_value is None


def test_paired_differences_put_tasks_on_one_scale():
    values = frame([[0, 1000], [500, 1000], [0.0, 0.1]], ["a", "b"], tasks=["big", "big", "small"])
    assert paired_differences(values).tolist() == pytest.approx([-1.0, -0.5, -1.0])


def test_a_failure_is_worse_than_anything_on_the_scale():
    values = frame([[0, 10], [np.inf, 10]], ["a", "b"])
    assert paired_differences(values).tolist() == pytest.approx([-1.0, 1.0])


def test_friedman_p_value_of_a_perfect_order():
    # n = 8, k = 3, always the same order: chi2 = n (k - 1) = 16 with 2 degrees of freedom, p = exp(-8).
    comparison = compare(frame([[1, 2, 3]] * 8, ["a", "b", "c"]))
    assert comparison.p_value == pytest.approx(np.exp(-8))
    assert comparison.different == [("a", "c")]  # CD = 2.343 sqrt(12 / 48) = 1.17
    assert comparison.critical_difference == pytest.approx(1.17, abs=0.01)


def test_few_blocks_of_three_optimisers_give_no_p_value():
    comparison = compare(frame([[1, 2, 3]] * 4, ["a", "b", "c"]))
    assert comparison.p_value is None
    assert comparison.verdict.startswith("Too few blocks for a significance test: 4")


def test_all_ties_give_no_p_value():
    comparison = compare(frame([[1, 1, 1]] * 9, ["a", "b", "c"]))
    assert comparison.p_value is None
    assert "tie" in comparison.verdict


def test_no_difference_is_reported_as_such():
    rows = [[1, 2, 3], [3, 1, 2], [2, 3, 1]] * 3
    comparison = compare(frame(rows, ["a", "b", "c"]))
    assert comparison.p_value == pytest.approx(1.0)
    assert "do not differ significantly" in comparison.verdict


def test_one_optimiser_has_nothing_to_be_compared_with():
    assert "nothing to compare" in compare(frame([[1]], ["a"])).verdict


def test_no_blocks_are_reported_as_such():
    assert "No (task, seed) pair" in compare(frame([], ["a", "b"]).iloc[:0]).verdict


def test_blocks_compare_at_the_trials_that_all_have_done(make_results):
    results = make_results({("a", "t", 0): [5.0, 4.0, 0.0], ("b", "t", 0): [3.0, 3.5]})
    found = blocks(results, observations(results))
    assert found.values.loc[("t", 0)].tolist() == [4.0, 3.0]


def test_incomplete_and_hopeless_blocks_are_left_out_and_counted(make_results):
    results = make_results(
        {
            ("a", "t", 0): [1.0],
            ("a", "t", 1): [1.0],
            ("a", "u", 0): [None],
            ("b", "t", 0): [None],
            ("b", "t", 1): ["pending"],
            ("b", "u", 0): ["crashed"],
        }
    )
    found = blocks(results, observations(results))
    assert found.values.loc[("t", 0)].tolist() == [1.0, np.inf]
    assert (len(found.values), found.n_incomplete, found.n_hopeless) == (1, 1, 1)
