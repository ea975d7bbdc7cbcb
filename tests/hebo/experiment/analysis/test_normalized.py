"""Scores: 0 is the best known value, 1 the mean of random search."""

from __future__ import annotations

import numpy as np
import pytest

from hebo.errors import DataError
from hebo.experiment.analysis.normalized import normalized_scores, score_curves
from hebo.experiment.report.score_figures import score_figure

from .runs import make_runs

RANDOM = {("t", "random_search"): [4.0, 6.0]}


def scores_of(finals, **changes):
    return normalized_scores(make_runs(finals, **changes))


def test_the_optimum_is_0_and_the_mean_of_random_search_1() -> None:
    scores = scores_of({**RANDOM, ("t", "hebo"): [1.0, 2.0]}, optima={"t": 1.0})
    assert list(scores.runs["score"]) == [0.75, 1.25, 0.0, 0.25]
    assert scores.optimizers == ["random_search", "hebo"]
    assert scores.n_tasks == 1


def test_without_an_optimum_the_best_anyone_has_seen_is_0() -> None:
    assert list(scores_of({**RANDOM, ("t", "hebo"): [3.0]}).runs["score"]) == [0.5, 1.5, 0.0]
    known = scores_of({**RANDOM, ("t", "hebo"): [3.0]}, best_known=1.0)
    assert list(known.runs["score"]) == [0.75, 1.25, 0.5]
    beaten = scores_of({**RANDOM, ("t", "hebo"): [3.0]}, best_known=3.5)
    assert list(beaten.runs["score"]) == [0.5, 1.5, 0.0]


def test_a_run_without_success_is_as_bad_as_the_worst() -> None:
    scores = scores_of({**RANDOM, ("t", "hebo"): [np.nan]}, optima={"t": 0.0})
    assert list(scores.runs["score"]) == [0.8, 1.2, 1.2]
    assert list(scores.runs["best_1"]) == [1.2, 1.6, 1.6]


def test_curves_have_the_scale_of_the_finals() -> None:
    scores = scores_of({**RANDOM, ("t", "hebo"): [1.0]}, optima={"t": 0.0})
    curve = score_curves(scores)["hebo"]
    assert list(curve.index) == [1, 2, 3]
    assert list(curve["mean"]) == [0.6, 0.4, 0.2]
    assert curve["lower"].isna().all()


def test_a_curve_ends_with_the_last_trial() -> None:
    scores = scores_of({**RANDOM, ("t", "hebo"): [1.0]}, optima={"t": 0.0}, n_trials=4, n_done=4)
    assert list(score_curves(scores)["hebo"].index) == [1, 2, 3, 4]
    assert score_curves(scores)["hebo"]["mean"].iloc[-1] == 0.2


@pytest.mark.parametrize(
    ("finals", "reason"),
    [
        ({("t", "hebo"): [1.0]}, "random search has no finished run"),
        ({("t", "random_search"): [np.nan], ("t", "hebo"): [np.nan]}, "random search never succeeded"),
        ({("t", "random_search"): [2.0], ("t", "hebo"): [2.0]}, "random search always finds the best known"),
    ],
)
def test_a_task_without_a_scale_is_left_out_with_the_reason(finals, reason: str) -> None:
    scores = scores_of({**finals, ("u", "random_search"): [1.0, 2.0]})
    assert list(scores.left_out) == ["s/reporting/t"]
    assert scores.left_out["s/reporting/t"].startswith(reason)
    assert set(scores.runs["task"]) == {"u"}


def test_hypervolumes_at_different_references_are_not_compared() -> None:
    table = make_runs({**RANDOM, ("t", "hebo"): [1.0]}, measure="hypervolume at [1.0, 1.0]")
    assert len(normalized_scores(table).runs) == 3
    table.loc[2, "measure"] = "hypervolume at [2.0, 1.0]"
    with pytest.raises(
        DataError, match=r"compared by different numbers .* State `reference_point` in the task"
    ):
        normalized_scores(table)


def test_runs_with_different_limits_of_costs_are_not_compared() -> None:
    table = make_runs({**RANDOM, ("t", "hebo"): [1.0]}, max_cost=5.0)
    assert len(normalized_scores(table).runs) == 3
    table.loc[2, "max_cost"] = np.nan
    with pytest.raises(DataError, match=r"differ in max_cost \(5.0, none\)"):
        normalized_scores(table)


def test_runs_that_costs_have_ended_have_curves_up_to_the_longest() -> None:
    table = make_runs({**RANDOM, ("t", "hebo"): [1.0]}, optima={"t": 0.0}, n_trials=500, max_cost=5.0)
    table.loc[2, "n_done"] = 2  # its last value is kept
    assert list(score_curves(normalized_scores(table))["hebo"].index) == [1, 2, 3]


def test_runs_of_different_length_are_not_compared() -> None:
    table = make_runs({**RANDOM, ("t", "hebo"): [1.0]})
    table.loc[2, "n_trials"] = 9
    with pytest.raises(DataError, match=r"Runs of s/reporting/t differ in n_trials \(3, 9\)"):
        normalized_scores(table)


def test_extreme_values_stay_finite() -> None:
    finals = {("t", "random_search"): [1e-300, 1e-300], ("t", "hebo"): [1e300]}
    assert np.isfinite(scores_of(finals, optima={"t": 0.0}).runs["score"]).all()


def test_the_figure_has_a_line_for_each_optimizer_with_runs() -> None:
    scores = scores_of({**RANDOM, ("t", "hebo"): [1.0, 0.5]}, optima={"t": 0.0})
    figure = score_figure(score_curves(scores), [*scores.optimizers, "absent"], name="hpo")
    (axes,) = figure.axes
    drawn = [
        line for line in axes.lines if line.get_linestyle() not in ("None", "") and len(line.get_xdata()) == 3
    ]
    assert len(drawn) == 2
    assert list(drawn[1].get_ydata()) == list(score_curves(scores)["hebo"]["mean"])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["random_search", "hebo"]
