from __future__ import annotations

import re
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pytest

from hebo.experiment.report.page import write_report

VOID = {"meta", "link", "br", "hr", "img", "input", "path", "use"}
NASTY = "</script><script>alert(1)</script> & \"q\" 'a' $x^2$ $ é 漢 \x07 ]]> --> {{ 7 * 7 }}"


class Page(HTMLParser):
    """What a browser would see: element counts, ids, references, and unclosed elements."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.images: list[str | None] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"])
        for key in ("href", "src", "xlink:href", "data", "action", "srcset"):
            if key in given:
                self.references.append(given[key])
        for value in given.values():
            self.references += [f"#{name}" for name in re.findall(r"url\(#([^)]*)\)", value or "")]
        if tag == "svg":
            self.images.append(given.get("aria-label"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()
        self.text += " " if tag in ("td", "th") else ""

    def handle_data(self, data):
        self.text += data


def written(results, folder):
    """Write a report and return the parsed page, its text and the names of all files."""
    files = write_report(results, folder)
    assert all(file.stat().st_size > 0 for file in files)
    text = files[0].read_text("utf-8")
    page = Page(text)
    assert page.open == []
    return page, text, [file.name for file in files]


@pytest.fixture
def report(tmp_path):
    return lambda results: written(results, tmp_path / "out")


@pytest.fixture(scope="module")
def usual(make_results):
    values = {
        ("hebo", "branin", 0): [5.0, 3.0, None, 0.5],
        ("hebo", "branin", 1): [6.0, 2.0, 1.0, 0.6],
        ("random_search", "branin", 0): [5.0, 4.0, 4.5, 3.0],
        ("random_search", "branin", 1): [7.0, "timed_out", 4.0, 4.0],
    }
    return make_results(values, optima={"branin": 0.4}, name="usual")


@pytest.fixture(scope="module")
def usual_report(usual, tmp_path_factory):
    return written(usual, tmp_path_factory.mktemp("usual"))


def test_page_has_all_sections_and_files(usual_report):
    page, _, names = usual_report
    for section in (
        "summary",
        "curves",
        "ranks",
        "scores",
        "score",
        "best",
        "timing",
        "failures",
        "settings",
    ):
        assert section in page.ids
    assert names == [
        "report.html",
        "regret.png",
        "timing.png",
        "scores.png",
        "ranks.png",
        "parallel_coordinates.png",
        "slices.png",
    ]


def test_page_asks_for_nothing_outside_itself(usual_report):
    page, text, _ = usual_report
    assert page.tags.count("script") == 1
    assert all(reference.startswith("#") for reference in page.references)
    assert not re.search(r"https?://|@import|url\((?!#)", text)
    assert "default-src 'none'" in text


def test_every_reference_finds_its_id_and_ids_are_unique(usual_report):
    page, _, _ = usual_report
    assert len(set(page.ids)) == len(page.ids)
    assert {reference[1:] for reference in page.references} <= set(page.ids)


def test_every_figure_has_a_description(usual_report):
    page, _, _ = usual_report
    assert len(page.images) == 8  # one curve, scores, ranks, one row of coordinates, three slices, timing
    assert all(page.images)


def test_summary_shows_median_quartiles_and_failures(usual_report):
    page, _, _ = usual_report
    text = " ".join(page.text.split())
    assert "hebo 0.5500 0.5250 … 0.5750 7 1 2 / 2" in text
    assert "random_search 3.500 3.250 … 3.750 7 1 2 / 2" in text


def test_colors_become_variables_so_that_the_page_can_be_dark(usual_report):
    _, text, _ = usual_report
    body = text.split("</style>", 1)[1]
    assert "var(--optimizer-0)" in body
    assert not re.search(r"#[0-9a-f]{6}\b(?!-)", body)
    assert "prefers-color-scheme: dark" in text


def test_names_are_escaped_everywhere(report, make_results):
    space = [
        {"name": NASTY, "type": "num", "lb": 0, "ub": 1},
        {"name": "b", "type": "cat", "categories": [NASTY, "$"]},
    ]
    results = make_results(
        {(NASTY, f"{NASTY} task", 0): [1.0, None, 2.0], ("$x", f"{NASTY} task", 0): [1.0, 3.0, 2.0]},
        name=NASTY,
        space=space,
        params=lambda index: {NASTY: index / 5, "b": NASTY},
    )
    page, text, _ = report(results)
    assert page.tags.count("script") == 1
    assert "49" not in page.text.split("Summary")[0]
    assert "&lt;script&gt;" in text


def test_the_same_results_give_the_same_page_and_leave_matplotlib_alone(usual, usual_report, tmp_path):
    before = dict(mpl.rcParams)
    page = write_report(usual, tmp_path)[0]
    assert page.read_text("utf-8") == usual_report[1]
    assert dict(mpl.rcParams) == before


def test_no_trials_at_all(report, make_results):
    page, _, names = report(make_results({("hebo", "t", 0): [], ("random_search", "t", 0): []}, n_trials=5))
    assert "No trial has ended yet." in page.text
    assert "no trial has ended yet" in page.text
    assert "2 runs are not finished" in page.text
    assert not {"curves", "ranks", "best", "timing"} & set(page.ids)
    assert names == ["report.html"]


def test_an_experiment_without_runs(report, make_results):
    page, _, _ = report(make_results({}))
    assert "0 of 0" in page.text


def test_only_pending_trials(report, make_results):
    page, _, _ = report(make_results({(name, "t", 0): ["pending", "pending"] for name in "ab"}))
    assert "No trial has ended yet." in page.text
    assert "curves" not in page.ids


def test_a_single_trial(report, make_results):
    page, _, _ = report(make_results({("hebo", "t", 0): [1.5], ("sobol", "t", 0): [2.5]}))
    assert "by hebo, seed 0, trial 1" in page.text


def test_what_else_the_task_reports_of_the_best_trial_is_named(report, make_results):
    results = make_results({("hebo", "t", 0): [1.5, 1.0], ("sobol", "t", 0): [3.0]})
    results.trials["extras"] = [
        {"certificate": "other.json"},
        {"certificate": "<proofs>/7.json", "error": None},
        {},
    ]
    page, text, _ = report(results)
    assert "<proofs>/7.json" in page.text
    assert "other.json" not in page.text
    assert "error" not in page.text.split("Best runs")[-1].split("Timing")[0]
    assert "<proofs>" not in text


def test_one_optimizer_only_has_no_rank_figure(report, make_results):
    page, _, names = report(make_results({("hebo", "t", 0): [1.5, 1.0], ("hebo", "u", 0): [1.5, 1.0]}))
    assert "ranks" not in page.ids
    assert "ranks.png" not in names
    assert "score" not in page.ids


def test_a_task_where_everything_failed(report, make_results):
    results = make_results(
        {("hebo", "t", 0): [None, "crashed"], ("random_search", "t", 0): ["out_of_memory", None]}
    )
    page, _, _ = report(results)
    assert "out of memory" in page.text
    assert "no successful trial" in page.text


def test_one_task_of_two_without_success(report, make_results):
    _, _, names = report(make_results({("hebo", "t", 0): [1.0, 2.0], ("hebo", "u", 0): [None, None]}))
    assert {"slices_01_t.png", "slices_02_u.png"} <= set(names)


@pytest.mark.parametrize(
    ("values", "optimum"),
    [
        ([1e300, -1e300, 1e-300, 0.0], np.nan),
        ([-5.0, -7.0, -6.0, -9.0], -10.0),
        ([-5.0, -7.0, -6.0, -9.0], 3.0),
        ([3.0, 3.0, 3.0, 3.0], 3.0),
        ([0.0, 0.0, 0.0, 0.0], np.nan),
        ([1e-300, 1e300, 5.0, 1e200], 0.0),
        ([1e308, 1.7e308, -1.7e308, 0.0], -1.7e308),
        ([5e-324, 1e-323, 5e-324, 1.0], np.nan),
    ],
    ids=["huge", "negative", "below optimum", "optimum", "zero", "decades", "float range", "denormal"],
)
def test_strange_values_are_drawn(report, make_results, values, optimum):
    results = make_results(
        {("hebo", "t", seed): values for seed in range(2)} | {("random_search", "t", 0): values[::-1]},
        optima={"t": optimum},
    )
    page, _, _ = report(results)
    assert "summary" in page.ids


def test_unfinished_runs_are_announced(report, make_results):
    results = make_results({("hebo", "t", 0): [3.0, "pending"], ("random_search", "t", 0): [2.0, 1.0]})
    page, _, _ = report(results)
    assert "1 run is not finished" in page.text
    assert "needs finished runs" in page.text


def test_many_parameters_go_into_rows(report, make_results):
    space = [{"name": f"parameter_{i}", "type": "num", "lb": 0, "ub": 1} for i in range(17)]
    results = make_results(
        {("hebo", "t", 0): [3.0, 2.0], ("sobol", "t", 0): [4.0]},
        space=space,
        params=lambda index: {one["name"]: index / 4 for one in space},
    )
    page, _, _ = report(results)
    assert sum("Parallel coordinates" in (image or "") for image in page.images) == 3
    assert sum(" against parameter_" in (image or "") for image in page.images) == 17


def test_inactive_parameters_are_marked(report, make_results):
    space = [
        {"name": "kind", "type": "cat", "categories": ["a", "b"]},
        {"name": "only_a", "type": "num", "lb": 0, "ub": 1},
    ]
    results = make_results(
        {("hebo", "t", 0): [3.0, 2.0, 1.0], ("sobol", "t", 0): [4.0]},
        space=space,
        params=lambda index: {"kind": "ab"[index % 2], "only_a": None if index % 2 else 0.5},
    )
    page, _, _ = report(results)
    assert "inactive" in page.text


def test_many_optimizers_all_have_their_row(report, make_results):
    results = make_results({(f"optimizer {i:02d}", "t", 0): [30.0 - i, 3.0] for i in range(12)})
    page, _, _ = report(results)
    assert "optimizer 11" in page.text


def test_a_broken_run_tells_why(report, make_results):
    results = make_results({("hebo", "t", 0): [1.0]})
    results.runs["status"] = "broken"
    results.runs["message"] = "Traceback\nValueError: no <good>"
    page, text, _ = report(results)
    assert "ValueError: no <good>" in page.text
    assert "no <good>" not in text


def test_three_optimizers_on_two_tasks_have_a_critical_difference_diagram(report, make_results):
    names = ("hebo", "tpe", "random_search")
    outcomes = {(name, task, 0): [float(place)] for place, name in enumerate(names) for task in "tu"}
    page, _, files = report(make_results(outcomes))
    assert "critical_difference.png" in files
    assert any("Critical difference 2.34" in (image or "") for image in page.images)
    assert "No critical-difference diagram" not in page.text
    assert "Tasks are the blocks of the test" in page.text


def test_a_single_task_has_none_and_says_why(usual_report):
    page, _, names = usual_report
    assert "critical_difference.png" not in names
    assert "it needs at least two tasks" in page.text
    assert "They speak about this task only" in page.text


def test_the_description_of_a_curve_names_those_that_do_not_differ(report, make_results):
    outcomes = {
        (name, "t", seed): [float(seed) + shift] for name, shift in (("a", 0), ("b", 9)) for seed in range(6)
    }
    outcomes |= {("c", "t", seed): [5.5 - seed] for seed in range(6)}
    page, _, _ = report(
        make_results(outcomes | {("a", "t", 6): [1.0], ("b", "t", 6): [20.0], ("c", "t", 6): [2.0]})
    )
    assert any("Not significantly different from a: c." in (image or "") for image in page.images)
