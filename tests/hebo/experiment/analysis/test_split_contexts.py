from __future__ import annotations

from dataclasses import replace
from typing import Any

from hebo.experiment.analysis.observations import measured, observations
from hebo.experiment.analysis.split_contexts import split_contexts, too_many
from hebo.experiment.store.results import Results

from .test_measures import SPACE, in_turn, with_extras


def split(results: Results) -> Results:
    return split_contexts(results, observations(results), measured(results))


def test_each_context_is_a_task_of_its_own_with_its_trials_numbered_anew(make_results: Any) -> None:
    whole = make_results(
        {("o", "t", 0): [1.0, 7.0, 0.5, 6.0], ("p", "t", 0): [2.0, 8.0]}, space=SPACE, params=in_turn
    )
    found = split(whole)
    assert found.runs["task"].tolist() == ["t [place=here]"] * 2 + ["t [place=there]"] * 2
    table = observations(found)
    first = table[table["run_id"] == "o/t/0 [place=there]"]
    assert first["value"].tolist() == [7.0, 6.0]
    assert first["number"].tolist() == [0, 1]
    assert first["number_in_run"].tolist() == [1, 3]
    assert not measured(found)["t [place=here]"].contexts
    assert table["so_far"].tolist() == [1.0, 0.5, 2.0, 7.0, 6.0, 8.0]


def test_the_least_value_of_a_context_is_the_optimum_of_its_task(make_results: Any) -> None:
    whole = make_results({("o", "t", 0): [1.0, 7.0]}, space=SPACE, params=in_turn)
    found = measured(split(with_extras(whole, "context_optimum", [0.0, 5.0])))
    assert {task: one.optimum for task, one in found.items()} == {
        "t [place=here]": 0.0,
        "t [place=there]": 5.0,
    }


def test_tasks_without_contexts_and_those_with_too_many_are_left_out(make_results: Any) -> None:
    numbers = [{"name": "temp", "type": "num", "lb": 0, "ub": 99, "role": "context"}]
    whole = make_results(
        {("o", "t", 0): [1.0] * 13}, space=numbers, params=lambda index: {"temp": float(index)}
    )
    assert too_many(observations(whole), measured(whole)) == {"t": 13}
    assert len(split(whole).runs) == 0
    plain = make_results({("o", "t", 0): [1.0, 2.0]})
    assert len(split(plain).runs) == 0
    assert len(observations(split(plain))) == 0


def test_several_objectives_are_split_as_well(make_results: Any) -> None:
    values = [{"a": 0.0, "b": 1.0}, {"a": 5.0, "b": 6.0}]
    found = split(make_results({("o", "t", 0): values}, space=SPACE, params=in_turn))
    assert all(one.is_hypervolume for one in measured(found).values())
    assert replace(found).objectives == {"t [place=here]": ("a", "b"), "t [place=there]": ("a", "b")}
