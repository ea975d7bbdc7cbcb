"""Tests of `tasks.logic_synthesis.logic_synthesis` with a stand-in for ABC."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.errors import EvaluationError
from tasks.logic_synthesis.logic_synthesis import LogicSynthesis

# What the stand-in gives for resyn2: ten operators, four of them `balance`.
AREA, DELAY = 90, 16


def task(abc_path: str, **settings: Any) -> LogicSynthesis:
    return LogicSynthesis(**{"circuit": "adder:4", "length": 2, "abc": abc_path, **settings})


def frame(*rows: list[str]) -> pd.DataFrame:
    return pd.DataFrame([dict(zip(("op1", "op2"), row, strict=True)) for row in rows])


BALANCED = frame(["balance", "balance"], ["rewrite", "&blut"])


@pytest.mark.parametrize(
    ("objective", "expected", "par"),
    [
        ("both", [98 / AREA + 18 / DELAY, 99 / AREA + 20 / DELAY], 2.0),
        ("lut", [98 / AREA, 99 / AREA], 1.0),
        ("level", [18 / DELAY, 20 / DELAY], 1.0),
        ("min_improvement", [18 / DELAY, 20 / DELAY], 1.0),
    ],
)
def test_objectives_compare_with_resyn2(
    abc_path: str, objective: str, expected: list[float], par: float
) -> None:
    found = task(abc_path, objective=objective).evaluate(BALANCED)
    assert found["y"].tolist() == pytest.approx(expected)
    assert found["improvement"].tolist() == pytest.approx([100 * (1 - one / par) for one in expected])
    assert found["luts"].tolist() == [98, 99]
    assert found["levels"].tolist() == [18, 20]


def test_area_and_delay_are_two_objectives(abc_path: str) -> None:
    two = task(abc_path, objective="area_delay")
    assert two.objectives == ("area", "delay")
    assert two.evaluate(BALANCED)[["area", "delay"]].to_numpy()[0] == pytest.approx([98 / AREA, 18 / DELAY])


def test_the_best_prefix_counts_if_asked_for(abc_path: str) -> None:
    # The stand-in makes each operator a gain, so that a whole sequence is its own best prefix ...
    assert task(abc_path, best_prefix=True).evaluate(BALANCED)["luts"].tolist() == [98, 99]
    # ... unless it fails, and then there is none.
    assert task(abc_path, best_prefix=True).evaluate(frame(["balance", "fraig"]))["y"].isna().all()


def test_a_sequence_that_fails_has_a_reason_and_spoils_no_other(abc_path: str) -> None:
    found = task(abc_path).evaluate(frame(["rewrite", "fraig"], ["rewrite", "resub"]))
    assert found["y"].isna().tolist() == [True, False]
    assert "no fraig here" in found["error"][0]
    assert found["error"][1] is None


def test_several_circuits_take_one_sequence_and_several_sequences_the_best(abc_path: str) -> None:
    several = task(abc_path, circuit=["adder:4", "router"], n_sequences=2)
    assert several.space.names == ["op1", "op2", "s2_op1", "s2_op2"]
    point = pd.DataFrame(
        [dict(zip(several.space.names, ["rewrite", "rewrite", "balance", "balance"], strict=True))]
    )
    found = several.evaluate(point)
    assert found["y"][0] == pytest.approx(98 / AREA + 18 / DELAY)
    assert found["luts"][0] == 2 * 98
    assert several.name == "LogicSynthesis-adder4-router"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"circuit": []}, "empty list; name at least one"),
        ({"circuit": "routr"}, "Did you mean 'router'"),
        ({"objective": "area_delay", "best_prefix": True}, "two objectives, by which no best prefix"),
        ({"objective": "area_delay", "n_sequences": 2}, "choose another objective, or drop"),
        ({"cache": "/no/such/folder/x.jsonl"}, "its folder does not exist; create it"),
    ],
)
def test_bad_settings_are_refused_before_anything_runs(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        LogicSynthesis(**settings)


def test_points_have_the_operators_of_an_alphabet(abc_path: str) -> None:
    assert LogicSynthesis(alphabet="mcbo").parameters()[0]["categories"][4] == "resub"
    assert len(LogicSynthesis().space.names) == 20


def test_a_program_that_is_no_abc_is_told_before_evaluations_fail(abc_path: str, program: Any) -> None:
    task(abc_path).require()
    with pytest.raises(EvaluationError, match="does not say its version"):
        task(str(program(""))).require()
