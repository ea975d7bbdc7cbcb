"""Tests of campaigns over a table of candidates: `hebo.experiment.campaign`, `campaign_log`, their commands."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import kept
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from hebo.design_space.tables.table_space import TableSpace
from hebo.experiment.campaign.definition import build_campaign
from hebo.experiment.cli import main
from hebo.experiment.yaml.document import parse_yaml, read_yaml

Command = Callable[..., Result]

LOOPS = ["CARD", "CYRD", "CAYY", "DARC", "RYAC", "YYRD", "AAAA", "CDYR", "RRDC", "ADYC", "YACD", "DDRY"]
CAMPAIGN = """
name: library
optimizer: {type: casmopolitan, n_initial: 4}
candidates: library.csv
space:
  - {name: loop, type: sequence}
  - heat
objectives: [affinity]
"""


def affinity(table: pd.DataFrame) -> pd.Series[float]:
    return -table["loop"].str.count("Y") + 0.1 * table["heat"]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "library.yaml").write_text(CAMPAIGN)
    table = pd.DataFrame({"id": [f"A-{i}" for i in range(12)], "loop": LOOPS, "heat": [1, 2, 3, 4] * 3})
    table.assign(price="10").to_csv(tmp_path / "shelf" / "library.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def ask(command: Command, n: int, sheet: str, yaml: str = "shelf/library.yaml") -> pd.DataFrame:
    done = command("ask", yaml, "-n", str(n), "-o", sheet)
    assert done.exit_code == 0, done.output
    return pd.read_csv(sheet)


def tell(command: Command, sheet: str, yaml: str = "shelf/library.yaml") -> str:
    table = pd.read_csv(sheet)
    table.assign(affinity=affinity(table)).to_csv(sheet, index=False)
    done = command("tell", yaml, sheet)
    assert done.exit_code == 0, done.output
    return done.output


def test_rounds_go_through_the_library_and_end_with_it(command: Command) -> None:
    library = pd.read_csv("shelf/library.csv")
    asked = []
    for number in range(4):
        table = ask(command, 3, f"{number}.csv")
        assert list(table.columns) == ["point", "id", "price", "loop", "heat", "affinity"]
        asked.append(table)
        output = tell(command, f"{number}.csv")
    found = pd.concat(asked).sort_values("id")[library.columns]
    expected = library.sort_values("id")
    assert found.to_numpy().tolist() == expected.to_numpy().tolist()
    best = library.loc[affinity(library).idxmin()]
    assert f"Best affinity: {affinity(library).min():g} at id={best['id']}, price=10, loop=" in output
    log = kept.text("shelf/library.db")
    done = command("ask", "shelf/library.yaml", "-n", "1", "-o", "more.csv")
    assert done.exit_code == 2
    assert "0 of 12 candidates are left, 1 were asked for; the search is at its end" in done.output
    assert kept.text("shelf/library.db") == log
    assert not Path("more.csv").exists()


def test_too_many_are_refused_and_fewer_are_given(command: Command) -> None:
    ask(command, 10, "0.csv")
    done = command("ask", "shelf/library.yaml", "-n", "3", "-o", "1.csv")
    assert "2 of 12 candidates are left, 3 were asked for; ask for 2 at most" in done.output
    assert len(ask(command, 2, "1.csv")) == 2


def test_measurements_are_repeated_on_request_alone(command: Command) -> None:
    Path("shelf/library.yaml").write_text(CAMPAIGN + "repeats: true\n")
    first = ask(command, 12, "0.csv")
    assert set(first["loop"]) == set(LOOPS)
    tell(command, "0.csv")
    assert set(ask(command, 2, "1.csv")["loop"]) <= set(LOOPS)


def test_a_lost_sheet_is_written_again_with_its_labels(command: Command) -> None:
    before = ask(command, 3, "0.csv")
    assert command("ask", "shelf/library.yaml", "--waiting", "-o", "again.csv").exit_code == 0
    pd.testing.assert_frame_equal(pd.read_csv("again.csv"), before)


def test_the_same_seed_asks_for_the_same_rows_also_after_what_came_between(command: Command) -> None:
    Path("other").mkdir()
    for file in ("library.yaml", "library.csv"):
        Path("other", file).write_text(Path("shelf", file).read_text())
    for folder in ("shelf", "other"):
        for number in range(3):
            ask(command, 2, f"{folder}/{number}.csv", f"{folder}/library.yaml")
            if folder == "other":
                refused = command("ask", "other/library.yaml", "-n", "99", "-o", "none.csv")
                assert refused.exit_code == 2
            tell(command, f"{folder}/{number}.csv", f"{folder}/library.yaml")
    for number in range(3):
        assert Path(f"shelf/{number}.csv").read_text() == Path(f"other/{number}.csv").read_text()


def test_a_row_of_ones_own_counts_as_measured(command: Command) -> None:
    Path("own.csv").write_text("point,loop,heat,affinity\n,CARD,1,-9\n")
    assert "Best affinity: -9 at id=A-0, price=10, loop=CARD" in (
        command("tell", "shelf/library.yaml", "own.csv").output
    )
    assert "CARD" not in set(ask(command, 11, "rest.csv")["loop"])


DECLARED = CAMPAIGN.replace("type: sequence}", "type: sequence, alphabet: ACDRY, length: 4}").replace(
    "- heat", "- {name: heat, type: int, lb: 1, ub: 9}"
)


def test_rows_may_be_added_between_rounds_where_parameters_are_declared(command: Command) -> None:
    Path("shelf/library.yaml").write_text(DECLARED)
    ask(command, 12, "0.csv")
    tell(command, "0.csv")
    with open("shelf/library.csv", "a") as library:
        library.write("A-12,YYYY,9,10\n")
    assert ask(command, 1, "1.csv")["id"].tolist() == ["A-12"]


def test_parameters_that_changed_with_the_table_are_named_and_what_is_known_stays(command: Command) -> None:
    ask(command, 2, "0.csv")
    with open("shelf/library.csv", "a") as library:
        library.write("A-12,YYYY,9,10\n")
    done = command("ask", "shelf/library.yaml", "-o", "1.csv")
    assert done.exit_code == 0
    changed = "the space changed .* what is known stays: .*'heat' was .*ub: 4.* and is .*ub: 9"
    assert re.search(changed, done.stderr)
    again = command("ask", "shelf/library.yaml", "--waiting", "-o", "2.csv")
    assert again.stderr == ""
    assert len(pd.read_csv("2.csv")) == 3


def test_a_task_can_be_searched_among_candidates(command: Command) -> None:
    Path("shelf/library.yaml").write_text(
        "name: b\noptimizer: {type: random_search}\ntask: {type: branin}\ncandidates: library.csv\n"
    )
    names = build_campaign(
        parse_yaml("name: b\noptimizer: {type: random_search}\ntask: {type: branin}\n", file="b.yaml")
    )[1].names
    table = pd.DataFrame({names[0]: [0.5, 1.5], names[1]: [2.0, 3.0], "id": ["p", "q"]})
    table.to_csv("shelf/library.csv", index=False)
    _, space, *_ = build_campaign(read_yaml("shelf/library.yaml"))
    assert isinstance(space, TableSpace)
    assert sorted(ask(command, 2, "0.csv")["id"]) == ["p", "q"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("library.csv", "none.csv"), r"library\.yaml:\d+: candidates: .*none\.csv cannot be read"),
        (("library.csv", "[a]"), "candidates: expected the path of a CSV file, got a list"),
        (
            ("- heat", "- heet"),
            r"space: shelf/library\.csv: The column 'heet' is missing.*Did you mean 'heat'",
        ),
        (("- heat", "- price\n  - 3"), "Parameter 3 has no name"),
        (("[affinity]", "[price]"), "the table has the column 'price', which is to be measured; rename it"),
        (("objectives", "repeats: 1\nobjectives"), "repeats: expected true or false, got the number 1"),
        (("candidates: library.csv", "repeats: true"), "repeats: is of a table of `candidates`"),
        (
            ("type: sequence", "type: sequence, alphabet: ACD"),
            r"candidates: .*library\.csv, line 2, .*letter 'R'",
        ),
        (("type: casmopolitan", "type: combinatorial, acq_optimizer: {type: local_search}"), "exhaustive"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_written(
    command: Command, change: tuple[str, str], message: str
) -> None:
    Path("shelf/library.yaml").write_text(CAMPAIGN.replace(*change))
    done = command("ask", "shelf/library.yaml", "-o", "0.csv")
    assert done.exit_code == 2
    assert re.search(message, done.output), done.output
    assert not Path("0.csv").exists()
    assert not Path("shelf/library.db").exists()


def test_a_label_cannot_be_called_like_the_numbers_of_points(command: Command) -> None:
    library = Path("shelf/library.csv")
    library.write_text(library.read_text().replace("id,", "point,", 1))
    done = command("ask", "shelf/library.yaml", "-o", "0.csv")
    assert "the table has the column 'point'; rename it" in done.output


def test_input_constraints_of_a_campaign_hold_for_its_candidates(command: Command) -> None:
    rule = "input_constraints: [{type: linear, coefficients: {heat: 1}, ub: 2}]\n"
    Path("shelf/library.yaml").write_text(CAMPAIGN + rule)
    assert set(ask(command, 6, "0.csv")["heat"]) == {1, 2}
    assert "0 of 6 candidates are left" in command("ask", "shelf/library.yaml", "-o", "1.csv").output


def test_the_log_keeps_parameters_and_no_library(command: Command) -> None:
    ask(command, 2, "0.csv")
    state = kept.document("shelf/library.db")["optimizer"]
    assert sorted(state["space"]) == ["constraints", "parameters"]
