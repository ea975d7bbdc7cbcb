"""Tests of `hebo.experiment.cli.campaigns`: `hebo show` and `hebo recommend` of a campaign."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import kept
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main
from hebo.experiment.store import holding

Command = Callable[..., Result]

SPACE = """
name: dye
space:
  - {name: heat, type: num, lb: 0, ub: 100}
  - {name: solvent, type: cat, categories: [water, ethanol]}
"""
MACHINE = "  - {name: machine, type: cat, categories: [A, B, C], role: context}\n"
HEBO = "optimizer: {type: hebo, n_initial: 4}\n"
RANDOM = "optimizer: {type: random_search}\n"
HEATS = [0, 20, 40, 60, 80, 100]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def done(command: Command, *arguments: str) -> str:
    result = command(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(command: Command, *arguments: str) -> str:
    result = command(*arguments)
    assert result.exit_code == 2, result.output
    return result.stderr


def campaign(*parts: str) -> None:
    Path("dye.yaml").write_text(SPACE + "".join(parts))


def rows(best: float, **columns: object) -> pd.DataFrame:
    """Measured values of both solvents: a parabola whose minimum is at `best`, with water better by one."""
    table = pd.DataFrame([{"heat": heat, "solvent": one} for heat in HEATS for one in ("water", "ethanol")])
    loss = ((table["heat"] - best) / 20) ** 2 + (table["solvent"] == "ethanol")
    return table.assign(y=loss, **columns)


def tell(command: Command, table: pd.DataFrame, sheet: str = "own.csv") -> str:
    table.to_csv(sheet, index=False)
    return done(command, "tell", "dye.yaml", sheet)


def cells(text: str) -> list[list[str]]:
    """Return the rows of a printed table."""
    lines = text.splitlines()
    rule = next(number for number, line in enumerate(lines) if set(line.strip()) == {"─"})
    return [line.split() for line in lines[rule + 1 :] if line.strip()]


def test_show_has_the_best_point(command: Command) -> None:
    campaign(HEBO)
    assert done(command, "show", "dye.yaml") == "0 points in all, 0 failed, 0 waiting.\n"
    done(command, "ask", "dye.yaml", "-n", "2", "-o", "r.csv")
    pd.read_csv("r.csv").assign(y=[5, -1]).to_csv("r.csv", index=False)
    done(command, "tell", "dye.yaml", "r.csv")
    shown = done(command, "show", "dye.yaml")
    assert "2 points in all" in shown
    (row,) = cells(shown)
    assert row[:3] == ["2", "-1", "2"]  # told, y, number of the point


def test_show_has_a_row_for_each_context(command: Command) -> None:
    campaign(MACHINE, HEBO)
    tell(command, pd.concat([rows(40, machine="A"), rows(60, machine="B")]))
    shown = done(command, "show", "dye.yaml")
    assert cells(shown) == [["A", "12", "0", "40.0", "water"], ["B", "12", "0", "60.0", "water"]]


def test_show_says_where_a_context_has_no_best_point(command: Command) -> None:
    campaign(MACHINE, HEBO)
    tell(command, rows(40, machine="A").assign(y=lambda table: ["failed", *table["y"][1:]]).head(1))
    shown = done(command, "show", "dye.yaml")
    assert "no successful evaluation has been told yet" in " ".join(shown.split())


def test_many_contexts_are_counted_and_the_last_ones_named(command: Command) -> None:
    campaign("  - {name: temp, type: int, lb: 0, ub: 40, role: context}\n", HEBO)
    said = tell(command, pd.concat([rows(40, temp=temp) for temp in range(8)]))
    lines = said.splitlines()
    assert "8 contexts were told; hebo show dye.yaml has all of them. Of the last ones:" in lines
    assert [line.split(":")[0] for line in lines[-5:]] == [f"Best y with temp={temp}" for temp in range(3, 8)]
    assert len(cells(done(command, "show", "dye.yaml"))) == 8


def test_of_several_objectives_tell_counts_the_front_and_show_prints_it(command: Command) -> None:
    campaign(HEBO, "objectives: [y, price]\n")
    table = rows(40)
    said = tell(command, table.assign(price=table["heat"]))
    assert "3 points on the front; hebo show dye.yaml has them" in said
    shown = done(command, "show", "dye.yaml")
    assert "Pareto front" in shown
    # Of water: a lower price costs more than it saves from heat 40 on.
    assert [row[1:3] for row in cells(shown)] == [["4", "0"], ["1", "20"], ["0", "40"]]
    done(command, "ask", "dye.yaml", "-n", "2", "-o", "r.csv")
    assert list(pd.read_csv("r.csv").columns)[-2:] == ["y", "price"]


def test_another_command_at_work_keeps_nobody_from_looking(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "PATIENCE_SECONDS", 0.2)
    campaign(HEBO)
    tell(command, rows(40))
    with kept.held("dye.db", "dye"):
        assert "12 points in all" in done(command, "show", "dye.yaml")
        assert "Recommended" in done(command, "recommend", "dye.yaml")
        message = refused(command, "ask", "dye.yaml", "-o", "r.csv")
        assert f"the campaign 'dye' in dye.db is in use by process {os.getpid()} on " in message


def test_a_campaign_has_no_runs_to_show(command: Command) -> None:
    campaign(HEBO)
    assert "dye.yaml is a campaign, which has no runs; leave 'a#0' out" in refused(
        command, "show", "dye.yaml", "a#0"
    )


@pytest.mark.parametrize("text", ["[", "optimizer: {type: hebo}\n"])
def test_a_campaign_that_cannot_be_read_is_named(command: Command, text: str) -> None:
    Path("dye.yaml").write_text(text)
    assert "dye.yaml" in refused(command, "show", "dye.yaml")
    assert "dye.yaml" in refused(command, "recommend", "dye.yaml")


def test_recommend_prints_the_point_and_its_prediction(command: Command) -> None:
    campaign(HEBO)
    tell(command, rows(50))
    before = kept.text("dye.db")
    said = done(command, "recommend", "dye.yaml")
    assert said.startswith("Recommended: heat=")
    assert 40 < float(said.split("heat=")[1].split(",")[0]) < 60
    assert "solvent=water" in said
    assert "\nPredicted y: " in said
    assert "within one standard deviation" in said
    assert kept.text("dye.db") == before


def test_recommend_takes_contexts_that_were_never_told(command: Command) -> None:
    campaign("  - {name: temp, type: num, lb: 0, ub: 40, role: context}\n", HEBO)
    tell(command, pd.concat([rows(40 + temp, temp=temp) for temp in (0, 10, 30, 40)]))
    said = done(command, "recommend", "dye.yaml", "-c", "temp=20")
    assert "temp=20" in said
    assert 45 < float(said.split("heat=")[1].split(",")[0]) < 75
    assert "Recommended in the context told last: " in done(command, "recommend", "dye.yaml")
    assert "temp=41: parameter 'temp': 41 is outside" in refused(
        command, "recommend", "dye.yaml", "-c", "temp=41"
    )


def test_recommend_says_how_likely_constraints_hold(command: Command) -> None:
    campaign(HEBO, "constraints: [over]\n")
    table = rows(50)
    tell(command, table.assign(over=30 - table["heat"]))
    (line,) = [one for one in done(command, "recommend", "dye.yaml").splitlines() if "over" in one]
    assert line.startswith("Probability that over <= 0: ")
    assert float(line.rpartition(" ")[2]) > 0.9


def test_recommend_names_the_point_that_was_told(command: Command) -> None:
    Path("shelf.csv").write_text("heat,solvent\n" + "".join(f"{heat},water\n" for heat in HEATS))
    campaign("candidates: shelf.csv\n", "optimizer: {type: hebo, n_initial: 2}\n")
    done(command, "ask", "dye.yaml", "-n", "6", "-o", "r.csv")
    table = pd.read_csv("r.csv")
    table.assign(y=(table["heat"] - 42) ** 2).to_csv("r.csv", index=False)
    done(command, "tell", "dye.yaml", "r.csv")
    number = int(table["point"][table["heat"] == 40].item())
    said = done(command, "recommend", "dye.yaml")
    assert "heat=40" in said
    assert f"It is point {number}, which was told." in said


def test_without_a_model_the_best_told_point_is_named_as_such(command: Command) -> None:
    campaign(MACHINE, RANDOM)
    assert "no successful evaluation has been told yet" in refused(command, "recommend", "dye.yaml")
    tell(command, rows(40, machine="A"))
    said = done(command, "recommend", "dye.yaml")
    assert said == (
        "There is no model (yet), so this is the best point that was told:\n"
        "heat=40.0, solvent=water, machine=A\ny was 0\n"
    )
    assert "no feasible point has been told with {'machine': 'B'}" in refused(
        command, "recommend", "dye.yaml", "-c", "machine=B"
    )


def test_several_objectives_have_no_recommendation(command: Command) -> None:
    campaign(HEBO, "objectives: [y, price]\n")
    message = refused(command, "recommend", "dye.yaml")
    assert (
        "several objectives (y, price) have no single best point; hebo show dye.yaml has the front" in message
    )
