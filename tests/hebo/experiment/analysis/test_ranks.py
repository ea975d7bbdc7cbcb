from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hebo.experiment.analysis.ranks import compare, paired_differences, win_tie_loss


def frame(rows, names, tasks=None):
    keys = [("t" if tasks is None else tasks[i], i) for i in range(len(rows))]
    index = pd.MultiIndex.from_tuples(keys, names=["task", "seed"])
    return pd.DataFrame(rows, columns=names, index=index, dtype=float)


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
    # n = 8, k = 3, always the same order: one of the 6 ** 7 ways to order seven more blocks.
    comparison = compare(frame([[1, 2, 3]] * 8, ["a", "b", "c"]))
    assert comparison.p_value == pytest.approx(6.0**-7)
    assert comparison.different == [("a", "c")]  # CD = 2.343 sqrt(12 / 48) = 1.17
    assert comparison.critical_difference == pytest.approx(1.17, abs=0.01)
    assert comparison.alike == [(0, 1), (1, 2)]
    assert comparison.test == "Friedman test, F(2, 14) = infinite, chi-square 16.00, all orders counted"


def test_two_blocks_of_three_optimisers_cannot_be_significant():
    comparison = compare(frame([[1, 2, 3]] * 2, ["a", "b", "c"]))
    assert comparison.p_value == pytest.approx(1 / 6)
    assert comparison.verdict == (
        "Too few for a significance test: the same order of 3 optimisers on all 2 seeds has p = 0.17 by chance alone."
    )
    assert comparison.alike == [(0, 2)]


def test_a_single_block_is_no_test():
    comparison = compare(frame([[1, 2, 3]], ["a", "b", "c"]))
    assert (comparison.p_value, comparison.critical_difference, comparison.alike) == (None, None, [])
    assert comparison.verdict == "Too few for a significance test: 1 seed; add more."


def test_all_ties_give_no_p_value():
    comparison = compare(frame([[1, 1, 1]] * 9, ["a", "b", "c"]))
    assert comparison.p_value is None
    assert comparison.verdict == "All optimisers tie on every seed."


def test_several_tasks_are_the_blocks_whatever_their_seeds():
    """Ten seeds each of two tasks that disagree are no evidence, however many runs there are."""
    rows = [[1, 2, 3]] * 10 + [[3, 2, 1]] * 10
    comparison = compare(frame(rows, ["a", "b", "c"], tasks=["t"] * 10 + ["u"] * 10))
    assert (comparison.unit, comparison.n_blocks) == ("task", 2)
    assert comparison.p_value == 1.0
    assert comparison.ranks["mean_rank"].tolist() == [2.0, 2.0, 2.0]


def test_tasks_are_ranked_by_means_and_runs_by_themselves():
    rows = [[1, 2, 9], [9, 2, 1], [1, 2, 9], [1, 5, 9], [1, 5, 9]]
    comparison = compare(frame(rows, ["a", "b", "c"], tasks=["t", "t", "t", "u", "u"]))
    table = comparison.ranks.loc[["a", "b", "c"]]
    assert table["mean_rank"].tolist() == [1.5, 1.5, 3.0]  # means of t: 3.67, 2.00, 6.33
    assert table["run_rank"].tolist() == [1.4, 2.0, 2.6]
    assert table["n_best"].tolist() == [1, 1, 0]


def test_ties_for_the_first_place_are_best_for_both():
    comparison = compare(frame([[1, 1, 3], [2, 1, 3]], ["a", "b", "c"], tasks=["t", "u"]))
    assert comparison.ranks["n_best"].to_dict() == {"b": 2, "a": 1, "c": 0}


def test_without_a_difference_of_all_no_two_are_told_apart():
    """A mean rank may be far from another while Friedman's test finds nothing; the bar then joins all."""
    rows = [[1, 2, 3], [3, 1, 2], [1, 2, 3]]
    comparison = compare(frame(rows, ["a", "b", "c"], tasks=["t", "u", "v"]))
    assert comparison.p_value > 0.05
    assert comparison.different == []
    assert comparison.alike == [(0, 2)]


def test_two_optimisers_are_compared_on_means_of_tasks():
    tasks = [f"t{number // 2}" for number in range(12)]
    rows = [[0, 1 + number] for number in range(12)]
    comparison = compare(frame(rows, ["a", "b"], tasks=tasks))
    assert comparison.p_value == pytest.approx(2 / 2**6)
    assert comparison.verdict == (
        "a is better than b on 6 of 6 tasks; the difference is significant at the 5 % level."
    )
    five = compare(frame(rows[:10], ["a", "b"], tasks=tasks[:10]))
    assert five.p_value is None
    assert "Too few for a significance test: 5 untied" in five.verdict


def test_the_better_of_two_is_named_first():
    comparison = compare(frame([[1 + i, 0] for i in range(6)], ["a", "b"]))
    assert comparison.different == [("b", "a")]


def test_no_difference_is_reported_as_such():
    rows = [[1, 2, 3], [3, 1, 2], [2, 3, 1]] * 3
    comparison = compare(frame(rows, ["a", "b", "c"]))
    assert comparison.p_value == pytest.approx(1.0)
    assert "do not differ significantly" in comparison.verdict


def test_one_optimiser_has_nothing_to_be_compared_with():
    assert "nothing to compare" in compare(frame([[1]], ["a"])).verdict


def test_no_blocks_are_reported_as_such():
    assert "No (task, seed) pair" in compare(frame([], ["a", "b"]).iloc[:0]).verdict
