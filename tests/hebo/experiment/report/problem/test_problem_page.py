from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hebo.experiment.report.page import write_report
from hebo.experiment.report.problem import contents as problem
from hebo.experiment.report.problem.contents import is_one_problem
from hebo.experiment.store.entries import Facts
from hebo.outcomes import outcomes_of

SPACE = [
    {"name": "x", "type": "num", "lb": 0, "ub": 1},
    {"name": "c", "type": "cat", "categories": ["a", "b"]},
]
Write = Callable[[Any], str]


def point(index: int) -> dict[str, Any]:
    return {"x": (index * 0.618) % 1.0, "c": "ab"[index % 2]}


def measured(index: int) -> Any:
    x = point(index)["x"]
    return {"gain": 50 - 100 * (x - 0.3) ** 2 - index % 2, "waste": 6 * x}


@pytest.fixture
def without_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem, "learn", lambda *arguments: "No model today.")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def text(results: Any) -> str:
        page, *_ = write_report(results, tmp_path / "page")
        return page.read_text("utf-8")

    return text


def with_limits(make_results: Any) -> Any:
    values = [measured(index) for index in range(14)]
    outcomes = outcomes_of(
        [{"name": "gain", "goal": "maximize", "unit": "EUR"}], [{"name": "waste", "ub": 4.0, "unit": "kg"}]
    )
    results = make_results(
        {("hebo", "t", 0): values}, space=SPACE, params=point, facts=Facts(outcomes=outcomes)
    )
    results.objectives["t"] = ("gain",)
    broken = [one["waste"] > 4.0 for one in values]
    results.trials["status"] = ["infeasible" if is_broken else "ok" for is_broken in broken]
    results.trials["message"] = ["waste = 5 > 4" if is_broken else None for is_broken in broken]
    return results


def sections(text: str) -> list[str]:
    return re.findall(r'<section id="([a-z]+)"', text)


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text.split("<body>")[1]).split())


def test_the_page_has_its_sections_in_order(make_results: Any, write: Write) -> None:
    text = write(with_limits(make_results))
    assert sections(text) == [
        "best",
        "progress",
        "predicted",
        "importance",
        "dependence",
        "trust",
        "timeline",
        "failures",
        "trials",
        "settings",
    ]
    assert set(re.findall(r'href="#([a-z]+)"', text)) <= set(sections(text))
    assert "kept with" in text
    assert "Probability that all limits are kept" in text


def test_the_best_point_is_in_the_words_of_the_user(
    make_results: Any, write: Write, without_model: None
) -> None:
    results = with_limits(make_results)
    shown = plain(write(results))
    ok = results.trials[results.trials["status"] == "ok"]
    best = max(ok["values"], key=lambda one: one["gain"])
    assert f"gain {best['gain']:.6g} EUR maximized, higher is better" in shown
    assert "at most 4 kg: kept" in shown


def test_an_infeasible_trial_is_not_the_best_and_is_listed(
    make_results: Any, write: Write, without_model: None
) -> None:
    shown = plain(write(with_limits(make_results)))
    assert "Infeasible: measured, and a limit is broken" in shown
    assert "waste = 4.1" in shown or "waste = 5" in shown


def test_without_a_model_the_page_says_why_and_leaves_its_sections_out(
    make_results: Any, write: Write, without_model: None
) -> None:
    text = write(with_limits(make_results))
    assert "No model today." in text
    assert not {"predicted", "importance", "dependence", "trust"} & set(sections(text))


def test_the_best_run_of_several_is_in_front(make_results: Any, write: Write, without_model: None) -> None:
    results = make_results({("hebo", "t", seed): [5.0, 3.0 - seed, None] for seed in range(3)})
    assert is_one_problem(results)
    text = write(results)
    assert "The run shown is the best one, with seed 2." in text
    assert plain(text).count(" finished ") == 3
    assert "y 1 minimized" in plain(text)


def test_failures_are_grouped_by_message(make_results: Any, write: Write, without_model: None) -> None:
    results = make_results({("hebo", "t", 0): [1.0, None, None, "timed_out"]})
    results.trials["message"] = [None, "Traceback\nValueError: a <b>", "ValueError: a <b>", "too slow"]
    text = write(results)
    assert "failed 2 1, 2 ValueError: a &lt;b&gt;" in plain(text)
    assert "timed out 1 3 too slow" in plain(text)
    assert "<b>" not in text


@pytest.mark.parametrize(
    "values",
    [[], ["pending"], [None, "crashed"], ["infeasible"], [1e300, -1e300, 1e-300, 0.0], [0.0] * 6, [math.nan]],
    ids=["none", "pending", "failed", "infeasible", "huge", "equal", "nan"],
)
def test_there_is_a_page_whatever_was_measured(make_results: Any, write: Write, values: list[Any]) -> None:
    text = write(make_results({("hebo", "t", 0): values}, n_trials=7))
    assert "Best point" in text
    assert "progress" in sections(text)
    assert ("trials" in sections(text)) is bool(values)


def test_a_target_and_a_known_optimum_are_drawn(make_results: Any, write: Write, without_model: None) -> None:
    facts = Facts(outcomes=outcomes_of({"y": {"target": 7.5}}))
    text = write(make_results({("hebo", "t", 0): [3.0, 9.0, 7.0]}, facts=facts))
    assert "target 7.5" in text
    assert "y 7 target 7.5" in plain(text)
    known = write(make_results({("hebo", "t", 0): [3.0, 2.0, 4.0]}, optima={"t": 2.5}))
    assert "known optimum 2.5" in known


def test_several_objectives_have_a_front_and_a_predicted_one(make_results: Any, write: Write) -> None:
    values = [
        {"a": x, "b": (1 - x) ** 2 + 0.1 * (index % 2)} for index in range(12) for x in [point(index)["x"]]
    ]
    facts = Facts(outcomes=outcomes_of(["a", {"name": "b", "unit": "m"}]))
    text = write(make_results({("hebo", "t", 0): values}, space=SPACE, params=point, facts=facts))
    assert "Pareto front" in text
    assert "spread over the predicted front" in text
    assert "b [m]" in text


def test_each_context_has_its_best_point(make_results: Any, write: Write) -> None:
    space = [*SPACE, {"name": "place", "type": "cat", "categories": ["here", "there"], "role": "context"}]
    results = make_results(
        {("hebo", "t", 0): [float((index * 7) % 5) for index in range(12)]},
        space=space,
        params=lambda index: point(index) | {"place": ("here", "there")[index // 2 % 2]},
    )
    text = write(results)
    assert "Values of different contexts cannot be compared" in text
    assert "place=here" in text
    assert "All of this is for place = there" in text


def test_the_table_has_all_digits_for_the_file(make_results: Any, write: Write, without_model: None) -> None:
    text = write(make_results({("hebo", "t", 0): [0.123456789012345, 2.0]}))
    assert 'data-value="0.123456789012345">0.12346<' in text


def test_the_same_results_give_the_same_page(make_results: Any, write: Write) -> None:
    results = with_limits(make_results)
    assert write(results) == write(results)


def test_marks_tell_their_values(make_results: Any, write: Write, without_model: None) -> None:
    text = write(make_results({("hebo", "t", 0): [1.5, None, 0.5]}))
    titles = re.findall(r"<title>(.*?)</title>", text.split("<body>")[1], flags=re.DOTALL)
    assert sum(one.startswith("trial 0: y 1.5") for one in titles) >= 1
    assert any("failed: it broke" in one for one in titles)
