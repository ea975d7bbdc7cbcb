"""Campaigns of comparisons: sheets of pairs, answers, corrections, and what is refused."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main

Command = Callable[..., Result]
Rows = list[dict[str, Any]]

TASTE = """
name: taste
optimizer: {type: preferential, n_initial: 4, acq_optimizer: {type: random, n_points: 64}}
space:
  - {name: heat, type: num, lb: 0, ub: 100}
  - {name: bean, type: cat, categories: [light, dark]}
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    Path("taste.yaml").write_text(TASTE)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def done(command: Command, *arguments: str) -> str:
    result = command(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def refused(command: Command, *arguments: str) -> str:
    """Return the one line with which a command is refused, having recorded nothing."""
    before = kept.text("taste.db")
    result = command(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1
    assert kept.text("taste.db") == before
    return result.stderr


def ask(command: Command, n: int = 2, sheet: str = "r.csv") -> Rows:
    assert f"Wrote {n} pairs to {sheet}; fill in better" in done(
        command, "ask", "taste.yaml", "-n", str(n), "-o", sheet
    )
    with open(sheet, newline="") as stream:
        return list(csv.DictReader(stream))


def write(rows: Rows, sheet: str = "r.csv") -> None:
    with open(sheet, "w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def document() -> dict[str, Any]:
    return kept.document("taste.db")


def answers() -> list[tuple[int, str]]:
    return [(one["pair"], one["better"]) for one in document()["answers"]]


def answered(command: Command) -> Rows:
    """Two pairs, of which the first has an answer."""
    rows = ask(command)
    rows[0]["better"] = "B"
    write(rows)
    done(command, "tell", "taste.yaml", "r.csv")
    return rows


def test_a_sheet_has_two_rows_for_each_pair_and_a_column_to_fill_in(command: Command) -> None:
    rows = ask(command, 3)
    assert list(rows[0]) == ["pair", "option", "heat", "bean", "better"]
    assert [(one["pair"], one["option"]) for one in rows] == [
        (str(pair), option) for pair in (1, 2, 3) for option in "AB"
    ]
    assert {one["better"] for one in rows} == {""}


@pytest.mark.parametrize(("a", "b", "winner"), [("A", "", 0), ("", "a", 0), ("", "x", 1), ("B", "b", 1)])
def test_an_answer_is_a_letter_in_any_row_or_a_cross_in_the_better_one(
    command: Command, a: str, b: str, winner: int
) -> None:
    rows = ask(command, 1)
    rows[0]["better"], rows[1]["better"] = a, b
    write(rows)
    text = done(command, "tell", "taste.yaml", "r.csv")
    assert "1 pairs told, 0 of its pairs were known already" in text
    assert "1 comparisons in all, 0 pairs waiting" in text
    found = document()
    assert answers() == [(1, "AB"[winner])]
    assert found["optimizer"]["better"] == [found["asked"][winner]]
    assert found["optimizer"]["worse"] == [found["asked"][1 - winner]]


def test_pairs_without_an_answer_are_left_for_later_and_known_ones_count_once(command: Command) -> None:
    rows = answered(command)
    rows[2]["better"] = "x"
    write(rows)
    text = done(command, "tell", "taste.yaml", "r.csv")
    assert "1 pairs told, 1 of its pairs were known already" in text
    assert answers() == [(1, "B"), (2, "A")]
    assert len(document()["optimizer"]["pending"]) == 0


def test_pairs_that_wait_are_written_again_and_given_up_by_their_number(command: Command) -> None:
    rows = answered(command)
    done(command, "ask", "taste.yaml", "--waiting", "-o", "again.csv")
    with open("again.csv", newline="") as stream:
        assert list(csv.DictReader(stream)) == rows[2:]
    assert "pair 1 has been answered" in refused(command, "forget", "taste.yaml", "1")
    assert "pair 7 does not wait; pairs that wait: 2" in refused(command, "forget", "taste.yaml", "7")
    assert "1 pairs given up, 0 waiting" in done(command, "forget", "taste.yaml", "2")
    assert "no pair waits for its answer" in refused(command, "ask", "taste.yaml", "--waiting", "-o", "b.csv")
    rows[3]["better"] = "x"
    write(rows)
    done(command, "tell", "taste.yaml", "r.csv")  # it was judged after all
    assert answers() == [(1, "B"), (2, "B")]


def test_a_corrected_answer_needs_replace_and_the_old_one_stays_in_the_history(command: Command) -> None:
    rows = answered(command)
    before = document()["optimizer"]
    rows[0]["better"] = "A"
    write(rows)
    text = refused(command, "tell", "taste.yaml", "r.csv")
    assert "pair 1 (A is better) differs from what was told; add --replace" in text
    done(command, "tell", "taste.yaml", "r.csv", "--replace")
    found = document()
    assert answers() == [(1, "A")]
    assert found["optimizer"]["better"] == before["worse"]
    assert found["history"][-1]["was"] == {"better": before["better"][0], "worse": before["worse"][0]}


def test_an_answer_that_is_gone_stays_recorded(command: Command) -> None:
    rows = answered(command)
    rows[0]["better"] = ""
    write(rows)
    assert "the answer to pair 1 is no longer there" in done(command, "tell", "taste.yaml", "r.csv")
    assert answers() == [(1, "B")]


def test_an_option_that_came_out_differently_is_compared_as_it_was(command: Command) -> None:
    rows = ask(command, 1)
    rows[0] |= {"heat": "42.5", "better": "A"}
    write(rows)
    assert "compared at other settings than asked for" in done(command, "tell", "taste.yaml", "r.csv")
    found = document()["optimizer"]
    assert found["better"][0][0] == 42.5
    assert found["pending"] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({0: {"better": "C"}}, "line 2, column 'better': 'C' is no answer; write A or B"),
        ({0: {"better": "A"}, 1: {"better": "B"}}, "pair 1 has two answers; clear one"),
        ({0: {"better": "A", "pair": ""}}, "line 2, column 'pair': there is no number"),
        ({0: {"better": "A", "pair": "one"}}, "'one' is no number of a pair"),
        ({0: {"better": "A", "pair": "9"}, 1: {"pair": "9"}}, "pair 9 was never asked for"),
        ({0: {"better": "A", "option": "C"}}, "'C' is no option; restore A or B"),
        ({0: {"better": "A", "option": "B"}}, "option B of pair 1 is there twice"),
        ({0: {"better": "A", "pair": "3"}}, "pair 3 has one row; restore the other option"),
        ({0: {"better": "A", "heat": "120"}}, "parameter 'heat': 120"),
        ({0: {"better": "A", "bean": "green"}}, "line 2: parameter 'bean': 'green'"),
        (
            {0: {"better": "A", "heat": "1", "bean": "dark"}, 1: {"heat": "1", "bean": "dark"}},
            "are one point",
        ),
    ],
)
def test_an_unusable_row_is_refused_with_its_line(
    command: Command, changes: dict[int, dict[str, str]], message: str
) -> None:
    rows = ask(command)
    for place, change in changes.items():
        rows[place] |= change
    write(rows)
    assert message in refused(command, "tell", "taste.yaml", "r.csv")


def test_a_missing_column_and_foreign_ones_are_named(command: Command) -> None:
    rows = ask(command)
    write([{key: one for key, one in row.items() if key != "option"} for row in rows])
    assert "the column 'option' is missing" in refused(command, "tell", "taste.yaml", "r.csv")
    write([{**row, "remark": "bitter"} for row in rows])
    assert "not read, as they belong to nothing in the campaign: 'remark'" in done(
        command, "tell", "taste.yaml", "r.csv"
    )


def test_what_is_measured_has_no_place_where_pairs_are_compared(command: Command) -> None:
    for key in ("objectives: [y]", "constraints: [c]", "noise: [y_sd]"):
        Path("taste.yaml").write_text(f"{TASTE}{key}\n")
        text = refused(command, "ask", "taste.yaml", "-o", "r.csv")
        assert "learns from comparisons, and nothing is measured; leave it out" in text
    Path("taste.yaml").write_text(TASTE.replace("heat", "pair"))
    assert "a column of sheets is called 'pair', for the numbers of pairs; rename yours" in refused(
        command, "ask", "taste.yaml", "-o", "r.csv"
    )


def test_an_optimizer_of_values_does_not_take_over_and_the_other_way_round(command: Command) -> None:
    answered(command)
    values = TASTE.replace("preferential, n_initial: 4", "hebo, n_initial: 4")
    Path("taste.yaml").write_text(values)
    assert "pairs were asked for before the optimizer was changed; restore it" in refused(
        command, "ask", "taste.yaml", "-o", "s.csv"
    )
    Path("taste.db").unlink()
    done(command, "ask", "taste.yaml", "-o", "s.csv")
    Path("taste.yaml").write_text(TASTE)
    assert "points were asked for before the optimizer was changed" in refused(
        command, "ask", "taste.yaml", "-o", "t.csv"
    )


def test_a_damaged_file_is_refused(command: Command) -> None:
    answered(command)
    whole = document()
    for change, why in (
        ({"answers": []}, "1 comparisons, 0 of them with a pair"),
        ({"answers": [{"pair": 9, "better": "A"}]}, "numbers of pairs that were not asked for"),
    ):
        kept.as_earlier("taste.db", {**whole, **change})
        assert why in refused(command, "ask", "taste.yaml", "-o", "s.csv")


def test_a_campaign_is_played_to_a_recommendation(command: Command) -> None:
    for number in range(4):
        rows = ask(command, 1, f"{number}.csv")
        heats = [abs(float(one["heat"]) - 60) for one in rows]
        rows[heats.index(min(heats))]["better"] = "x"
        write(rows, f"{number}.csv")
        text = done(command, "tell", "taste.yaml", f"{number}.csv")
    assert "Preferred most: heat=" in text
    assert "4 comparisons in all, 0 pairs waiting." in done(command, "show", "taste.yaml")
    assert done(command, "recommend", "taste.yaml").startswith("Recommended: heat=")


def test_contexts_hold_for_both_options(command: Command) -> None:
    Path("taste.yaml").write_text(
        TASTE.replace("categories: [light, dark]", "categories: [light, dark], role: context")
    )
    done(command, "ask", "taste.yaml", "-n", "2", "-c", "bean=dark", "-o", "c.csv")
    with open("c.csv", newline="") as stream:
        assert {row["bean"] for row in csv.DictReader(stream)} == {"dark"}
