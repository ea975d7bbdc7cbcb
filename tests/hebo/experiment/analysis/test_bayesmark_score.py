from __future__ import annotations

import math

import numpy as np
import pytest

from hebo.errors import DataError
from hebo.experiment.analysis.bayesmark_score import bayesmark_table, final_value

INF = math.inf
# Two optimizers, two tasks, two studies of three rounds of two. The expected figures below come from
# `compute_baseline` and `compute_aggregates` of bayesmark 0.0.8 itself, run on exactly these numbers.
RANDOM = {
    "a": [[28, 31, 45, 57, 3, 9], [49, 56, 15, 19, 52, 25]],
    "b": [[17, 49, 16, 25, 38, 33], [6, 2, 52, 45, 50, 32]],
}
HEBO = {
    "a": [[32, 13, 18, 31, 5, 12], [5, 18, 39, 6, 15, 16]],
    "b": [[36, 8, 20, 11, 1, 30], [3, 11, 20, 19, None, None]],
}
RANDOM_HOLD_OUT = {
    "a": [[34, 39, 45, 63, 5, 13], [57, 58, 21, 20, 54, 33]],
    "b": [[20, 53, 18, 26, 41, 38], [10, 8, 55, 50, 56, 40]],
}
HEBO_HOLD_OUT = {
    "a": [[35, 13, 24, 35, 12, 16], [8, 18, 43, 11, 21, 23]],
    "b": [[37, 13, 27, 13, 4, 37], [8, 15, 26, 23, INF, INF]],
}


def keyed(hebo, random):
    both = {"hebo": hebo, "random_search": random}
    return {
        (name, task, seed): values
        for name, tasks in both.items()
        for task, studies in tasks.items()
        for seed, values in enumerate(studies)
    }


@pytest.fixture
def challenge(make_results):
    return make_results(keyed(HEBO, RANDOM), batch_size=2, extras=keyed(HEBO_HOLD_OUT, RANDOM_HOLD_OUT))


def test_scores_equal_those_of_bayesmark_0_0_8(challenge):
    table = bayesmark_table(challenge)
    assert list(table.index) == ["hebo", "random_search"]
    assert table["mean"].tolist() == pytest.approx([94.38709677418191, 75.09677419353899], rel=1e-12)
    assert table["normalized"].tolist() == pytest.approx([70.44471896227678, -31.130327362549657], rel=1e-10)
    assert table["median"].tolist() == pytest.approx([99.99999999995559, 99.99999999992598], rel=1e-12)
    assert table["task: a"].tolist() == pytest.approx([92.0, 76.0])
    assert table["task: b"].tolist() == pytest.approx([96.774194, 74.193548])
    assert table["n_runs"].tolist() == [4, 4]


def test_generalization_scores_equal_those_of_bayesmark_0_0_8(challenge):
    table = bayesmark_table(challenge, metric="generalization")
    assert table["mean"].tolist() == pytest.approx([88.43813387421439, 72.97160243405638], rel=1e-12)
    assert table["normalized"].tolist() == pytest.approx([45.285968803343046, -27.90604661305929], rel=1e-10)
    assert table["median"].tolist() == pytest.approx([99.99999999985198, 99.99999999988898], rel=1e-12)
    assert table["task: b"].tolist() == pytest.approx([94.117647, 73.529412])


def test_the_best_known_value_in_every_study_scores_100(make_results):
    results = make_results(
        {("hebo", "t", 0): [0.0, 1.0], ("random_search", "t", 0): [4.0, 2.0]}, batch_size=2
    )
    assert bayesmark_table(results).loc["hebo", "mean"] == pytest.approx(100.0)


def test_a_study_worse_than_the_median_random_point_scores_0(make_results):
    results = make_results(
        {("hebo", "t", 0): [9.0, 8.0], ("random_search", "t", 0): [4.0, 2.0]}, batch_size=2
    )
    assert bayesmark_table(results).loc["hebo", "mean"] == pytest.approx(0.0)


def test_a_study_without_success_scores_0(make_results):
    results = make_results(
        {("hebo", "t", 0): [None, None], ("random_search", "t", 0): [4.0, 2.0]}, batch_size=2
    )
    assert bayesmark_table(results).loc["hebo", "mean"] == pytest.approx(0.0)


def test_constant_objective_gives_finite_scores(make_results):
    results = make_results(
        {("hebo", "t", 0): [1.0, 1.0], ("random_search", "t", 0): [1.0, 1.0]}, batch_size=2
    )
    assert np.isfinite(bayesmark_table(results).to_numpy(dtype=float)).all()


def test_final_value_prefers_the_first_tie_in_a_round_and_the_later_round():
    seen = np.array([[1.0, 1.0], [1.0, 2.0], [3.0, 4.0]])
    assert final_value(seen, np.array([[10.0, 11.0], [12.0, 13.0], [14.0, 15.0]])) == 12.0


def test_without_random_search_it_says_what_to_add(make_results):
    with pytest.raises(DataError, match=r"task 't' has none; add `\{type: random_search\}`"):
        bayesmark_table(make_results({("hebo", "t", 0): [1.0]}))


def test_an_unfinished_run_is_refused_by_name(make_results):
    results = make_results({("random_search", "t", 0): [1.0], ("hebo", "t", 0): [1.0, "pending"]})
    with pytest.raises(DataError, match="1 of 2 are not, first 'hebo/t/0'"):
        bayesmark_table(results)


def test_rounds_of_unequal_size_are_refused(make_results):
    results = make_results({("random_search", "t", 0): [1.0, 2.0, 3.0]}, batch_size=2)
    with pytest.raises(DataError, match="here they have 1, 2 trials"):
        bayesmark_table(results)


def test_runs_of_unequal_length_are_refused(make_results):
    results = make_results({("random_search", "t", 0): [1.0, 2.0], ("hebo", "t", 0): [1.0]})
    with pytest.raises(DataError, match="here they have 1, 2 rounds"):
        bayesmark_table(results)


def test_an_unknown_metric_is_refused_with_the_nearest_spelling(challenge):
    with pytest.raises(DataError, match=r"no extra 'generalisation'\. Did you mean 'generalization'"):
        bayesmark_table(challenge, metric="generalisation")


def test_random_search_that_mostly_fails_is_refused(make_results):
    results = make_results({("random_search", "t", 0): [None, None, None, 1.0]})
    with pytest.raises(DataError, match="failed in half of its trials on task 't'"):
        bayesmark_table(results)
