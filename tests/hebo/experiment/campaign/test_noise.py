"""Tests of `hebo.experiment.campaign.noise`: columns of standard deviations, from the sheet to the state."""

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
optimizer: {type: random_search}
space:
  - {name: heat, type: num, lb: 0, ub: 100}
objectives: [loss]
noise: [loss_sd]
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    Path("dye.yaml").write_text(DYE)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def ask(command: Command, n: int = 3) -> pd.DataFrame:
    result = command("ask", "dye.yaml", "-n", str(n), "-o", "r.csv")
    assert result.exit_code == 0, result.output
    return pd.read_csv("r.csv")


def tell(command: Command, table: pd.DataFrame, *options: str, **columns: Any) -> Result:
    table.assign(**columns).to_csv("r.csv", index=False)
    result = command("tell", "dye.yaml", "r.csv", *options)
    assert result.exit_code == 0, result.output
    return result


def state() -> dict[str, Any]:
    found: dict[str, Any] = kept.document("dye.db")["optimizer"]
    return found


def refused(command: Command, *arguments: str) -> str:
    before = kept.text("dye.db")
    result = command(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1
    assert kept.text("dye.db") == before
    return result.stderr


def test_a_sheet_has_a_column_of_deviations_which_may_stay_empty(command: Command) -> None:
    table = ask(command)
    assert list(table.columns) == ["point", "heat", "loss", "loss_sd"]
    tell(command, table, loss=[1, 2, 3], loss_sd=[0.5, None, 0])
    assert state()["y_var"] == [[0.25], [None], [0.0]]


def test_where_no_deviation_is_known_none_is_told(command: Command) -> None:
    tell(command, ask(command), loss=[1, 2, 3])
    assert "y_var" not in state()


def test_a_sheet_may_lack_the_column(command: Command) -> None:
    tell(command, ask(command)[["point", "heat"]], loss=[1, 2, 3])
    assert "y_var" not in state()


def test_a_failed_measurement_has_no_deviation(command: Command) -> None:
    tell(command, ask(command), loss=[1, "failed", 3], loss_sd=[0.5, 0.5, None])
    assert state()["y"] == [[1.0], [None], [3.0]]
    assert state()["y_var"] == [[0.25], [None], [None]]


@pytest.mark.parametrize("text", ["-0.1", "nan", "inf", "failed", "0.1.2", "1e-200", "1e200", "x"])
def test_what_is_no_deviation_is_refused_with_line_and_column(command: Command, text: str) -> None:
    table = ask(command)
    table.assign(loss=[1, 2, 3], loss_sd=["0.1", text, ""]).to_csv("r.csv", index=False)
    message = refused(command, "tell", "dye.yaml", "r.csv")
    assert f"r.csv, line 3, column 'loss_sd': '{text}' is no standard deviation" in message
    assert "leave the cell empty if it is unknown" in message


def test_a_deviation_without_a_value_is_refused(command: Command) -> None:
    ask(command).assign(loss_sd=[0.1, None, None]).to_csv("r.csv", index=False)
    message = refused(command, "tell", "dye.yaml", "r.csv")
    assert "r.csv, line 2, column 'loss': empty, while others of the row have values" in message


def test_a_sheet_told_again_is_known_and_a_corrected_deviation_is_named(command: Command) -> None:
    table = ask(command).assign(loss=[1, 2, 3], loss_sd=[0.1, None, 0.3])
    tell(command, table)
    assert "0 points told, 3 of its rows were known" in tell(command, table).stdout
    without = table[["point", "heat", "loss"]]
    assert "3 of its rows were known" in tell(command, without).stdout  # what is not mentioned stays
    table.assign(loss_sd=[0.2, 0.7, 0.3]).to_csv("r.csv", index=False)
    message = refused(command, "tell", "dye.yaml", "r.csv")
    assert "point 1: loss_sd was 0.1, is 0.2; point 2: loss_sd was unknown, is 0.7" in message
    tell(command, pd.read_csv("r.csv"), "--replace")
    assert state()["y_var"] == [[pytest.approx(0.04)], [pytest.approx(0.49)], [pytest.approx(0.09)]]


def test_deviations_may_be_known_later(command: Command) -> None:
    Path("dye.yaml").write_text(DYE.replace("noise: [loss_sd]\n", ""))
    table = ask(command)
    result = tell(command, table, loss=[1, 2, 3], loss_sd=[0.5, 0.5, 0.5])
    assert "not read, as they belong to nothing in the campaign: 'loss_sd'" in result.stderr
    assert "write `noise: [loss_sd]` into the YAML" in result.stderr
    Path("dye.yaml").write_text(DYE)
    tell(command, table.assign(loss=[1, 2, 3], loss_sd=[0.5, None, None]), "--replace")
    assert state()["y_var"] == [[0.25], [None], [None]]


def test_replicates_are_rows_of_their_own(command: Command) -> None:
    table = ask(command)
    own = pd.DataFrame({"point": [None] * 3, "heat": [table["heat"][0]] * 2 + [50.0]})
    sheet = pd.concat([table, own]).assign(
        loss=[1, 2, 3, 1.5, 1.5, 4], loss_sd=[0.1, 0.1, None, 0.2, None, 0.3]
    )
    assert "6 points told" in tell(command, sheet).stdout
    found = state()
    assert [row == found["x"][0] for row in found["x"]] == [True, False, False, True, True, False]
    assert [row[0] for row in found["y"]] == [1, 2, 3, 1.5, 1.5, 4]
    assert found["y_var"][3:5] == [[pytest.approx(0.04)], [None]]
    assert "0 points told, 6 of its rows were known" in tell(command, sheet).stdout


def test_equal_replicates_count_as_often_as_they_stand_there(command: Command) -> None:
    Path("own.csv").write_text("heat,loss\n" + "10,1\n" * 3)
    assert "3 points told" in command("tell", "dye.yaml", "own.csv").stdout
    assert len(state()["x"]) == 3


def test_one_of_several_objectives_may_have_deviations(command: Command) -> None:
    two = DYE.replace("objectives: [loss]", "objectives: [loss, price]")
    Path("dye.yaml").write_text(two.replace("[loss_sd]", "[price_sd]"))
    table = ask(command)
    assert list(table.columns) == ["point", "heat", "loss", "price", "price_sd"]
    tell(command, table, loss=[1, 2, 3], price=[3, 2, 1], price_sd=[None, 2, None])
    assert state()["y_var"] == [[None, None], [None, 4.0], [None, None]]


def test_an_optimizer_without_use_for_deviations_is_refused_before_anything_is_written(
    command: Command,
) -> None:
    Path("dye.yaml").write_text(DYE.replace("random_search", "hill_climbing"))
    assert "makes no use of known variances" in refused(command, "ask", "dye.yaml", "-o", "r.csv")
    assert not Path("r.csv").exists()


def test_more_objectives_than_an_optimizer_takes_are_refused_before_anything_is_written(
    command: Command,
) -> None:
    text = DYE.replace("random_search", "hill_climbing").replace("noise: [loss_sd]\n", "")
    Path("dye.yaml").write_text(text.replace("[loss]", "[loss, price]"))
    message = refused(command, "ask", "dye.yaml", "-o", "r.csv")
    assert "HillClimbing takes 1 objective, the campaign has 2 (loss, price); use {type: hebo}" in message
    assert not Path("r.csv").exists()
