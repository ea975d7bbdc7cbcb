"""Tests of `hebo.experiment.campaign.log`: names, corrections, other settings, rows of one's own, giving up."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main

Command = Callable[..., Result]

PAINT = """
name: paint
optimizer: {type: hebo, n_initial: 4}
space:
  - {name: heat, type: num, lb: 0, ub: 100}
  - {name: solvent, type: cat, categories: [water, " MeOH", "", "NA", "01"]}
objectives: [yield]
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    Path("paint.yaml").write_text(PAINT)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def ask(command: Command, n: int = 3, sheet: str = "r.csv") -> list[dict[str, str]]:
    done = command("ask", "paint.yaml", "-n", str(n), "-o", sheet)
    assert done.exit_code == 0, done.output
    return rows_of(sheet)


def rows_of(sheet: str) -> list[dict[str, str]]:
    with open(sheet, newline="") as stream:
        return list(csv.DictReader(stream))


def write(rows: list[dict[str, Any]], sheet: str = "r.csv") -> None:
    with open(sheet, "w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def tell(command: Command, *arguments: str) -> Result:
    done = command("tell", "paint.yaml", *(arguments or ["r.csv"]))
    assert done.exit_code == 0, done.output
    return done


def refused(command: Command, *arguments: str) -> str:
    """Return the one line with which a command is refused, having recorded nothing."""
    before = kept.text("paint.db")
    done = command(*arguments)
    assert done.exit_code == 2, done.output
    assert done.stderr.count("\n") == 1
    assert kept.text("paint.db") == before
    return done.stderr


def document() -> dict[str, Any]:
    return kept.document("paint.db")


def by_number(found: dict[str, Any]) -> dict[int | None, list[float]]:
    return {one["point"]: x for one, x in zip(found["told"], found["optimizer"]["x"], strict=True)}


def values() -> list[Any]:
    return [row[0] for row in document()["optimizer"]["y"]]


def filled(rows: list[dict[str, str]], *results: Any) -> list[dict[str, Any]]:
    return [{**row, "yield": one} for row, one in zip(rows, results, strict=True)]


# ---------------------------------------------------------------------- names and settings


def test_a_renamed_objective_is_refused_by_ask_and_tell(command: Command) -> None:
    write(filled(ask(command), 1, 2, 3))
    tell(command)
    Path("paint.yaml").write_text(PAINT.replace("yield", "purity"))
    for arguments in (("ask", "paint.yaml", "-o", "s.csv"), ("tell", "paint.yaml", "r.csv")):
        message = refused(command, *arguments)
        assert "the objectives were yield, the campaign has purity now; restore them" in message
    assert not Path("s.csv").exists()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("", "constraints: [cost]\n", "the constraints were none, the campaign has cost now"),
        ("constraints: [cost]\n", "", "the constraints were cost, the campaign has none now"),
        (
            "constraints: [cost]\n",
            "constraints: [price]\n",
            "the constraints were cost, the campaign has price",
        ),
        ("constraints: [cost]\n", "constraints: [cost, smell]\n", "the campaign has cost, smell now"),
    ],
)
def test_other_constraints_are_refused_before_a_sheet_is_written(
    command: Command, before: str, after: str, message: str
) -> None:
    Path("paint.yaml").write_text(PAINT + before)
    write([{**row, "cost": -1} if before else row for row in filled(ask(command), 1, 2, 3)])
    tell(command)
    Path("paint.yaml").write_text(PAINT + after)
    assert message in refused(command, "ask", "paint.yaml", "-o", "s.csv")
    assert message in refused(command, "tell", "paint.yaml", "r.csv")
    assert not Path("s.csv").exists()


def test_two_objectives_in_another_order_are_refused(command: Command) -> None:
    text = PAINT.replace("hebo, n_initial: 4", "random_search")
    Path("paint.yaml").write_text(text.replace("[yield]", "[yield, cost]"))
    write([{**row, "cost": 5} for row in filled(ask(command), 1, 2, 3)])
    tell(command)
    Path("paint.yaml").write_text(text.replace("[yield]", "[cost, yield]"))
    assert "the objectives were yield, cost, the campaign has cost, yield" in refused(
        command, "tell", "paint.yaml", "r.csv"
    )


def test_names_may_change_while_nothing_has_been_told(command: Command) -> None:
    ask(command)
    Path("paint.yaml").write_text(PAINT.replace("yield", "purity"))
    done = command("ask", "paint.yaml", "--waiting", "-o", "s.csv")
    assert done.exit_code == 0
    assert "objectives changed" in done.stderr
    assert document()["objectives"] == ["purity"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("{type: hebo, n_initial: 4}\n", "{type: genetic_algorithm}\nnoise: [yield_sd]\n"),
            "makes no use of known variances",
        ),
        (
            ("{type: hebo, n_initial: 4}\n", "{type: genetic_algorithm}\nconstraints: [cost]\n"),
            "makes no use of measured constraints",
        ),
    ],
)
def test_what_the_optimizer_does_not_take_is_refused_before_a_sheet_is_written(
    command: Command, change: tuple[str, str], message: str
) -> None:
    Path("paint.yaml").write_text(PAINT.replace(*change))
    assert message in refused(command, "ask", "paint.yaml", "-o", "r.csv")
    assert [path.name for path in Path().iterdir()] == ["paint.yaml"]


def test_an_optimizer_that_cannot_go_on_with_what_is_known_is_refused_before_a_sheet_is_written(
    command: Command,
) -> None:
    Path("paint.yaml").write_text(PAINT + "constraints: [cost]\n")
    write([{**row, "cost": -1} for row in filled(ask(command), 1, 2, 3)])
    tell(command)
    Path("paint.yaml").write_text(
        PAINT.replace("hebo, n_initial: 4", "genetic_algorithm") + "constraints: [cost]\n"
    )
    assert "makes no use of measured constraints" in refused(command, "ask", "paint.yaml", "-o", "s.csv")


def test_another_optimizer_goes_on_with_one_notice(command: Command) -> None:
    write(filled(ask(command), 1, 2, 3))
    tell(command)
    Path("paint.yaml").write_text(PAINT.replace("n_initial: 4", "n_initial: 8") + "seed: 3\n")
    done = command("ask", "paint.yaml", "-n", "2", "-o", "s.csv")
    assert done.exit_code == 0
    assert "settings changed since the last round, what is known stays" in done.stderr
    assert "n_initial: 4 -> 8" in done.stderr
    assert (
        "seed changed since the last round, what is known stays and the next points follow: 0 -> 3"
        in done.stderr
    )
    events = [one for one in document()["history"] if one["event"] in ("settings", "seed")]
    assert [one["event"] for one in events] == ["settings", "seed"]
    assert events[0]["was"]["of"]["one"]["of"]["members"][0]["n_initial"] == 4
    assert command("ask", "paint.yaml", "-o", "t.csv").stderr == ""
    assert document()["optimizer"]["seed"] == 3


def as_before_names(told: list[int]) -> None:
    """Write the log as it was before names were kept."""
    found = document()
    old = {"format": 1, "optimizer": found["optimizer"], "asked": found["asked"], "told": told}
    kept.as_earlier("paint.db", old)


def test_a_log_from_before_names_is_read_with_a_notice(command: Command) -> None:
    rows = filled(ask(command), 1, 2, "")
    own = {"point": "", "heat": 50, "solvent": "water", "yield": 7}
    write([*rows[:2], own, rows[2]])
    tell(command)
    as_before_names([1, 2])
    done = tell(command)
    assert "written before names were kept: its values are taken for yield" in done.stderr
    assert "0 points told, 3 of its rows were known already" in done.output
    assert "1 waiting" in done.output
    assert document()["objectives"] == ["yield"]
    assert [(one["point"], one["own"]) for one in document()["told"]] == [
        (1, False),
        (2, False),
        (None, True),
    ]
    assert "written before" not in tell(command).stderr


def test_a_log_from_before_names_of_other_quantities_is_refused(command: Command) -> None:
    write(filled(ask(command), 1, 2, 3))
    tell(command)
    as_before_names([1, 2, 3])
    Path("paint.yaml").write_text(
        PAINT.replace("hebo, n_initial: 4", "random_search").replace("[yield]", "[yield, cost]")
    )
    assert "paint.log.json is damaged (1 values for yield, cost)" in refused(
        command, "ask", "paint.yaml", "-o", "s.csv"
    )


# ---------------------------------------------------------------------- corrections


def test_a_corrected_value_is_named_and_replaced_on_request(command: Command) -> None:
    rows = ask(command)
    write(filled(rows, 0.5, 2, "failed"))
    tell(command)
    write(filled(rows, 100, 2, 3))
    message = refused(command, "tell", "paint.yaml", "r.csv")
    assert "point 1: yield was 0.5, is 100.0; point 3: yield was failed, is 3.0" in message
    assert "hebo tell --replace" in message
    done = tell(command, "--replace", "r.csv")
    assert "r.csv: 0 points told, 2 replaced, 1 of its rows were known already." in done.output
    assert "3 points in all, 0 failed" in done.output
    assert "Best yield: 2" in done.output
    assert values() == [100, 2, 3]
    events = [one for one in document()["history"] if one["event"] == "replace"]
    assert [(one["point"], one["was"]["y"]) for one in events] == [(1, [0.5]), (3, [None])]
    assert "0 points told, 3 of its rows were known already." in tell(command).output


def test_a_corrected_campaign_goes_on_like_one_that_was_right_from_the_start(command: Command) -> None:
    rows = ask(command, 4)
    write(filled(rows, 1, 2, 3, 4))
    tell(command)
    right = ask(command, 2, "right.csv")
    Path("paint.db").unlink()
    assert ask(command, 4, "again.csv") == rows
    write(filled(rows, 1, 200, 3, 4))
    tell(command)
    write(filled(rows, 1, 2, 3, 4))
    tell(command, "--replace", "r.csv")
    assert ask(command, 2, "corrected.csv") == right


def test_new_and_corrected_rows_are_all_recorded_or_none(command: Command) -> None:
    rows = ask(command)
    write(filled(rows, 1, "", ""))
    tell(command)
    write(filled(rows, 5, 2, ""))
    assert "point 1: yield was 1.0, is 5.0" in refused(command, "tell", "paint.yaml", "r.csv")
    assert values() == [1]
    tell(command, "--replace", "r.csv")
    assert values() == [5, 2]


def test_of_several_sheets_all_are_recorded_or_none(command: Command) -> None:
    rows = ask(command)
    write(filled(rows, 1, "", ""), "a.csv")
    write(filled(rows, "", "much", ""), "b.csv")
    assert "b.csv, line 3, column 'yield': 'much'" in refused(command, "tell", "paint.yaml", "a.csv", "b.csv")
    write(filled(rows, "", 2, ""), "b.csv")
    assert "a.csv: 1 points told" in tell(command, "a.csv", "b.csv").output
    assert values() == [1, 2]


def test_a_value_that_was_deleted_from_the_sheet_stays_with_a_notice(command: Command) -> None:
    rows = ask(command)
    write(filled(rows, 1, 2, ""))
    tell(command)
    write(filled(rows, "", 2, ""))
    done = tell(command)
    assert (
        "r.csv: what was told of point 1 is no longer there; it stays recorded. Write `failed`" in done.stderr
    )
    assert "1 of its rows were known already. 1 rows have no values yet." in done.output
    assert values() == [1, 2]
    # In another sheet it never was.
    write(filled(rows, "", "", 3), "other.csv")
    assert "1 points told, 0 of its rows were known already.\n" in (done := tell(command, "other.csv")).output
    assert done.stderr == ""


@pytest.mark.parametrize("text", ["0.50", "5e-1", " 0.5 "])
def test_the_same_value_in_other_digits_is_no_correction(command: Command, text: str) -> None:
    rows = ask(command, 1)
    write(filled(rows, 0.5))
    tell(command)
    write(filled(rows, text))
    assert "0 points told, 1 of its rows were known" in tell(command).output


# ---------------------------------------------------------------------- rows of one's own


def own(heat: Any, result: Any, solvent: str = "water") -> dict[str, Any]:
    return {"heat": heat, "solvent": solvent, "yield": result}


def test_rows_without_numbers_of_a_growing_sheet_count_once(command: Command) -> None:
    rows = [own(10, 1), own(20, 2), own(20, 2)]
    write(rows, "own.csv")
    assert "3 points told, 0 of its" in tell(command, "own.csv").output
    write([own(30, 3), *rows], "own.csv")
    assert "1 points told, 3 of its" in tell(command, "own.csv").output
    write([*rows, own(30, 3), own(20, 2)], "own.csv")
    assert "1 points told, 4 of its" in tell(command, "own.csv").output
    assert sorted(values()) == [1, 2, 2, 2, 3]
    write(rows, "copy.csv")
    assert "0 points told, 3 of its" in tell(command, "copy.csv").output


def test_a_corrected_row_without_a_number_is_named_and_replaced(command: Command) -> None:
    write([own(10, 1), own(20, 0.5)], "own.csv")
    tell(command, "own.csv")
    write([own(10, 1), own(20, 50)], "own.csv")
    message = refused(command, "tell", "paint.yaml", "own.csv")
    assert "line 3: yield was 0.5, is 50.0" in message
    assert "a row without a number that was measured once more is told from a file of another name" in message
    tell(command, "--replace", "own.csv")
    assert values() == [1, 50]


def test_a_point_measured_again_is_another_measurement(command: Command) -> None:
    write([own(10, 1)], "own.csv")
    tell(command, "own.csv")
    write([own(10, 1), own(10, 1.5)], "own.csv")
    assert "1 points told, 1 of its" in tell(command, "own.csv").output
    write([own(10, 2)], "monday.csv")
    assert "1 points told, 0 of its" in tell(command, "monday.csv").output
    assert values() == [1, 1.5, 2]


def test_rows_that_vanished_from_a_sheet_stay_with_a_notice(command: Command) -> None:
    write([own(10, 1), own(20, 2)], "own.csv")
    tell(command, "own.csv")
    write([own(10, 1), own(25, 2)], "own.csv")
    done = tell(command, "own.csv")
    assert "own.csv: 1 rows without a number that were told from it are no longer there" in done.stderr
    assert values() == [1, 2, 2]


def test_a_suggestion_that_lost_its_number_no_longer_waits(command: Command) -> None:
    rows = ask(command)
    write([{**row, "point": ""} for row in filled(rows, 1, 2, "")])
    assert "2 points told, 0 of its" in (done := tell(command)).output
    assert "2 points in all, 0 failed, 1 waiting" in done.output
    assert document()["optimizer"]["x"] == document()["asked"][:2]
    assert "0 points told, 2 of its" in tell(command).output
    write(filled(rows, 1, 2, 3))
    assert "1 points told, 2 of its" in tell(command).output


# ---------------------------------------------------------------------- points as they are written


def as_csv(rows: list[dict[str, Any]]) -> None:
    write(rows)


def by_pandas(rows: list[dict[str, Any]]) -> None:
    write(rows)
    pd.read_csv("r.csv").to_csv("r.csv")


def with_own_rows(rows: list[dict[str, Any]]) -> None:
    write([*rows, {**own(33, 9), "point": ""}])
    pd.read_csv("r.csv").to_csv("r.csv", index=False)  # numbers of points become 1.0, 2.0, ...


def in_german(rows: list[dict[str, Any]]) -> None:
    write(rows)
    pd.read_csv("r.csv").to_csv("r.csv", index=False, sep=";", decimal=",")


def backwards(rows: list[dict[str, Any]]) -> None:
    write([dict(reversed(row.items())) for row in reversed(rows)])


@pytest.mark.parametrize("save", [as_csv, by_pandas, with_own_rows, in_german, backwards])
def test_a_numbered_row_as_it_was_written_is_its_point_in_full(command: Command, save: Any) -> None:
    rows = ask(command, 12)
    assert {row["solvent"] for row in rows} == {"water", " MeOH", '""', "NA", "01"}
    assert all(len(row["heat"].replace(".", "").lstrip("0")) <= 6 for row in rows)
    save(filled(rows, *range(12)))
    assert "instead of" not in tell(command).stderr
    found = document()
    told = by_number(found)
    assert [told[number] for number in range(1, 13)] == found["asked"]
    assert found["optimizer"]["pending"] == []


def test_a_setting_that_was_measured_elsewhere_is_stored_with_its_number(command: Command) -> None:
    rows = ask(command)
    changed = {**rows[0], "heat": "68.8", "solvent": "water"}
    write([*filled([changed], 1), *filled(rows[1:], 2, "")])
    done = tell(command)
    assert re.fullmatch(
        r"note: r\.csv: measured at other settings than asked for, stored so: point 1 \(heat=68\.8 instead of "
        r"\S+, solvent=water instead of [^)]+\)\.\n",
        done.stderr,
    )
    assert "2 points in all, 0 failed, 1 waiting" in done.output
    found = document()
    assert by_number(found)[1] == [68.8, 0]
    assert len(found["optimizer"]["pending"]) == 1
    assert "0 points told, 2 of its" in tell(command).output
    write(filled([{**changed, "heat": 68.9}], 1))
    assert "point 1: heat=68.9 instead of 68.8" in refused(command, "tell", "paint.yaml", "r.csv")
    tell(command, "--replace", "r.csv")
    assert by_number(document())[1] == [68.9, 0]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ({"heat": "100.5"}, "line 2: parameter 'heat': 100.5 is outside"),
        ({"heat": "hot"}, "line 2, column 'heat': 'hot' is not a number"),
        ({"solvent": "ether"}, "line 2: parameter 'solvent': 'ether' is not one of the known values"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(command: Command, cell: dict[str, str], message: str) -> None:
    rows = filled(ask(command), 1, 2, 3)
    write([{**rows[0], **cell}, *rows[1:]])
    assert message in refused(command, "tell", "paint.yaml", "r.csv")


def test_columns_that_are_nobodys_get_one_notice(command: Command) -> None:
    write([{"": 0, "notes": "a, b", **row} for row in filled(ask(command), 1, 2, 3)])
    done = tell(command)
    assert done.stderr == (
        "note: r.csv: not read, as they belong to nothing in the campaign: 'column 1 (no name)', 'notes'.\n"
    )


@pytest.mark.parametrize("spoil", [',0.2,"v,2', '2,"0.2,water,2', "2,0.2,water", "2,0.2,water,2,3"])
def test_a_sheet_with_a_row_that_is_torn_tells_nothing(command: Command, spoil: str) -> None:
    rows = filled(ask(command), 1, 2, 3)
    write(rows)
    lines = Path("r.csv").read_text().splitlines()
    Path("r.csv").write_text("\n".join([lines[0], spoil, *lines[1:]]) + "\n")
    assert refused(command, "tell", "paint.yaml", "r.csv").startswith("error: r.csv, line 2")


# ---------------------------------------------------------------------- giving up


def test_points_that_were_given_up_no_longer_wait(command: Command) -> None:
    rows = ask(command, 5)
    done = command("forget", "paint.yaml", "3", "5")
    assert (done.exit_code, done.output) == (0, "2 points given up, 3 waiting.\n")
    assert document()["forgotten"] == [3, 5]
    assert document()["history"][-1]["points"] == [3, 5]
    assert len(document()["optimizer"]["pending"]) == 3
    assert "r.csv: 0 points told, 0 of its rows were known already. 5 rows have no values yet." in (
        tell(command).output
    )
    command("ask", "paint.yaml", "--waiting", "-o", "s.csv")
    assert [row["point"] for row in rows_of("s.csv")] == ["1", "2", "4"]
    assert ask(command, 1, "t.csv")[0]["point"] == "6"
    # One that is measured all the same is told as any other.
    write(filled(rows[2:3], 7))
    assert "1 points told" in tell(command).output
    assert document()["forgotten"] == [5]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        (("7",), "point 7 was never asked for; points that wait: 2, 4"),
        (("2", "1"), "point 1 has been told; `hebo tell --replace` corrects it. points that wait: 2, 4"),
        (("3",), "point 3 was given up before; points that wait: 2, 4"),
    ],
)
def test_only_points_that_wait_can_be_given_up(
    command: Command, numbers: tuple[str, ...], message: str
) -> None:
    write(filled(ask(command, 4), 1, "", "", ""))
    tell(command)
    command("forget", "paint.yaml", "3")
    assert message in refused(command, "forget", "paint.yaml", *numbers)


# ---------------------------------------------------------------------- workbooks


def test_a_round_goes_through_a_workbook(command: Command) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra `excel` is not installed")
    assert command("ask", "paint.yaml", "-n", "6", "-o", "r.xlsx").exit_code == 0
    book = openpyxl.load_workbook("r.xlsx")
    names = [one.value for one in book.active[1]]
    assert names == ["point", "heat", "solvent", "yield"]
    for row in range(2, 8):
        book.active.cell(row=row, column=4).value = float(row)
    book.active.append([None, 33, "water", 1])
    book.active["F1"] = "notes"
    book.save("r.xlsx")
    done = command("tell", "paint.yaml", "r.xlsx")
    assert done.exit_code == 0, done.output
    assert "7 points told" in done.output
    assert "'notes'" in done.stderr
    assert document()["optimizer"]["x"][:6] == document()["asked"]


def test_without_openpyxl_nothing_is_asked_for(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert "`pip install openpyxl`, or use CSV" in refused(command, "ask", "paint.yaml", "-o", "r.xlsx")
    assert not Path("paint.db").exists()
