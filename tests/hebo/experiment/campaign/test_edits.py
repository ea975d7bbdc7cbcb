"""Tests of `hebo edit` and of `hebo ask --fixed`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main

Command = Callable[..., Result]

DYE = """
name: dye
optimizer: {type: hebo, n_initial: 4}
space:
  - {name: temp, type: num, lb: 20, ub: 90}
  - {name: solvent, type: cat, categories: [water, ethanol, acetone]}
  - {name: humidity, type: num, lb: 0, ub: 100, role: context}
objectives: [loss]
constraints: [cost]
noise: [loss_sd]
"""
TASTE = """
name: taste
optimizer: {type: preferential, n_initial: 4}
space: [{name: heat, type: num, lb: 85, ub: 96}]
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    Path("dye.yaml").write_text(DYE)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def done(command: Command, *arguments: str) -> Result:
    result = command(*arguments)
    assert result.exit_code == 0, result.output
    return result


def ask(command: Command, n: int = 3, *options: str, sheet: str = "r.csv") -> pd.DataFrame:
    done(command, "ask", "dye.yaml", "-n", str(n), "-o", sheet, "-c", "humidity=40", *options)
    return pd.read_csv(sheet)


def edited(command: Command, *words: str) -> Result:
    return done(command, "edit", "dye.yaml", *words)


def state() -> dict[str, Any]:
    found: dict[str, Any] = kept.document("dye.db")["optimizer"]
    return found


def test_values_are_entered_and_corrected_by_the_number_of_a_point(command: Command) -> None:
    ask(command)
    assert edited(command, "2", "loss=3.5", "cost=-1", "loss_sd=0.5").output.startswith("point 2: told.\n")
    assert (state()["y"], state()["constraints"], state()["y_var"]) == ([[3.5]], [[-1.0]], [[0.25]])
    assert edited(command, "2", "loss=3.25").output.startswith("point 2: corrected.\n")
    assert (state()["y"], state()["constraints"], state()["y_var"]) == ([[3.25]], [[-1.0]], [[0.25]])
    assert edited(command, "2", "loss=3.25").output.startswith("point 2: as it was.\n")
    edited(command, "2", "loss_sd=")
    assert "y_var" not in state()
    events = kept.document("dye.db")["history"]
    assert [one["event"] for one in events] == ["ask", "tell", "replace", "replace"]
    assert events[2]["was"]["y"] == [3.5]


def test_a_measurement_that_failed_is_entered_by_that_word(command: Command) -> None:
    ask(command)
    edited(command, "1", "failed")
    edited(command, "2", "loss=failed", "cost=-1")
    assert "2 points in all, 2 failed, 1 waiting" in done(command, "show", "dye.yaml").output
    edited(command, "1", "loss=1", "cost=-2")
    assert state()["y"] == [[1.0], [None]]


def test_a_parameter_may_have_had_another_value(command: Command) -> None:
    table = ask(command)
    answer = edited(command, "3", "loss=1", "cost=-1", "temp=61", "solvent=acetone")
    assert "measured at other settings than asked for, stored so: point 3 (temp=61.0" in answer.stderr
    edited(command, "3", "temp=62")
    again = done(command, "export", "dye.yaml").output.splitlines()
    assert ",62.0,acetone,40.0," in again[3]
    assert len(table) == 3
    assert len(state()["x"]) == 1
    assert len(state()["pending"]) == 2


def test_a_corrected_point_is_known_when_its_sheet_is_told_again(command: Command) -> None:
    table = ask(command)
    edited(command, "1", "loss=1", "cost=-1")
    table.assign(loss=[1, 2, 3], cost=-1.0).to_csv("r.csv", index=False)
    assert "2 points told, 1 of its rows were known" in done(command, "tell", "dye.yaml", "r.csv").output


def test_the_answer_to_a_pair_is_entered_by_its_number(command: Command) -> None:
    Path("taste.yaml").write_text(TASTE)
    done(command, "ask", "taste.yaml", "-n", "2", "-o", "t.csv")
    assert done(command, "edit", "taste.yaml", "2", "better=A").output.startswith("pair 2: told.\n")
    assert done(command, "edit", "taste.yaml", "2", "better=b").output.startswith("pair 2: corrected.\n")
    assert [(one["pair"], one["better"]) for one in kept.document("taste.db")["answers"]] == [(2, "B")]
    answer = command("edit", "taste.yaml", "2", "better=C")
    assert "pair 2: say which is better: better=A or better=B" in answer.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("9", "loss=1", "cost=1"), "point 9 was never asked for"),
        (
            ("1", "loss=1"),
            "point 1 was told nothing yet, and there is no value of cost; give all of loss, cost",
        ),
        (("1", "los=1"), "there is no 'los'. Did you mean 'loss'"),
        (("1", "loss"), "expected NAME=VALUE or failed"),
        (("1", "loss=1", "loss=2", "cost=1"), "'loss' has a value already"),
        (("1", "loss=much", "cost=1"), "'much' is not a number"),
        (("1", "loss=1", "cost=1", "loss_sd=-1"), "'-1' is no standard deviation"),
        (("1", "loss=1", "cost=1", "temp=95"), "95 is outside [20, 90]"),
        (("1", "loss=1", "cost=1", "solvent=oil"), "'oil' is not one of the known values"),
    ],
)
def test_what_cannot_be_entered_is_named_and_nothing_is_recorded(
    command: Command, words: tuple[str, ...], message: str
) -> None:
    ask(command)
    before = kept.text("dye.db")
    answer = command("edit", "dye.yaml", *words)
    assert answer.exit_code == 2
    assert message in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert kept.text("dye.db") == before


def test_all_points_of_an_ask_have_the_fixed_values(command: Command) -> None:
    table = ask(command, 5, "--fixed", "solvent=acetone")
    assert table["solvent"].tolist() == ["acetone"] * 5
    assert table["temp"].nunique() == 5
    (event,) = kept.document("dye.db")["history"]
    assert (event["context"], event["fixed"]) == ({"humidity": "40"}, {"solvent": "acetone"})
    assert ask(command, 1, sheet="s.csv")["point"].tolist() == [6]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("solvent",), "--fixed solvent: expected NAME=VALUE, such as --fixed temp=VALUE"),
        (("solvnt=water",), "--fixed solvnt=water: there is no parameter 'solvnt'. Did you mean 'solvent'"),
        (("humidity=4",), "--fixed humidity=4: 'humidity' is a context; give it by --context"),
        (("solvent=oil",), "--fixed solvent=oil: parameter 'solvent': 'oil' is not one of the known values"),
        (("temp=95",), "--fixed temp=95: parameter 'temp': 95 is outside [20, 90]"),
        (("temp=30", "temp=40"), "--fixed temp=40: 'temp' has a value already"),
        (("temp=30", "solvent=water"), "--fixed names every parameter, and nothing is left to choose"),
    ],
)
def test_what_cannot_be_fixed_is_named(command: Command, options: tuple[str, ...], message: str) -> None:
    fixed = [word for one in options for word in ("--fixed", one)]
    answer = command("ask", "dye.yaml", "-o", "r.csv", "-c", "humidity=40", *fixed)
    assert answer.exit_code == 2
    assert message in answer.stderr
    assert not Path("r.csv").exists()
    assert not Path("dye.db").exists()
