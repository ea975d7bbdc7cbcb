"""Tests of `reference_point` in campaigns: stated to the optimizer, changed, and refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import kept
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main

Command = Callable[..., Result]

DYE = """
name: dye
optimizer: {type: hebo, n_initial: 2}
space:
  - {name: heat, type: num, lb: 0, ub: 100}
objectives: [loss, price]
reference_point: {price: 5, loss: 1.5}
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    Path("dye.yaml").write_text(DYE)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def stated() -> list[float] | None:
    found: list[float] | None = kept.document("dye.db")["optimizer"].get("reference_point")
    return found


def a_round(command: Command) -> str:
    Path("r.csv").unlink(missing_ok=True)
    asked = command("ask", "dye.yaml", "-n", "2", "-o", "r.csv")
    assert asked.exit_code == 0, asked.output
    pd.read_csv("r.csv").assign(loss=[1, 2], price=[3, 2]).to_csv("r.csv", index=False)
    told = command("tell", "dye.yaml", "r.csv")
    assert told.exit_code == 0, told.output
    return asked.output


def test_it_is_stated_in_the_order_of_the_objectives(command: Command) -> None:
    a_round(command)
    assert stated() == [1.5, 5.0]


def test_it_may_be_changed_and_taken_back_with_a_note(command: Command) -> None:
    assert "reference_point changed" not in a_round(command) + a_round(command)
    Path("dye.yaml").write_text(DYE.replace("price: 5", "price: 4"))
    assert "reference_point changed since the last round" in a_round(command)
    assert stated() == [1.5, 4.0]
    Path("dye.yaml").write_text(DYE.replace("reference_point", "# reference_point"))
    assert "reference_point changed since the last round" in a_round(command)
    assert stated() is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("price: 5, loss: 1.5", "price: 5", "give one for each of loss, price"),
        ("price: 5, loss: 1.5", "price: 5, cost: 1", "give one for each of loss, price"),
        ("price: 5, loss: 1.5", "price: .nan, loss: 1.5", "reference_point"),
        ("price: 5, loss: 1.5", "price: high, loss: 1.5", "reference_point"),
        ("{price: 5, loss: 1.5}", "[5, 1.5]", "reference_point"),
        ("[loss, price]", "[loss]", "it needs several objectives"),
        (
            "type: hebo, n_initial: 2",
            "type: hebo, acquisition: {type: scalarized}",
            "no use of a reference point",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(
    command: Command, old: str, new: str, problem: str
) -> None:
    text = DYE.replace(old, new)
    assert text != DYE
    Path("dye.yaml").write_text(text)
    result = command("ask", "dye.yaml", "-o", "r.csv")
    assert result.exit_code == 2, result.output
    assert problem in " ".join(result.stderr.split())
    assert not Path("dye.db").exists()
