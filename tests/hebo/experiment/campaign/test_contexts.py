"""Tests of contexts in campaigns: given on the command line, written into sheets, read from their rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError
from hebo.experiment.campaign.cells import SheetCells
from hebo.experiment.campaign.contexts import context_text, read_contexts
from hebo.experiment.cli import main

Command = Callable[..., Result]

SPACE = DesignSpace().parse(
    [
        {"name": "heat", "type": "num", "lb": 0, "ub": 100},
        {"name": "machine", "type": "cat", "categories": ["A", "B", ""], "role": "context"},
        {"name": "a=b", "type": "int", "lb": 1, "ub": 5, "role": "context"},
        {"name": "room temp", "type": "num", "lb": 0, "ub": 40, "role": "context"},
    ]
)
CELLS = SheetCells(SPACE)
GIVEN = ["machine=A", "a=b=3", "room temp=21.5"]

DYE = """
name: dye
optimizer: {type: hebo, n_initial: 4}
space:
  - {name: heat, type: num, lb: 0, ub: 100}
  - {name: machine, type: cat, categories: [A, B], role: context}
  - {name: temp, type: int, lb: 0, ub: 40, role: context}
objectives: [loss]
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    Path("dye.yaml").write_text(DYE)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def done(command: Command, *arguments: str) -> str:
    result = command(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def asked(command: Command, sheet: str, *contexts: str, n: int = 2) -> pd.DataFrame:
    options = [part for one in contexts for part in ("--context", one)]
    done(command, "ask", "dye.yaml", "-n", str(n), "-o", sheet, *options)
    return pd.read_csv(sheet)


def fill(sheet: str, *values: float) -> None:
    pd.read_csv(sheet).assign(loss=values).to_csv(sheet, index=False)


# ---------------------------------------------------------------------- reading


def test_values_are_read_by_the_type_of_their_parameter() -> None:
    assert read_contexts(GIVEN, SPACE, CELLS) == {"machine": "A", "a=b": 3, "room temp": 21.5}
    found = read_contexts(["room temp = 3", "machine=", "a=b= 2"], SPACE, CELLS)
    assert found == {"room temp": 3, "machine": "", "a=b": 2}


def test_they_are_shown_as_a_sheet_has_them() -> None:
    assert context_text({"machine": "", "room temp": 21.5}, CELLS) == 'machine="", room temp=21.5'


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            [],
            "contexts without a value: 'machine' (A, B, \"\"), 'a=b' (1, 2, 3, 4, 5), 'room temp'; add --context",
        ),
        (GIVEN[:2], "a context without a value: 'room temp'; add --context room temp=VALUE"),
        ([*GIVEN, "machine=B"], "--context machine=B: 'machine' has a value already"),
        (["machine"], "--context machine: expected NAME=VALUE, such as --context machine=VALUE"),
        (["machin=A"], "--context machin=A: there is no context 'machin'. Did you mean 'machine'"),
        (["heat=5"], "--context heat=5: 'heat' is no context, its values are chosen; contexts are: machine"),
        (["machine=C"], "--context machine=C: parameter 'machine': 'C' is not one of the known values"),
        (["room temp=40.5"], "--context room temp=40.5: parameter 'room temp': 40.5 is outside [0, 40]"),
        (["room temp=warm"], "--context room temp=warm: 'warm' is not a number"),
        (["room temp=nan"], "--context room temp=nan: 'nan' is not a number"),
        (["room temp="], "--context room temp=: parameter 'room temp': None is missing"),
        (["a=b=2.5"], "--context a=b=2.5: parameter 'a=b': 2.5 is not on the grid"),
    ],
)
def test_what_is_no_context_is_named_with_a_remedy(given: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_contexts(given, SPACE, CELLS)
    assert message in str(caught.value)


def test_a_space_without_contexts_takes_none() -> None:
    space = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}])
    assert read_contexts([], space, SheetCells(space)) == {}
    with pytest.raises(ConfigError, match=r"--context x=1: the campaign has no context; leave it out"):
        read_contexts(["x=1"], space, SheetCells(space))


# ---------------------------------------------------------------------- rounds


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "contexts without a value: 'machine' (A, B), 'temp'; add --context machine=VALUE"),
        (["-c", "machine=A"], "a context without a value: 'temp'"),
        (["-c", "machine=Z", "-c", "temp=1"], "'Z' is not one of the known values; give one of 'A', 'B'"),
        (["-c", "machine=A", "-c", "temp=1", "--waiting"], "leave -n, --context and --fixed out"),
    ],
)
def test_an_ask_without_its_context_is_refused_before_anything_is_written(
    command: Command, options: list[str], message: str
) -> None:
    result = command("ask", "dye.yaml", "-o", "r.csv", *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert [path.name for path in Path().iterdir()] == ["dye.yaml"]


def test_an_optimizer_that_knows_no_roles_is_refused_before_anything_is_written(command: Command) -> None:
    outside = "{type: external, command: [python]}"
    Path("dye.yaml").write_text(DYE.replace("{type: hebo, n_initial: 4}", outside))
    result = command("ask", "dye.yaml", "-o", "r.csv", "-c", "machine=A", "-c", "temp=1")
    assert result.exit_code == 2
    assert "machine" in result.stderr
    assert [path.name for path in Path().iterdir()] == ["dye.yaml"]


def test_a_sheet_has_a_column_of_each_context(command: Command) -> None:
    table = asked(command, "r.csv", "machine=B", "temp=21", n=3)
    assert list(table.columns) == ["point", "heat", "machine", "temp", "loss"]
    assert table["machine"].tolist() == ["B"] * 3
    assert table["temp"].tolist() == [21] * 3
    log = kept.document("dye.db")
    assert log["history"][-1]["context"] == {"machine": "B", "temp": "21"}


def test_rounds_in_contexts_are_those_of_an_optimizer_from_python(command: Command) -> None:
    from hebo import HEBO

    optimizer = HEBO(DesignSpace().parse(SPACE_OF_DYE), scramble_seed=0, rand_sample=4)
    for number, machine in enumerate("ABABA"):
        sheet = f"{number}.csv"
        table = asked(command, sheet, f"machine={machine}", "temp=5")
        points = optimizer.ask(2, fixed={"machine": machine, "temp": 5})
        assert table["heat"].tolist() == pytest.approx(points["heat"].tolist(), rel=1e-5)
        values = [round((heat - 50) ** 2, 3) for heat in points["heat"]]
        fill(sheet, *values)
        done(command, "tell", "dye.yaml", sheet)
        optimizer.tell(points, values)


SPACE_OF_DYE: list[dict[str, Any]] = [
    {"name": "heat", "type": "num", "lb": 0, "ub": 100},
    {"name": "machine", "type": "cat", "categories": ["A", "B"], "role": "context"},
    {"name": "temp", "type": "int", "lb": 0, "ub": 40, "role": "context"},
]


def test_rows_without_a_number_may_be_of_any_context(command: Command) -> None:
    table = asked(command, "r.csv", "machine=A", "temp=5")
    own = pd.DataFrame({"point": [None, None], "heat": [10, 20], "machine": ["B", "A"], "temp": [7, 9]})
    sheet = pd.concat([table, own]).assign(loss=[1.0, 2.0, 3.0, 4.0])
    sheet.to_csv("r.csv", index=False)
    said = done(command, "tell", "dye.yaml", "r.csv")
    assert "Best loss with machine=A, temp=5: 1 at heat=" in said
    assert "Best loss with machine=B, temp=7: 3 at heat=10" in said
    assert "Best loss with machine=A, temp=9: 4 at heat=20" in said


def test_a_context_that_turned_out_otherwise_is_stored_as_it_was(command: Command) -> None:
    table = asked(command, "r.csv", "machine=A", "temp=5")
    table.assign(loss=[1.0, 2.0], temp=[5, 6]).to_csv("r.csv", index=False)
    result = command("tell", "dye.yaml", "r.csv")
    assert (
        "measured at other settings than asked for, stored so: point 2 (temp=6 instead of 5)" in result.stderr
    )
    assert "Best loss with machine=A, temp=6: 2" in result.stdout


@pytest.mark.parametrize(("cell", "message"), [("C", "'C' is not one of"), ("", "'machine'")])
def test_a_row_of_a_context_that_cannot_be_is_named(command: Command, cell: str, message: str) -> None:
    Path("own.csv").write_text(f"heat,machine,temp,loss\n10,A,5,1\n10,{cell},5,1\n")
    result = command("tell", "dye.yaml", "own.csv")
    assert result.exit_code == 2
    assert "own.csv, line 3" in result.stderr
    assert message in result.stderr
    assert not Path("dye.db").exists()
