"""Parameters that change between rounds: what is known is carried over by name and natural value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main
from hebo.experiment.store.results import load_results

Command = Callable[..., Result]

HEAT = "  - {name: heat, type: num, lb: 0, ub: 100}\n"
SOLVENT = "  - {name: solvent, type: cat, categories: [water, ethanol]}\n"
STIR = "  - {name: stir, type: int, lb: 0, ub: 9, default: 3}\n"
HEATS = [10.0, 30.0, 50.0, 70.0, 90.0]


def yaml(*space: str, optimizer: str = "{type: hebo, n_initial: 4}") -> str:
    return f"name: dye\noptimizer: {optimizer}\nspace:\n{''.join(space)}objectives: [loss]\n"


def write(*space: str, **more: str) -> None:
    Path("dye.yaml").write_text(yaml(*space, **more))


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """A campaign of two parameters, of which six points were told and two wait."""
    monkeypatch.chdir(tmp_path)
    write(HEAT, SOLVENT)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    solvents = ["water", "ethanol"] * 3
    rows = pd.DataFrame({"heat": HEATS, "solvent": solvents[:5], "loss": [5.0, 3.0, 1.0, 3.0, 5.0]})
    rows.to_csv("old.csv", index=False)
    done(call, "tell", "dye.yaml", "old.csv")
    done(call, "ask", "dye.yaml", "-n", "3", "-o", "r.csv")
    table = pd.read_csv("r.csv", dtype={"loss": object})
    table.loc[0, "loss"] = "2.5"
    table.to_csv("r.csv", index=False)
    done(call, "tell", "dye.yaml", "r.csv")
    return call


def done(command: Command, *arguments: str) -> Result:
    result = command(*arguments)
    assert result.exit_code == 0, result.output
    return result


def state() -> dict[str, Any]:
    found: dict[str, Any] = kept.document("dye.db")["optimizer"]
    return found


def trials() -> pd.DataFrame:
    return load_results("dye.yaml").trials


def ask(command: Command, n: int = 1, sheet: str = "s.csv", *options: str) -> tuple[pd.DataFrame, str]:
    answer = done(command, "ask", "dye.yaml", "-n", str(n), "-o", sheet, *options)
    return pd.read_csv(sheet), answer.stderr


def test_wider_bounds_keep_all_that_is_known(command: Command) -> None:
    before = trials()
    write(HEAT.replace("100", "150"), SOLVENT)
    _, note = ask(command)
    assert "the space changed since the last round, what is known stays: 'heat' was" in note
    assert "outside" not in note
    assert len(state()["x"]) == 6
    assert len(state()["pending"]) == 3
    after = trials()
    assert after["values"].tolist()[:8] == before["values"].tolist()
    for was, now in zip(before["params"], after["params"], strict=False):
        assert now["heat"] == pytest.approx(was["heat"])
        assert now["solvent"] == was["solvent"]
    assert ask(command, 1, "t.csv")[1] == ""


def test_what_lies_outside_narrower_bounds_is_data_and_comes_back(command: Command) -> None:
    write(HEAT.replace("100", "60"), SOLVENT)
    table, note = ask(command, 4)
    told = 5 - 2 + int(pd.read_csv("r.csv")["heat"][0] <= 60)
    assert f"{6 - told} of 6 told points lie outside now and are kept as data alone" in note
    assert len(state()["x"]) == told
    assert (table["heat"] <= 60).all()
    assert len(trials()) == 12
    assert (
        f"6 points in all, 0 failed, 6 waiting, {6 - told} outside"
        in done(command, "show", "dye.yaml").output
    )
    write(HEAT, SOLVENT)
    _, note = ask(command, 1, "t.csv")
    assert "outside" not in note
    assert len(state()["x"]) == 6
    assert [row[0] for row in state()["y"]] == [5.0, 3.0, 1.0, 3.0, 5.0, 2.5]


def test_sheets_of_points_outside_are_known_and_their_values_can_be_told(command: Command) -> None:
    write(HEAT.replace("lb: 0", "lb: 99.9999"), SOLVENT)
    ask(command)
    for sheet, n in (("old.csv", 5), ("r.csv", 1)):
        assert f"0 points told, {n} of its rows were known" in done(command, "tell", "dye.yaml", sheet).output
    done(command, "ask", "dye.yaml", "--waiting", "-o", "w.csv")
    waiting = pd.read_csv("w.csv")
    assert waiting["point"].tolist() == [2, 3, 4]
    waiting.assign(loss=[7, 8, None]).to_csv("w.csv", index=False)
    assert "2 points told" in done(command, "tell", "dye.yaml", "w.csv").output
    assert state()["x"] == []
    done(command, "edit", "dye.yaml", "2", "loss=7.5")
    write(HEAT, SOLVENT)
    ask(command, 1, "t.csv")
    assert [row[0] for row in state()["y"]] == [5.0, 3.0, 1.0, 3.0, 5.0, 2.5, 7.5, 8.0]
    assert [one.get("outside") for one in trials()["extras"]] == [None] * 10


def test_a_point_outside_that_was_given_up_waits_no_more(command: Command) -> None:
    write(HEAT.replace("lb: 0", "lb: 99.9999"), SOLVENT)
    done(command, "forget", "dye.yaml", "2", "3")
    assert "0 waiting, 6 outside the space" in done(command, "show", "dye.yaml").output


def test_a_category_may_be_added_and_removed(command: Command) -> None:
    write(HEAT, SOLVENT.replace("water, ethanol", "acetone, ethanol, water"))
    ask(command)
    assert len(state()["x"]) == 6
    write(HEAT, SOLVENT.replace("water, ethanol", "acetone, ethanol"))
    _, note = ask(command, 1, "t.csv")
    n_water = sum(one["solvent"] == "water" for one in trials()["params"][:6])
    assert f"{n_water} of 6 told points lie outside now" in note
    assert "0 points told, 5 of its rows" in done(command, "tell", "dye.yaml", "old.csv").output
    assert [one["solvent"] for one in trials()["params"][:5]] == ["water", "ethanol"] * 2 + ["water"]


def test_a_new_parameter_takes_its_default_in_what_is_older(command: Command) -> None:
    write(HEAT, STIR, SOLVENT)
    table, note = ask(command, 4)
    assert "'stir' is new" in note
    assert list(table.columns) == ["point", "heat", "stir", "solvent", "loss"]
    assert [one["stir"] for one in trials()["params"][:8]] == [3] * 8
    sheet = pd.read_csv("r.csv", dtype={"loss": object})
    sheet.loc[1, "loss"] = "4"
    sheet.to_csv("r.csv", index=False)
    assert "1 points told, 1 of its rows" in done(command, "tell", "dye.yaml", "r.csv").output
    assert "0 points told, 5 of its rows" in done(command, "tell", "dye.yaml", "old.csv").output


def test_a_parameter_may_be_dropped_and_come_back_with_its_values(command: Command) -> None:
    before = [one["solvent"] for one in trials()["params"]]
    write(HEAT)
    _, note = ask(command)
    assert "'solvent' is gone" in note
    assert len(state()["x"]) == 6
    assert [one["former"]["solvent"] for one in trials()["extras"][:8]] == before
    done(command, "forget", "dye.yaml", "4")
    write(SOLVENT.replace("]}", "], default: water}"), HEAT)
    ask(command, 1, "t.csv")
    assert [one["solvent"] for one in trials()["params"][:8]] == before


def test_the_order_of_parameters_may_change(command: Command) -> None:
    x = state()["x"]
    write(SOLVENT, HEAT)
    _, note = ask(command)
    assert "the order or the input constraints have changed" in note
    assert state()["x"] == [list(reversed(row)) for row in x]


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (
            (HEAT, SOLVENT, STIR.replace(", default: 3", "")),
            "the parameter 'stir' is new, and what was asked for before has no value of it; give it the value",
        ),
        (
            ("  - {name: heat, type: cat, categories: [low, high]}\n", SOLVENT),
            "'heat' was a number and is no number; give the new parameter another name, with a `default`",
        ),
        ((HEAT, SOLVENT, STIR.replace("3}", "30}")), "the default of 'stir' is none of its values: "),
    ],
)
def test_what_cannot_be_carried_over_is_refused_by_name(
    command: Command, space: tuple[str, ...], message: str
) -> None:
    before = kept.text("dye.db")
    write(*space)
    for words in (("ask", "dye.yaml", "-o", "s.csv"), ("show", "dye.yaml")):
        answer = command(*words)
        assert answer.exit_code == 2
        assert message in answer.stderr
    assert kept.text("dye.db") == before
    assert not Path("s.csv").exists()


def test_the_changes_are_in_the_history(command: Command) -> None:
    write(HEAT.replace("100", "150"), SOLVENT)
    ask(command)
    (event,) = [one for one in kept.document("dye.db")["history"] if one["event"] == "space"]
    assert [event[key]["parameters"][0]["ub"] for key in ("was", "now")] == [100, 150]


def test_comparisons_are_carried_over_too(command: Command) -> None:
    write(HEAT, optimizer="{type: preferential, n_initial: 4}")
    text = (
        Path("dye.yaml").read_text().replace("objectives: [loss]\n", "").replace("name: dye", "name: taste")
    )
    Path("taste.yaml").write_text(text)
    done(command, "ask", "taste.yaml", "-n", "3", "-o", "t.csv")
    pd.read_csv("t.csv").assign(better=["A", "", "B", "", "", ""]).to_csv("t.csv", index=False)
    done(command, "tell", "taste.yaml", "t.csv")
    Path("taste.yaml").write_text(text.replace("ub: 100", "ub: 0.001"))
    note = done(command, "ask", "taste.yaml", "-n", "1", "-o", "u.csv").stderr
    assert "2 of 2 comparisons lie outside now and are kept as data alone" in note
    assert "2 comparisons in all, 2 pairs waiting" in done(command, "show", "taste.yaml").output
    assert "0 pairs told, 2 of its pairs were known" in done(command, "tell", "taste.yaml", "t.csv").output
    done(command, "edit", "taste.yaml", "3", "better=A")
    Path("taste.yaml").write_text(text)
    done(command, "ask", "taste.yaml", "-n", "1", "-o", "v.csv")
    found = kept.document("taste.db")
    assert len(found["optimizer"]["better"]) == 3
    assert [one["aside"] for one in found["answers"]] == [None] * 3
