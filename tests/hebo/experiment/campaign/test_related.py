"""Tests of campaigns that learn from earlier ones: read once, kept in the log, changed with a note."""

from __future__ import annotations

import re
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
optimizer: {type: hebo_transfer, acq_optimizer: {type: random, n_points: 100}}
space:
  - {name: heat, type: num, lb: 0, ub: 100}
  - {name: solvent, type: cat, categories: [water, ethanol]}
objectives: [loss]
"""
OLDER = "heat,solvent,loss\n20,water,5\n60,ethanol,1\n90,water,7\n"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    Path("older.csv").write_text(OLDER)
    Path("dye.yaml").write_text(DYE + "initial_trials_from: older.csv\n")
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def ask(command: Command, sheet: str, n: int = 1) -> pd.DataFrame:
    done = command("ask", "dye.yaml", "-n", str(n), "-o", sheet)
    assert done.exit_code == 0, done.output
    return pd.read_csv(sheet)


def tell(command: Command, frame: pd.DataFrame, sheet: str) -> None:
    frame.assign(loss=[float(value) for value in frame["heat"]]).to_csv(sheet, index=False)
    done = command("tell", "dye.yaml", sheet)
    assert done.exit_code == 0, done.output


def state() -> dict[str, list[dict[str, list[list[float]]]]]:
    found = kept.document("dye.db")["optimizer"]
    assert isinstance(found, dict)
    return found


def test_the_first_point_is_the_best_of_the_earlier_trials(command: Command) -> None:
    done = command("ask", "dye.yaml", "-n", "1", "-o", "r.csv")
    assert "older.csv: 3 of 3 trials are learned from" in done.output
    assert pd.read_csv("r.csv")[["heat", "solvent"]].to_dict("records") == [
        {"heat": 60, "solvent": "ethanol"}
    ]


def test_they_are_read_once_and_kept(command: Command) -> None:
    first = ask(command, "r1.csv")
    Path("older.csv").unlink()
    tell(command, first, "r1.csv")
    done = command("ask", "dye.yaml", "-n", "1", "-o", "r2.csv")
    assert done.exit_code == 0, done.output
    assert "learned from" not in done.output
    assert [len(task["y"]) for task in state()["related"]] == [3]


def test_another_source_takes_the_place_of_the_first_with_a_note(command: Command) -> None:
    ask(command, "r1.csv")
    Path("newer.csv").write_text(OLDER + "30,ethanol,2\n")
    Path("dye.yaml").write_text(DYE + "initial_trials_from: newer.csv\n")
    done = command("ask", "dye.yaml", "-n", "1", "-o", "r2.csv")
    assert "initial_trials_from changed since the last round" in done.output
    assert "newer.csv: 4 of 4 trials are learned from" in done.output
    assert [len(task["y"]) for task in state()["related"]] == [4]
    Path("dye.yaml").write_text(DYE)
    ask(command, "r3.csv")
    assert "related" not in state()


def test_a_campaign_may_begin_to_learn_later(command: Command) -> None:
    Path("dye.yaml").write_text(DYE)
    tell(command, ask(command, "r1.csv", 3), "r1.csv")
    Path("dye.yaml").write_text(DYE + "initial_trials_from: {source: older.csv}\n")
    ask(command, "r2.csv")
    assert len(state()["related"]) == 1


def test_a_campaign_learns_from_another_one(command: Command) -> None:
    tell(command, ask(command, "r1.csv", 3), "r1.csv")
    Path("second.yaml").write_text(
        DYE.replace("loss", "cost") + "initial_trials_from: [dye.yaml, older.csv]\n"
    )
    Path("older.csv").write_text(OLDER.replace("loss", "cost"))
    done = command("ask", "second.yaml", "-n", "1", "-o", "s.csv")
    assert "dye.yaml: 3 of 3 trials are learned from" in done.output, done.output


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("initial_trials_from: nowhere\n", "nowhere: there is no"),
        (
            "initial_trials_from: {source: older.csv, taks: a}\n",
            "dye.yaml:8.*unknown key. Did you mean 'task'",
        ),
        ("initial_trials_from: {source: older.csv, defaults: {heat: 3}}\n", "`defaults` gives 'heat'"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_recorded(command: Command, line: str, message: str) -> None:
    Path("dye.yaml").write_text(DYE + line)
    done = command("ask", "dye.yaml", "-n", "1", "-o", "r.csv")
    assert done.exit_code != 0
    assert re.search(message, " ".join(done.output.split())), done.output
    assert not Path("dye.db").exists()


def test_an_optimizer_without_use_for_them_is_refused(command: Command) -> None:
    Path("dye.yaml").write_text(DYE.replace("hebo_transfer", "hebo") + "initial_trials_from: older.csv\n")
    done = command("ask", "dye.yaml", "-n", "1", "-o", "r.csv")
    assert done.exit_code != 0
    assert "makes no use of related tasks; use `hebo_transfer`" in " ".join(done.output.split())
    assert not Path("dye.db").exists()
