"""The comparison of optimisers with the first one."""

from __future__ import annotations

import numpy as np
import pytest

from hebo.errors import DataError
from hebo.experiment.analysis.normalized import normalized_scores
from hebo.experiment.analysis.score_tables import cost_table, score_table, task_table
from hebo.experiment.report.score_context import HEADINGS, score_texts

from .runs import make_runs

N = 10
RANDOM = [9.0, 11.0] * 5
FINALS = {
    **{(task, "hebo"): [1.0 + 0.1 * seed for seed in range(N)] for task in "tu"},
    **{(task, "random_search"): RANDOM for task in "tu"},
    **{(task, "smac"): [3.0 + 0.15 * seed for seed in range(N)] for task in "tu"},
}
OPTIMA = {"t": 0.0, "u": 0.0}


def table_of(finals=FINALS, **settings):
    return score_table(normalized_scores(make_runs(finals, optima=OPTIMA)), **settings)


def test_means_intervals_and_differences() -> None:
    table = table_of()
    assert list(table.index) == ["hebo", "smac", "random_search"]
    assert table.loc["hebo", "mean"] == pytest.approx(0.145)
    assert table.loc["smac", "mean"] == pytest.approx(0.3675)
    assert table.loc["random_search", "mean"] == pytest.approx(1.0)
    assert table.loc["smac", "difference"] == pytest.approx(0.2225)
    row = table.loc["smac"]
    assert 0.2 < row["difference_lower"] < row["difference"] < row["difference_upper"] < 0.25
    assert np.isnan(table.loc["hebo", "difference"])


def test_wins_are_counted_for_the_reference() -> None:
    assert list(table_of().loc["smac", ["wins", "ties", "losses", "ahead"]]) == [2, 0, 0, 2]
    turned = table_of(reference="smac")
    assert list(turned.loc["hebo", ["wins", "ties", "losses", "ahead"]]) == [0, 0, 2, 0]
    assert turned.loc["hebo", "difference"] == pytest.approx(-0.2225)


def test_pairs_are_the_tasks_and_seeds_both_have() -> None:
    finals = {**FINALS, ("u", "smac"): [3.0], ("t", "smac"): [3.0, 3.0, 3.0]}
    table = table_of(finals)
    row = table.loc["smac"]
    assert (row["n_tasks"], row["n_runs"], row["n_paired_tasks"], row["n_paired"]) == (2, 4, 2, 4)
    # task t: seeds 0, 1, 2 of hebo are 1.0, 1.1, 1.2; task u: seed 0 is 1.0.
    assert row["difference"] == pytest.approx((0.19 + 0.2) / 2)


def test_an_optimizer_without_a_pair_has_no_difference() -> None:
    finals = {key: value for key, value in FINALS.items() if key != ("t", "smac") and key != ("u", "hebo")}
    row = table_of(finals).loc["smac"]
    assert (row["n_paired"], row["n_tasks"]) == (0, 1)
    assert np.isnan(row["difference"])


def test_costs_are_per_ask() -> None:
    row = table_of().loc["hebo"]
    assert (row["cpu_median"], row["cpu_mean"], row["fallbacks"]) == (0.2, pytest.approx(0.2), 0.0)


def test_costs_need_no_scores() -> None:
    runs = make_runs({("t", "hebo"): [1.0, 2.0], ("t", "slow"): [1.0]})
    runs.loc[runs["optimizer"] == "slow", "cpu_median"] = 4.0
    costs = cost_table(runs).droplevel(["suite", "part"])
    assert list(costs["ratio"]) == [1.0, 20.0]
    assert costs.loc["hebo", "fit"] == pytest.approx(0.1)
    assert costs.loc["hebo", "rest"] == pytest.approx(0.1)
    assert list(cost_table(runs, reference="slow")["ratio"]) == [0.05, 1.0]


def test_an_unknown_reference_and_nothing_to_score_are_refused() -> None:
    with pytest.raises(DataError, match=r"There is no optimiser 'hebbo'\. Did you mean 'hebo'"):
        table_of(reference="hebbo")
    with pytest.raises(DataError, match="No task can be scored: random search has no finished run"):
        table_of({("t", "hebo"): [1.0]})


def test_tasks_of_the_same_name_in_two_suites_are_two() -> None:
    import pandas as pd

    runs = make_runs(FINALS, optima=OPTIMA)
    scores = normalized_scores(pd.concat([runs, runs.assign(suite="other", part="")]))
    assert list(task_table(scores).index) == ["s/reporting/t", "s/reporting/u", "other/t", "other/u"]
    assert score_table(scores).loc["hebo", "n_tasks"] == 4


def test_texts_say_what_numbers_cannot() -> None:
    few = {key: values[:4] for key, values in FINALS.items()}
    texts = score_texts(normalized_scores(make_runs({**few, ("v", "hebo"): [1.0]}, optima=OPTIMA)))
    assert texts.reference == "hebo"
    hebo, smac, _ = texts.rows
    assert len(hebo) == len(smac) == len(HEADINGS)
    assert hebo[:2] == ("hebo", "0.115")
    assert hebo[3:7] == ("–",) * 4
    assert smac[5:8] == ("0 / 2 / 0", "2 of 2", "2 × 4")
    assert "Among 2 tasks a win needs at least 7 untied seeds of a task; some have 4 only" in texts.notes[1]
    assert "Left out: s/reporting/v, as random search has no finished run." in texts.notes
