"""Reports of several objectives, contexts and costs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hebo.experiment.analysis.observations import measured, observations
from hebo.experiment.report.contents import collect_contents
from hebo.experiment.report.curves import cost_curves, task_curves
from hebo.experiment.report.page import write_report
from hebo.experiment.report.summary import summary
from hebo.experiment.store.entries import Facts
from hebo.experiment.store.results import Results

from ..analysis.test_measures import PAIRS, SPACE, in_turn, with_extras

TWO = ("hebo", "random_search")


def pairs(make_results: Any, **facts: Any) -> Results:
    found: Results = make_results(
        {(name, "pair", seed): PAIRS[place : place + 2] for place, name in enumerate(TWO) for seed in (0, 1)},
        facts=Facts(**facts),
    )
    return found


def contextual(make_results: Any) -> Results:
    found: Results = make_results(
        {
            (name, "t", seed): [9.0 - place, 7.0, 2.0, 6.0]
            for place, name in enumerate(TWO)
            for seed in (0, 1)
        },
        space=SPACE,
        params=in_turn,
    )
    return found


def page_of(results: Results, folder: Path) -> tuple[str, set[str]]:
    page, *figures = write_report(results, folder)
    return page.read_text("utf-8"), {one.name for one in figures}


def test_the_page_of_several_objectives_shows_hypervolumes_and_fronts(
    make_results: Any, tmp_path: Path
) -> None:
    known = {"reference_point": (3.0, 3.0), "front_hypervolume": 8.0}
    text, figures = page_of(pairs(make_results, **known), tmp_path)
    assert {"regret.png", "front.png", "ranks.png", "scores.png"} <= figures
    assert "at the reference point (3, 3), stated by the task, higher is better, 8 for the true front" in text
    assert {"curves", "fronts", "ranks", "scores"} <= set(re.findall(r'<section id="([a-z]+)"', text))
    assert "The front of all optimizers together has 3 points." in text
    assert 'id="best"' not in text
    assert set(re.findall(r'href="#([a-z]+)"', text)) <= set(re.findall(r'<section id="([a-z]+)"', text))


def test_it_says_where_the_reference_is_inferred(make_results: Any, tmp_path: Path) -> None:
    text, _ = page_of(pairs(make_results), tmp_path)
    assert "inferred from all runs" in text
    assert "stated by the task" not in text


def test_the_best_median_is_the_largest_hypervolume(make_results: Any) -> None:
    results = pairs(make_results, reference_point=(3.0, 3.0))
    found = collect_contents(results)
    rows = summary(results, found.table, found.measures, found.optimizers)["pair"]
    # (0, 2), (1, 1) against (1, 1), (2, 0): equal by symmetry.
    assert [row.median for row in rows] == ["5.000", "5.000"]
    assert all(row.is_best for row in rows)
    assert found.comparison.ranks["mean_rank"].tolist() == [1.5, 1.5]


def test_curves_of_hypervolumes_rise_and_the_true_front_is_marked(make_results: Any) -> None:
    results = pairs(make_results, reference_point=(3.0, 3.0), front_hypervolume=5.0)
    (curve,) = task_curves(results, observations(results), measured(results), {})
    assert curve.quantity == "hypervolume"
    assert curve.optimum == 5.0
    assert curve.bands["hebo"].median.tolist() == pytest.approx([3.0, 5.0])
    assert (curve.bands["hebo"].lower <= curve.bands["hebo"].upper).all()


def test_what_is_missing_from_the_true_front_is_drawn_on_a_logarithmic_axis(make_results: Any) -> None:
    results = pairs(make_results, reference_point=(3.0, 3.0), front_hypervolume=8.0)
    (curve,) = task_curves(results, observations(results), measured(results), {})
    assert curve.quantity == "hypervolume missing from the front"
    assert curve.view.is_log
    assert curve.bands["hebo"].median.tolist() == pytest.approx([5.0, 3.0])


def test_contexts_have_panels_and_best_runs_of_their_own(make_results: Any, tmp_path: Path) -> None:
    results = contextual(make_results)
    found = collect_contents(results)
    assert [one.task for one in found.curves] == ["t"]
    assert found.by_context is not None
    assert [one.task for one in found.by_context.curves] == ["t [place=here]", "t [place=there]"]
    assert [(one.task, one.values[one.best or 0]) for one in found.best_runs] == [
        ("t [place=here]", 2.0),
        ("t [place=there]", 6.0),
    ]
    assert found.best_runs[0].numbers.tolist() == [0.0, 2.0]
    text, figures = page_of(results, tmp_path)
    assert "contexts.png" in figures
    assert "best y, mean over contexts (place)" in text
    assert "t [place=there]" in text


def test_with_known_optima_the_panels_show_regrets(make_results: Any) -> None:
    results = with_extras(contextual(make_results), "context_optimum", [1.0, 5.0, 1.0, 5.0] * 4)
    found = collect_contents(results)
    assert found.curves[0].quantity == "simple regret, mean over contexts"
    assert found.by_context is not None
    here, there = found.by_context.curves
    assert here.quantity == there.quantity == "simple regret"
    assert here.bands["hebo"].median.tolist() == [8.0, 1.0]
    assert there.bands["hebo"].median.tolist() == [2.0, 1.0]


def test_too_many_contexts_are_named_and_not_shown_one_by_one(make_results: Any, tmp_path: Path) -> None:
    space = [{"name": "temp", "type": "num", "lb": 0, "ub": 99, "role": "context"}]
    results = make_results(
        {(name, "t", 0): [1.0] * 13 for name in TWO}, space=space, params=lambda i: {"temp": float(i)}
    )
    text, figures = page_of(results, tmp_path)
    assert "Not shown one by one: t has 13 contexts." in text
    assert "contexts.png" not in figures


def test_curves_against_costs_are_steps_at_what_was_spent(make_results: Any) -> None:
    key = ("o", "t", 0)
    results = make_results({key: [4.0, 2.0, 1.0]}, costs={key: [1.0, 3.0, 6.0]})
    (curve,) = cost_curves(results, observations(results), measured(results), {})
    assert curve.costs is not None
    assert (curve.costs[0], curve.costs[-1], curve.horizontal) == (1.0, 10.0, "cost")
    median = curve.bands["o"].median
    assert [float(median[np.searchsorted(curve.costs, cost)]) for cost in (1.0, 3.9, 4.1, 9.9)] == [
        4.0,
        4.0,
        2.0,
        2.0,
    ]
    assert median[-1] == 1.0


def test_without_costs_there_is_no_such_curve(make_results: Any, tmp_path: Path) -> None:
    results = make_results({("o", "t", 0): [4.0, 2.0]})
    assert cost_curves(results, observations(results), measured(results), {}) == []
    text, figures = page_of(results, tmp_path)
    assert "costs.png" not in figures
    assert 'id="costs"' not in text


def test_trials_at_cheaper_fidelities_are_left_out_of_the_best_run_and_did_not_fail(
    make_results: Any, tmp_path: Path
) -> None:
    results = make_results({("o", "t", 0): [4.0, -9.0, 2.0], ("p", "t", 0): [5.0]})
    results.trials["competes"] = [True, False, True, True]
    (run,) = collect_contents(results).best_runs
    assert (run.values.tolist(), run.n_elsewhere) == ([4.0, 2.0], 1)
    text, _ = page_of(results, tmp_path)
    assert "1 trial at cheaper fidelities left out." in text
    assert "failed or infeasible" not in text.split('id="best"')[1]


def test_several_objectives_beside_one_change_no_number_of_the_other(make_results: Any) -> None:
    one = {
        (name, "one", seed): [5.0 + place, 3.0 + seed] for place, name in enumerate(TWO) for seed in (0, 1)
    }
    both = {**one, **{(name, "pair", seed): PAIRS[:2] for name in TWO for seed in (0, 1)}}
    alone, found = (collect_contents(make_results(outcomes)) for outcomes in (one, both))
    assert found.blocks.values.loc[["one"]].equals(alone.blocks.values)
    assert found.best_runs[0].values.tolist() == alone.best_runs[0].values.tolist()
    assert found.curves[0].bands["hebo"].median.tolist() == alone.curves[0].bands["hebo"].median.tolist()
