"""Tests of `tasks.logic_synthesis.logic_synthesis` with a stand-in for ABC."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.errors import ConfigError, DataError, EvaluationError
from hebo.random import make_generator
from tasks.logic_synthesis.logic_synthesis import LogicSynthesis

# What the stand-in gives for resyn2: ten operators, four of them `balance`.
AREA, DELAY = 90, 16


def task(abc_path: str, **settings: Any) -> LogicSynthesis:
    return LogicSynthesis(**{"circuit": "adder:4", "length": 2, "abc": abc_path, **settings})


def frame(*rows: list[str]) -> pd.DataFrame:
    return pd.DataFrame([dict(zip(("op1", "op2"), row, strict=True)) for row in rows])


BALANCED = frame(["balance", "balance"], ["rewrite", "&blut"])


@pytest.mark.parametrize(
    ("objective", "name", "expected", "par"),
    [
        ("both", "area_plus_delay", [98 / AREA + 18 / DELAY, 99 / AREA + 20 / DELAY], 2.0),
        ("lut", "area", [98 / AREA, 99 / AREA], 1.0),
        ("level", "delay", [18 / DELAY, 20 / DELAY], 1.0),
        ("min_improvement", "larger_ratio", [18 / DELAY, 20 / DELAY], 1.0),
    ],
)
def test_objectives_compare_with_resyn2(
    abc_path: str, objective: str, name: str, expected: list[float], par: float
) -> None:
    found = task(abc_path, objective=objective).evaluate(BALANCED)
    assert found[name].tolist() == pytest.approx(expected)
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
    failed = task(abc_path, best_prefix=True).evaluate(frame(["balance", "fraig"]))
    assert failed["area_plus_delay"].isna().all()


CUT: dict[str, Any] = {"best_prefix": True, "cut": True, "objective": "level", "length": 4}


def point(searched: LogicSynthesis, *operators: str) -> pd.DataFrame:
    return pd.DataFrame([dict(zip(searched.space.names, operators, strict=True))])


def test_what_comes_after_the_best_prefix_is_said_to_be_skipped(abc_path: str, log: Path) -> None:
    searched = task(abc_path, **CUT)
    found = searched.evaluate(point(searched, "rewrite", "skip", "balance", "&blut"))
    # Only `balance` takes levels off: what follows makes no difference, and places skipped stay so.
    assert found["moved"][0] == {"op4": "skip"}
    assert found["operators"][0] == 2
    assert found["delay"][0] == pytest.approx(19 / DELAY)
    alone = searched.evaluate(point(searched, "rewrite", "skip", "balance", "skip"))
    assert alone["moved"][0] is None
    assert alone.drop(columns="moved").equals(found.drop(columns="moved"))
    assert sum("strash; rewrite; balance; if" in line for line in log.read_text().splitlines()) == 1


def test_a_sequence_of_which_nothing_is_left_is_the_circuit_itself(abc_path: str) -> None:
    searched = task(abc_path, **CUT)
    found = searched.evaluate(point(searched, *["skip"] * 4))
    assert (found["luts"][0], found["levels"][0], found["operators"][0]) == (100, 20, 0)
    assert found["moved"][0] is None


def test_of_several_sequences_those_that_no_circuit_needs_are_skipped(abc_path: str) -> None:
    searched = task(abc_path, **CUT | {"length": 2, "n_sequences": 2})
    found = searched.evaluate(point(searched, "rewrite", "resub", "balance", "balance"))
    assert found["moved"][0] == {"op1": "skip", "op2": "skip"}
    assert found["operators"][0] == 2


def test_a_cut_sequence_that_fails_is_not_moved(abc_path: str) -> None:
    searched = task(abc_path, **CUT)
    points = [point(searched, "balance", *rest, "skip", "skip") for rest in (["fraig"], ["rewrite"])]
    found = searched.evaluate(pd.concat(points, ignore_index=True))
    assert found["delay"].isna().tolist() == [True, False]
    assert found["moved"].tolist() == [None, {"op2": "skip"}]


def test_a_sequence_that_fails_has_a_reason_and_spoils_no_other(abc_path: str) -> None:
    found = task(abc_path).evaluate(frame(["rewrite", "fraig"], ["rewrite", "resub"]))
    assert found["area_plus_delay"].isna().tolist() == [True, False]
    assert "no fraig here" in found["error"][0]
    assert found["error"][1] is None


def test_several_circuits_take_one_sequence_and_several_sequences_the_best(abc_path: str) -> None:
    several = task(abc_path, circuit=["adder:4", "router"], n_sequences=2)
    assert several.space.names == ["op1", "op2", "s2_op1", "s2_op2"]
    point = pd.DataFrame(
        [dict(zip(several.space.names, ["rewrite", "rewrite", "balance", "balance"], strict=True))]
    )
    found = several.evaluate(point)
    assert found["area_plus_delay"][0] == pytest.approx(98 / AREA + 18 / DELAY)
    assert found["luts"][0] == 2 * 98
    assert several.name == "LogicSynthesis-adder4-router"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"circuit": []}, "empty list; name at least one"),
        ({"circuit": "routr"}, "Did you mean 'router'"),
        ({"objective": "area_delay", "best_prefix": True}, "two objectives, by which no best prefix"),
        ({"cut": True}, "cut where the best prefix ends; set `best_prefix`"),
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


HYPER = {"alphabet": "mcbo", "operator_parameters": True}
FLAGS = {"resub_K": 5, "resub_N": 2, "resub_l": True, "resub_z": False, "sopb_C": 30}


def test_operators_get_the_flags_of_the_point(abc_path: str, log: Path) -> None:
    searched = task(abc_path, **HYPER, prove=False)
    point = {**dict.fromkeys(searched.space.names), "op1": "resub", "op2": "&sopb", **FLAGS}
    found = searched.evaluate(pd.DataFrame([point]))
    assert found["luts"].tolist() == [99]
    script = next(line for line in log.read_text().splitlines() if "sopb" in line)
    assert "; strash; resub -K 5 -N 2 -l; &get -n; &sopb -C 30; &put; if -K 6" in script


def test_numbers_of_any_type_give_the_same_command_and_inactive_ones_are_not_looked_at(
    abc_path: str, log: Path
) -> None:
    searched = task(abc_path, **HYPER)
    same = [
        {"op1": "resub", "op2": "&sopb", "fraig_r": None, **FLAGS},
        {"op1": "resub", "op2": "&sopb", "fraig_r": "quit", **FLAGS, "resub_K": 5.0, "resub_z": 0},
    ]
    assert searched.evaluate(pd.DataFrame(same, columns=searched.space.names))["luts"].tolist() == [99, 99]
    assert sum("resub -K 5 -N 2 -l;" in line for line in log.read_text().splitlines()) == 1


def test_a_flag_out_of_range_is_refused_before_anything_runs(abc_path: str, log: Path) -> None:
    searched = task(abc_path, **HYPER)
    point = {"op1": "resub", "op2": "&sopb", **FLAGS, "sopb_C": 0}
    with pytest.raises(DataError, match=r"'sopb_C': 0 is outside"):
        searched.evaluate(pd.DataFrame([point], columns=searched.space.names))
    assert not log.exists()


def test_each_sequence_has_flags_of_its_own(abc_path: str, log: Path) -> None:
    searched = task(abc_path, **HYPER, n_sequences=2, length=1)
    assert {"op1", "s2_op1", "resub_K", "s2_resub_K"} <= set(searched.space.names)
    point = {"op1": "balance", "s2_op1": "balance"}
    for prefix, value in (("", True), ("s2_", False)):
        point |= {f"{prefix}balance_{letter}": value for letter in "ldsx"}
    searched.evaluate(pd.DataFrame([point], columns=searched.space.names))
    scripts = log.read_text()
    assert "strash; balance -l -d -s -x;" in scripts
    assert "strash; balance;" in scripts


def test_mcbos_problem_has_as_many_points_as_sequences_and_flags_allow() -> None:
    # Two places of ten operators. Each operator alone, and each pair in two orders:
    sizes = [2, 2, 14 * 2, 14 * 2, 4 * 4 * 2 * 2, 2**4, 2, 93, 8 * 2, 93]
    expected = sum(sizes) + 2 * sum(a * b for a, b in combinations(sizes, 2))
    assert LogicSynthesis(**HYPER, length=2).space.cardinality == expected


def test_a_program_that_is_no_abc_is_told_before_evaluations_fail(abc_path: str, program: Any) -> None:
    task(abc_path).require()
    with pytest.raises(EvaluationError, match="does not say its version"):
        task(str(program(""))).require()


def test_what_sequences_are_compared_with_is_computed_up_front(abc_path: str, log: Path) -> None:
    task(abc_path, circuit=["adder:4", "adder:5"]).require()
    scripts = log.read_text().splitlines()
    assert sum("balance; rewrite; refactor; balance" in one for one in scripts) == 2


def test_a_reference_that_fails_is_told_before_evaluations_do(program: Any) -> None:
    says = "print('UC Berkeley, ABC 1.01')\nprint('c : i/o = 2/ 1  lat = 0')\n"
    with pytest.raises(EvaluationError, match="printed 0 of 1 lines of figures"):
        task(str(program(says))).require()


def test_a_cache_that_cannot_be_written_is_told_before_evaluations_fail(
    abc_path: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match=r"folder' cannot be (read|written) .*; name another one, or none"):
        task(abc_path, cache=str(tmp_path / "folder")).require()


def test_a_refused_circuit_is_an_error_and_no_failed_evaluation(program: Any) -> None:
    says = "print('UC Berkeley, ABC 1.01')\nprint('Hierarchy reader converted 1 instances of blackboxes.')\nprint('c : i/o = 2/ 1  lat = 0')\n"
    refused = task(str(program(says)))
    points = refused.space.decode(refused.space.sample(1, generator=make_generator(0)))
    with pytest.raises(DataError, match="converted 1 instances of blackboxes"):
        refused.evaluate(points)


def test_a_blif_file_without_an_end_is_noted(abc_path: str, tmp_path: Path) -> None:
    for name, end in (("whole", "\n.end\n"), ("half", "\n")):
        (tmp_path / f"{name}.blif").write_text(f".model m\n.inputs a\n.outputs y\n.names a y\n1 1{end}")
    files = [str(tmp_path / f"{name}.blif") for name in ("whole", "half")]
    assert task(abc_path, circuit=files).notes == (
        f"circuit {files[1]!r} does not end with .end; it may be cut off",
    )
