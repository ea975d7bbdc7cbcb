"""Tests of `hebo.experiment.campaign`, `campaign_log` and their commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from hebo.experiment.campaign.storage import CampaignStorage
from hebo.experiment.cli import main
from tasks.engineering.pressure_vessel import PressureVessel

Command = Callable[..., Result]

SPACE = """
name: paint
optimizer: {type: hebo, n_initial: 3}
space:
  - {name: a, type: num, lb: 0, ub: 1}
  - {name: c, type: cat, categories: [red, blue]}
objectives: [gloss]
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "paint.yaml").write_text(SPACE)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def fill(path: str, value: Callable[[pd.Series], object] = lambda row: row["a"]) -> pd.DataFrame:  # type: ignore[type-arg]
    table = pd.read_csv(path)
    table["gloss"] = [value(row) for _, row in table.iterrows()]
    table.to_csv(path, index=False)
    return table


def test_rounds_go_on_from_what_is_known(command: Command) -> None:
    for number in (1, 2, 3):
        assert command("ask", "paint.yaml", "-n", "2", "-o", f"r{number}.csv").exit_code == 0
        table = fill(f"r{number}.csv")
        assert table["point"].tolist() == [2 * number - 1, 2 * number]
        done = command("tell", "paint.yaml", f"r{number}.csv")
        assert f"{2 * number} points in all, 0 failed, 0 waiting" in done.output
    best = min(pd.read_csv(f"r{number}.csv")["gloss"].min() for number in (1, 2, 3))
    assert f"Best gloss: {best:g} at a={best}" in done.output


def test_names_alone_are_enough_for_the_optimizer_and_the_task(command: Command, tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text("name: short\noptimizer: sobol\ntask: branin\n")
    assert command("ask", "short.yaml", "-n", "2", "-o", "r.csv").exit_code == 0
    assert list(pd.read_csv("r.csv").columns) == ["point", "x1", "x2", "y"]


def test_a_key_of_experiments_is_refused_with_the_command_that_takes_it(command: Command) -> None:
    Path("paint.yaml").write_text(SPACE + "budget: {n_trials: 3}\n")
    answer = command("ask", "paint.yaml", "-o", "r.csv")
    assert answer.exit_code == 2
    assert "budget: is a key of experiments, which `hebo run` takes; leave it out." in answer.output


def test_a_log_that_was_interrupted_gives_the_same_points(command: Command, tmp_path: Path) -> None:
    def rounds(folder: Path, *, stop: bool) -> list[str]:
        folder.mkdir()
        yaml = folder / "paint.yaml"
        yaml.write_text(SPACE)
        for number in (1, 2, 3):
            sheet = str(folder / f"{number}.csv")
            command("ask", str(yaml), "-n", "3", "-o", sheet)
            if stop and number == 2:
                # The sheet gets lost, and is written again from the log.
                before = Path(sheet).read_text()
                Path(sheet).unlink()
                command("ask", str(yaml), "--waiting", "-o", sheet)
                assert Path(sheet).read_text() == before
            fill(sheet)
            command("tell", str(yaml), sheet)
        return [(folder / f"{number}.csv").read_text() for number in (1, 2, 3)]

    assert rounds(tmp_path / "one", stop=False) == rounds(tmp_path / "two", stop=True)


def test_rows_count_once_may_wait_fail_or_be_of_others(command: Command) -> None:
    command("ask", "paint.yaml", "-n", "3", "-o", "r.csv")
    table = fill("r.csv", lambda row: {1: "failed", 2: 0.5}.get(row["point"], ""))
    for expected in ("2 points told, 0 of its rows", "0 points told, 2 of its rows"):
        done = command("tell", "paint.yaml", "r.csv")
        assert expected in done.output
        assert "2 points in all, 1 failed, 1 waiting" in done.output
    pd.DataFrame({"point": [None], "a": [0.125], "c": ["red"], "gloss": [0.1]}).to_csv("own.csv", index=False)
    assert "Best gloss: 0.1 at a=0.125, c=red" in command("tell", "paint.yaml", "own.csv").output
    assert len(table) == 3


def shuffled(table: pd.DataFrame) -> None:
    table["point"] = [2, 1]


def beyond(table: pd.DataFrame) -> None:
    table.loc[0, "a"] = 1.5


def text(table: pd.DataFrame) -> None:
    table["a"] = table["a"].astype(object)
    table.loc[0, "a"] = "half"


def empty(table: pd.DataFrame) -> None:
    table.loc[0, "a"] = None


def without_point(table: pd.DataFrame) -> None:
    table["point"] = ["one", 2]


def unknown(table: pd.DataFrame) -> None:
    table.loc[0, "point"] = 77


def twice(table: pd.DataFrame) -> None:
    table.loc[1] = table.loc[0]


def outside(table: pd.DataFrame) -> None:
    table.loc[1, "c"] = "green"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (shuffled, "line 2: the values are those of point 1, not of point 2; restore the numbers"),
        (beyond, r"line 2: parameter 'a': 1\.5 is outside \[0, 1\]"),
        (text, "line 2, column 'a': 'half' is not a number"),
        (empty, "line 2: parameter 'a': None is missing"),
        (without_point, "line 2, column 'point': 'one' is no number of a point"),
        (unknown, "line 2: point 77 was never asked for; clear the number"),
        (twice, "the point 1 is there twice"),
        (outside, "line 3: .*green"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_nothing_is_recorded(
    command: Command, spoil: Callable[[pd.DataFrame], None], message: str
) -> None:
    command("ask", "paint.yaml", "-n", "2", "-o", "r.csv")
    table = fill("r.csv")
    spoil(table)
    table.to_csv("r.csv", index=False)
    log = kept.text("paint.db")
    done = command("tell", "paint.yaml", "r.csv")
    assert done.exit_code == 2
    assert done.stderr.startswith("error: r.csv")
    assert done.stderr.count("\n") == 1
    assert pd.Series([done.output]).str.contains(message).all(), done.output
    assert kept.text("paint.db") == log


def test_two_objectives_and_constraints_have_columns(command: Command) -> None:
    text = SPACE.replace("hebo, n_initial: 3", "random_search").replace("[gloss]", "[gloss, price]")
    Path("paint.yaml").write_text(text + "constraints: [thickness]\n")
    command("ask", "paint.yaml", "-n", "2", "-o", "r.csv")
    table = pd.read_csv("r.csv").assign(gloss=[1, 2], price=[2, 1], thickness=[-1.0, 0.5])
    assert list(table.columns) == ["point", "a", "c", "gloss", "price", "thickness"]
    table.to_csv("r.csv", index=False)
    assert command("tell", "paint.yaml", "r.csv").exit_code == 0
    state = kept.document("paint.db")["optimizer"]
    assert (state["y"], state["constraints"]) == ([[1, 2], [2, 1]], [[-1.0], [0.5]])


def test_a_task_brings_its_space(command: Command) -> None:
    Path("paint.yaml").write_text(
        "name: p\noptimizer: {type: random_search}\ntask: {type: pressure_vessel}\n"
    )
    command("ask", "paint.yaml", "-o", "r.csv")
    task = PressureVessel()
    expected = ["point", *task.space.names, *task.objectives, *task.constraints]
    assert list(pd.read_csv("r.csv").columns) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("optimizer:", "optimiser:"), "optimiser: unknown key. Did you mean 'optimizer'"),
        (("lb: 0, ub: 1", "lb: 2, ub: 1"), "paint.yaml:3: space: .*swap them"),
        (("[gloss]", "[a]"), "the column 'a' would appear twice"),
        (("name: a,", "name: point,"), "space: a column of sheets is called 'point', .* rename yours"),
        (("name: a,", "name: ' point',"), "space: a column of sheets is called 'point'"),
        (("[gloss]", "[point]"), "objectives: a column of sheets is called 'point'"),
        (("name: a,", "name: ' c',"), "the columns ' c' and 'c' differ by spaces alone; rename one"),
        (("name: a,", "name: 'gloss ',"), "the columns 'gloss ' and 'gloss' differ by spaces alone"),
        (("[gloss]", "[gloss]\nnoise: [gloss_se]"), "noise.0.: 'gloss_se' is no objective .* write gloss_sd"),
        (("[gloss]", "[gloss]\nnoise: [gloss_sd, gloss_sd]"), "the column 'gloss_sd' would appear twice"),
        (("{type: hebo, n_initial: 3}", "{type: heb}"), "optimizer.type: 'heb' is not an optimizer"),
        (("objectives: [gloss]", "task: {type: branin}"), "a `space` or the `task` that has one"),
    ],
)
def test_a_campaign_with_a_mistake_is_refused(
    command: Command, change: tuple[str, str], message: str
) -> None:
    Path("paint.yaml").write_text(SPACE.lstrip().replace(*change))
    done = command("ask", "paint.yaml", "-o", "r.csv")
    assert done.exit_code == 2
    assert pd.Series([done.output]).str.contains(message).all(), done.output
    assert not Path("r.csv").exists()


def test_sheets_and_other_files_are_not_overwritten(command: Command) -> None:
    Path("r.csv").write_text("mine")
    assert "is there already; name another file" in command("ask", "paint.yaml", "-o", "r.csv").output
    Path("paint.log.json").write_text("{}")
    assert "is not the log of a campaign" in command("ask", "paint.yaml", "-o", "s.csv").output
    assert Path("paint.log.json").read_text() == "{}"


def killed(*arguments: object, **more: object) -> None:
    raise KeyboardInterrupt


def test_a_sheet_that_was_not_written_was_not_asked_for(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("hebo.experiment.campaign.log.write_sheet", killed)
        assert command("ask", "paint.yaml", "-n", "2", "-o", "r.csv").exit_code != 0
    assert sorted(path.name for path in Path().iterdir()) == ["paint.yaml"]
    assert "no point waits" in command("ask", "paint.yaml", "--waiting", "-o", "r.csv").output
    assert command("ask", "paint.yaml", "-n", "2", "-o", "r.csv").exit_code == 0
    assert fill("r.csv")["point"].tolist() == [1, 2]


def test_a_sheet_that_was_lost_after_its_points_were_recorded_is_written_again(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = CampaignStorage.record

    def record_and_die(self: CampaignStorage, *arguments: Any) -> None:
        record(self, *arguments)
        killed()

    with monkeypatch.context() as patch:
        patch.setattr(CampaignStorage, "record", record_and_die)
        assert command("ask", "paint.yaml", "-n", "2", "-o", "r.csv").exit_code != 0
    assert not Path("r.csv").exists()
    assert command("ask", "paint.yaml", "--waiting", "-o", "r.csv").exit_code == 0
    fill("r.csv")
    assert "2 points told" in command("tell", "paint.yaml", "r.csv").output


def test_a_folder_that_is_not_there_is_named_before_anything_is_asked(command: Command) -> None:
    assert "its folder does not exist; create it" in command("ask", "paint.yaml", "-o", "no/r.csv").output
    assert not Path("paint.db").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "paint.yaml", "-o", "/proc/nope.csv"),
        ("ask", "paint.yaml", "-o", "paint.yaml/r.csv"),
        ("ask", "paint.yaml", "-o", "x" * 300 + ".csv"),
        ("ask", "paint.yaml", "-o", "r.ods"),
        ("ask", "paint.yaml", "-o", "paint.db"),
        ("ask", "paint.yaml", "--waiting", "-n", "2", "-o", "r.csv"),
        ("ask", ".", "-o", "a.csv"),
        ("ask", "/", "-o", "a.csv"),
        ("ask", "none.yaml", "-o", "a.csv"),
        ("tell", "paint.yaml", "."),
        ("tell", "paint.yaml", "none.csv"),
        ("tell", "paint.yaml", "/proc/self/mem"),
        ("tell", ".", "r.csv"),
        ("tell", "paint.yaml", "paint.yaml"),
        ("forget", ".", "1"),
        ("forget", "paint.yaml", "1"),
    ],
)
def test_files_that_cannot_be_read_or_written_are_named_on_one_line(
    command: Command, arguments: tuple[str, ...]
) -> None:
    done = command(*arguments)
    assert done.exit_code == 2, done.output
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert sorted(path.name for path in Path().iterdir()) == ["paint.yaml"]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "[1", '{"format": 3}', '{"format": 2}', "\0", "[" * 100_000]
)
def test_a_log_that_is_none_is_left_alone(command: Command, content: str) -> None:
    Path("paint.log.json").write_text(content)
    for arguments in (("ask", "paint.yaml", "-o", "s.csv"), ("forget", "paint.yaml", "1")):
        done = command(*arguments)
        assert done.exit_code == 2
        assert "error: paint.log.json is not the log of a campaign" in done.stderr
        assert done.stderr.count("\n") == 1
    assert Path("paint.log.json").read_text() == content


@pytest.mark.parametrize("key", ["asked", "told", "optimizer"])
def test_a_log_with_a_part_that_is_damaged_is_left_alone(command: Command, key: str) -> None:
    command("ask", "paint.yaml", "-n", "2", "-o", "r.csv")
    fill("r.csv")
    command("tell", "paint.yaml", "r.csv")
    document = kept.document("paint.db")
    document[key] = [] if key != "optimizer" else {**document[key], "pending": "none"}
    kept.as_earlier("paint.db", document)
    done = command("ask", "paint.yaml", "-o", "s.csv")
    assert done.exit_code == 2
    assert "paint.log.json is damaged" in done.stderr
