"""Tasks with several objectives are in no number that means something only for one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hebo.errors import DataError
from hebo.experiment.analysis import bayesmark_table
from hebo.experiment.analysis.one_objective import several_objectives, why_left_out, with_one_objective
from hebo.experiment.analysis.run_tables import run_table
from hebo.experiment.cli.show import runs_table
from hebo.experiment.report.contents import collect_contents
from hebo.experiment.report.page import write_report
from hebo.experiment.report.summary import summary
from hebo.experiment.running.progress import value_text
from hebo.experiment.store.results import Results

# Told apart from every other number of a page.
LEAST = 0.0123456
SENTENCE = "as several objectives cannot be compared yet: no best values, curves, ranks or scores."


def results_of(make_results: Any, *tasks: str) -> Results:
    """Return results of two optimisers; tasks whose names begin with `pair` have two objectives."""
    found = make_results(
        {
            (optimizer, task, seed): [5.0 + place, 3.0 + seed, LEAST + place]
            for place, optimizer in enumerate(("hebo", "random_search"))
            for task in tasks
            for seed in (0, 1)
        }
    )
    names = {task: ("y", "area") if task.startswith("pair") else ("y",) for task in tasks}
    return replace(found, objectives=names)


@pytest.fixture
def both(make_results: Any) -> Results:
    return results_of(make_results, "one", "pair")


@pytest.fixture
def pairs(make_results: Any) -> Results:
    return results_of(make_results, "pair", "pair-2")


def test_results_with_one_objective_are_those_of_the_other_tasks(both: Results) -> None:
    assert several_objectives(both) == ["pair"]
    single = with_one_objective(both)
    assert set(single.runs["task"]) == {"one"}
    assert len(single.trials) == len(both.trials) / 2
    assert with_one_objective(single) is single


def test_the_sentence_names_tasks_and_objectives(both: Results) -> None:
    assert why_left_out(both) == f"Left out: pair (y, area), {SENTENCE}"
    assert why_left_out(with_one_objective(both)) == ""


def test_curves_ranks_scores_and_best_runs_are_those_of_the_other_tasks(both: Results) -> None:
    found = collect_contents(both)
    assert [one.task for one in found.curves] == [one.task for one in found.best_runs] == ["one"]
    assert found.blocks.values.index.get_level_values("task").unique().tolist() == ["one"]
    assert found.scores is not None
    assert set(found.scores.runs["task"]) == {"one"}
    assert set(found.pictures) <= {"one"}


def test_a_task_with_several_objectives_changes_no_number_of_the_others(
    both: Results, make_results: Any
) -> None:
    alone = collect_contents(results_of(make_results, "one"))
    found = collect_contents(both)
    assert found.comparison.ranks.equals(alone.comparison.ranks)
    assert found.comparison.verdict == alone.comparison.verdict
    assert found.blocks.values.equals(alone.blocks.values)


def test_without_any_task_to_compare_there_is_nothing_of_the_kind(pairs: Results, tmp_path: Any) -> None:
    page, *figures = write_report(pairs, tmp_path)
    text = page.read_text("utf-8")
    assert [one.name for one in figures] == ["timing.png"]
    assert SENTENCE in text
    assert "Left out: pair (y, area), pair-2 (y, area)" in text
    ids = set(re.findall(r'<section id="([a-z]+)"', text))
    assert ids == {"summary", "timing", "settings"}
    assert set(re.findall(r'href="#([a-z]+)"', text)) <= ids
    assert "0.01235" not in text


def test_the_page_says_what_is_left_out_and_compares_the_rest(both: Results, tmp_path: Any) -> None:
    page, *figures = write_report(both, tmp_path)
    text = page.read_text("utf-8")
    assert f"Left out: pair (y, area), {SENTENCE}" in text
    assert {"regret.png", "ranks.png", "scores.png"} <= {one.name for one in figures}


def test_the_summary_counts_trials_and_shows_no_best_values(both: Results) -> None:
    rows = summary(both, collect_contents(both).table)
    for row in rows["pair"]:
        assert (row.median, row.interval, row.is_best) == ("–", "–", False)
        assert (row.n_ok, row.n_bad, row.runs) == (6, 0, "2 / 2")
    assert [row.is_best for row in rows["one"]] == [True, False]


def test_the_table_of_runs_is_without_them(both: Results, pairs: Results) -> None:
    assert set(run_table(both)["task"]) == {"one"}
    assert len(run_table(pairs)) == 0


def test_bayesmarks_score_is_refused(both: Results) -> None:
    with pytest.raises(DataError, match=r"needs tasks with one objective\. Left out: pair \(y, area\)"):
        bayesmark_table(both)


def test_show_has_no_best_value_of_them(both: Results) -> None:
    table = runs_table(both)
    (best,) = [column for column in table.columns if column.header == "best"]
    shown = dict(zip(table.columns[0].cells, best.cells, strict=True))
    assert {run for run, value in shown.items() if value != value_text(None)} == {
        run for run in both.runs["run_id"] if "/one/" in run
    }


def test_a_known_optimum_of_the_first_objective_is_not_shown(make_results: Any, tmp_path: Any) -> None:
    results = results_of(make_results, "pair")
    results.runs["optimum"] = results.runs["best_known"] = np.float64(0.0777)
    assert "0.0777" not in write_report(results, tmp_path)[0].read_text("utf-8")
