from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from hebo.errors import IncompatibleError
from hebo.experiment.report.problem import learnt as learning
from hebo.experiment.report.problem.learnt import Learnt, learn, model_space
from hebo.experiment.report.problem.trials import run_trials
from hebo.experiment.store.entries import Facts
from hebo.outcomes import outcomes_of

SPACE = [
    {"name": "x", "type": "num", "lb": 0, "ub": 1},
    {"name": "c", "type": "cat", "categories": ["a", "b"]},
]


def point(index: int) -> dict[str, Any]:
    return {"x": (index * 0.618) % 1.0, "c": "ab"[index % 2]}


def value(index: int) -> float:
    return 10 * (point(index)["x"] - 0.3) ** 2 + (index % 2)


def learnt_from(results: Any) -> Learnt | str:
    task = str(results.runs["task"].iloc[0])
    return learn(results, task, run_trials(results, results.runs.iloc[0].to_dict()))


@pytest.fixture(scope="module")
def results(make_results: Any) -> Any:
    values = [None if index == 3 else value(index) for index in range(16)]
    facts = Facts(outcomes=outcomes_of([{"name": "y", "unit": "s"}]))
    return make_results({("hebo", "t", 0): values}, space=SPACE, params=point, facts=facts)


@pytest.fixture(scope="module")
def learnt(results: Any) -> Learnt:
    found = learnt_from(results)
    assert isinstance(found, Learnt)
    return found


def test_it_is_fitted_to_all_that_was_measured(learnt: Learnt) -> None:
    assert (learnt.n_told, learnt.n_left_out, learnt.problems) == (15, 0, ())


def test_its_choice_is_near_the_best_point(learnt: Learnt) -> None:
    assert learnt.points is not None
    assert learnt.points["c"].tolist() == ["a"]
    assert abs(learnt.points["x"].iloc[0] - 0.3) < 0.2


def test_it_says_what_each_parameter_does(learnt: Learnt) -> None:
    assert set(learnt.importances["y"].index) == {"x", "c"}
    assert set(learnt.curves) == {"x", "c"}
    assert {"y_low", "y_mean", "y_high"} <= set(learnt.curves["x"])
    assert list(learnt.surfaces) in ([("x", "c")], [("c", "x")])
    assert learnt.diagnosis is not None
    assert len(learnt.diagnosis["y"].held_out) == 15


def test_the_slice_passes_through_the_choice(results: Any, learnt: Learnt) -> None:
    assert learnt.points is not None
    assert learnt.predictions is not None
    best = learnt.curves["c"].set_index("c").loc[learnt.points["c"].iloc[0], "y_mean"]
    assert math.isclose(best, learnt.predictions["y_mean"].iloc[0], rel_tol=0.2, abs_tol=0.3)


def test_few_trials_and_equal_values_have_no_model_and_a_sentence(make_results: Any) -> None:
    few = make_results({("hebo", "t", 0): [1.0, 2.0, None, None]}, space=SPACE, params=point)
    assert "there are 2" in str(learnt_from(few))
    equal = make_results({("hebo", "t", 0): [1.0] * 8}, space=SPACE, params=point)
    assert "values are equal" in str(learnt_from(equal))


def test_a_space_that_the_model_cannot_take_has_a_sentence(
    results: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any) -> None:
        raise IncompatibleError("it cannot handle 'x'; use another one.")

    monkeypatch.setattr(learning, "_told", refuse)
    assert learnt_from(results) == "There is no model of this problem: it cannot handle 'x'; use another one."


def test_an_error_of_the_model_ends_no_report(results: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise RuntimeError("singular matrix")

    monkeypatch.setattr(learning, "_told", fail)
    assert learnt_from(results) == "The model could not be fitted (RuntimeError: singular matrix)."


def test_an_error_of_one_part_leaves_that_part_out(results: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any, **settings: Any) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(learning, "partial_dependence", fail)
    found = learnt_from(results)
    assert isinstance(found, Learnt)
    assert found.curves == {}
    assert found.problems[0] == "Dependence could not be computed: no memory."
    assert found.diagnosis is not None


def test_of_many_trials_the_best_ones_are_told(make_results: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "MAX_TOLD", 9)
    values = [value(index) for index in range(30)]
    results = make_results({("hebo", "t", 0): values}, space=SPACE, params=point)
    trials = run_trials(results, results.runs.iloc[0].to_dict())
    chosen = learning._chosen(trials, results.outcomes_of("t"))
    told = sorted(one["y"] for one in chosen["values"])
    assert len(told) == 9
    assert told[:3] == sorted(values)[:3]
    assert chosen["number"].is_monotonic_increasing


def test_linear_rules_are_known_and_functions_are_not_looked_up(results: Any) -> None:
    rules = [
        {"type": "linear", "coefficients": {"x": 1.0}, "ub": 0.2},
        {"type": "function", "name": "nobody_registered_this"},
    ]
    definition = {"parameters": SPACE, "constraints": rules}
    changed = replace(results, spaces={"t": definition})
    assert len(model_space(changed, "t").constraints) == 1
    found = learnt_from(changed)
    assert isinstance(found, Learnt) is False or found.ignores_rules
