"""Campaigns in a store: what is kept there, by several commands at once and by those that are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main
from hebo.experiment.store import holding, tables
from hebo.experiment.store.results import load_results

Command = Callable[..., Result]

SCRIPT = Path(__file__).with_name("at_it.py")
PAINT = """
name: paint
optimizer: {type: sobol}
space: [{name: a, type: num, lb: 0, ub: 1}]
objectives: [{name: gloss, goal: maximize, unit: GU}]
"""
TASTE = """
name: taste
optimizer: {type: preferential, n_initial: 4}
space: [{name: heat, type: num, lb: 85, ub: 96}]
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    Path("paint.yaml").write_text(PAINT)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def done(command: Command, *arguments: str) -> str:
    result = command(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def told(command: Command, *values: Any, sheet: str = "r.csv") -> None:
    """Ask for as many points and tell their values."""
    done(command, "ask", "paint.yaml", "-n", str(len(values)), "-o", sheet)
    pd.read_csv(sheet).assign(gloss=values).to_csv(sheet, index=False)
    done(command, "tell", "paint.yaml", sheet)


# ---------------------------------------------------------------------- what is kept


def test_every_point_is_a_trial_with_its_values_and_where_they_come_from(command: Command) -> None:
    told(command, 70, "failed", None, None)
    Path("own.csv").write_text("a,gloss\n0.5,80\n")
    done(command, "tell", "paint.yaml", "own.csv")
    done(command, "forget", "paint.yaml", "4")
    trials = load_results("paint.yaml").trials
    assert trials["number"].tolist() == [0, 1, 2, 3, 4]
    assert trials["status"].tolist() == ["ok", "failed", "pending", "given_up", "ok"]
    assert [one.get("gloss") for one in trials["values"]] == [70.0, None, None, None, 80.0]
    assert [one.get("point") for one in trials["extras"]] == [1, 2, 3, 4, None]
    assert [one.get("sheet") for one in trials["extras"]] == ["r.csv", "r.csv", None, None, "own.csv"]
    assert trials["params"].iloc[4] == {"a": 0.5}
    assert trials["finished_at"].notna().tolist() == [True, True, False, False, True]


def test_a_campaign_has_goals_and_units_in_the_store(command: Command) -> None:
    told(command, 70, 80)
    results = load_results("paint.yaml")
    (objective,) = results.outcomes_of("paint").objectives
    assert (objective.name, objective.goal, objective.unit) == ("gloss", "maximize", "GU")
    assert results.runs["optimizer"].tolist() == ["sobol"]
    assert results.space_of("paint").names == ["a"]


def test_points_that_were_given_up_are_neither_done_nor_failed(command: Command) -> None:
    told(command, 70, "failed", None)
    done(command, "forget", "paint.yaml", "3")
    from hebo.experiment.analysis.observations import observations

    found = observations(load_results("paint.yaml"))
    assert found["status"].tolist() == [tables.OK, tables.FAILED]
    assert found["went_wrong"].tolist() == [False, True]


def test_known_noise_and_other_settings_are_in_the_trials(command: Command) -> None:
    text = PAINT.replace("sobol", "hebo, n_initial: 4") + "noise: [gloss_sd]\n"
    Path("paint.yaml").write_text(text)
    done(command, "ask", "paint.yaml", "-n", "2", "-o", "r.csv")
    table = pd.read_csv("r.csv").assign(gloss=[70, 80], gloss_sd=[0.5, None])
    table.loc[0, "a"] = 0.25
    table.to_csv("r.csv", index=False)
    done(command, "tell", "paint.yaml", "r.csv")
    trials = load_results("paint.yaml").trials
    assert trials["params"].iloc[0] == {"a": 0.25}
    assert [one.get("gloss_sd") for one in trials["extras"]] == [0.5, None]


def test_answers_to_pairs_are_trials(command: Command) -> None:
    Path("taste.yaml").write_text(TASTE)
    done(command, "ask", "taste.yaml", "-n", "3", "-o", "t.csv")
    pd.read_csv("t.csv").assign(better=["B", "", "", "", "", ""]).to_csv("t.csv", index=False)
    done(command, "tell", "taste.yaml", "t.csv")
    done(command, "forget", "taste.yaml", "3")
    results = load_results("taste.yaml")
    assert [one.get("better") for one in results.trials["values"]] == [0.0, 1.0, None, None, None, None]
    statuses = ["ok", "ok", "pending", "pending", "given_up", "given_up"]
    assert results.trials["status"].tolist() == statuses
    assert [one["pair"] for one in results.trials["extras"]] == [1, 1, 2, 2, 3, 3]
    assert results.outcomes_of("taste").objectives[0].goal == "maximize"


def test_reports_and_exports_are_made_of_campaigns(command: Command) -> None:
    told(command, 70, 80, None)
    assert "dye" not in done(command, "report", "paint.yaml")
    assert Path("paint-report/report.html").exists()
    lines = done(command, "export", "paint.yaml").splitlines()
    assert len(lines) == 4


def test_a_campaign_may_be_kept_in_a_store_with_others(command: Command) -> None:
    shared = PAINT + "store: sqlite:///shared.db\n"
    Path("paint.yaml").write_text(shared)
    Path("dye.yaml").write_text(shared.replace("paint", "dye"))
    told(command, 70)
    done(command, "ask", "dye.yaml", "-n", "2", "-o", "d.csv")
    assert not Path("paint.db").exists()
    assert len(load_results("paint.yaml").trials) == 1
    assert len(load_results("dye.yaml").trials) == 2
    assert "1 points in all" in done(command, "show", "paint.yaml")


def test_a_name_that_an_experiment_has_is_refused(command: Command) -> None:
    from hebo import Study

    study = Study({"a": (0, 1)}, storage="shared.db", name="paint", optimizer="sobol")
    study.close()
    Path("paint.yaml").write_text(PAINT + "store: sqlite:///shared.db\n")
    answer = command("ask", "paint.yaml", "-o", "r.csv")
    assert answer.exit_code == 2
    assert (
        "holds an experiment or a study 'paint', which is no campaign; choose another name" in answer.stderr
    )


def test_a_campaign_may_get_another_name_and_another_optimizer(command: Command) -> None:
    told(command, 70)
    Path("paint.yaml").write_text(
        PAINT.replace("name: paint", "name: varnish").replace("sobol", "random_search")
    )
    done(command, "ask", "paint.yaml", "-o", "s.csv")
    results = load_results("paint.yaml")
    assert results.name == "varnish"
    assert results.runs["optimizer"].tolist() == ["random_search"]
    assert len(results.trials) == 2


@pytest.mark.parametrize(
    ("store", "message"),
    [
        ("runs.db", "store: 'runs.db' is not a URL; write sqlite:///"),
        ("postgresql+psycopg://me:secret@host/db", "store: contains a password"),
        ("[a]", "store: expected a text, got a list"),
    ],
)
def test_a_store_that_cannot_be_is_named(command: Command, store: str, message: str) -> None:
    Path("paint.yaml").write_text(f"{PAINT}store: {store}\n")
    answer = command("ask", "paint.yaml", "-o", "r.csv")
    assert answer.exit_code == 2
    assert message in answer.stderr
    assert not Path("r.csv").exists()


def test_a_file_that_is_no_store_is_left_alone(command: Command) -> None:
    Path("paint.db").write_text("mine")
    answer = command("ask", "paint.yaml", "-o", "r.csv")
    assert answer.exit_code == 2
    assert "The store 'sqlite:///paint.db' cannot be used" in answer.stderr
    assert Path("paint.db").read_text() == "mine"
    assert not Path("r.csv").exists()


def test_a_store_leaves_one_file_and_no_lock(command: Command) -> None:
    told(command, 70)
    assert sorted(one.name for one in Path().iterdir()) == ["paint.db", "paint.yaml", "r.csv"]


# ---------------------------------------------------------------------- at once, and killed


def test_a_command_waits_for_another_one_and_then_names_it(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(command, 70)
    monkeypatch.setattr(holding, "PATIENCE_SECONDS", 0.2)
    with kept.held("paint.db", "paint"):
        answer = command("ask", "paint.yaml", "-o", "s.csv")
        assert answer.exit_code == 2
        assert f"in use by process {os.getpid()} on " in answer.stderr
        assert answer.stderr.count("\n") == 1
        assert not Path("s.csv").exists()
    done(command, "ask", "paint.yaml", "-o", "s.csv")


def start(folder: Path, who: str, n_rounds: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), who, str(n_rounds)], cwd=folder, stderr=subprocess.PIPE, text=True
    )


def lines_of(folder: Path, who: str) -> list[list[int]]:
    file = folder / f"{who}.done"
    lines = file.read_text().splitlines() if file.exists() else []
    return [[int(one) for one in line.split()] for line in lines]


def check(folder: Path, rounds: list[list[int]]) -> dict[str, Any]:
    """Check that rounds are kept, and that document and trials say the same; return the document."""
    document = kept.document(folder / "paint.db")
    trials = load_results(folder / "paint.yaml").trials
    values = {one["point"]: one["value"] for one in _told(document)}
    for first, second in rounds:
        assert values[first] == first
        assert second not in values
    assert trials["number"].tolist() == list(range(len(document["asked"])))
    statuses = [tables.OK if number in values else tables.PENDING for number in range(1, len(trials) + 1)]
    assert trials["status"].tolist() == statuses
    for sheet in folder.glob("*.csv"):
        assert set(pd.read_csv(sheet)["point"]) <= set(range(1, len(trials) + 1))
    return document


def _told(document: dict[str, Any]) -> list[dict[str, Any]]:
    pairs = zip(document["told"], document["optimizer"]["y"] or [], strict=True)
    return [{"point": one["point"], "value": y[0]} for one, y in pairs]


def test_two_people_ask_and_tell_at_once(tmp_path: Path) -> None:
    (tmp_path / "paint.yaml").write_text(PAINT)
    people = [start(tmp_path, who, 6) for who in "ab"]
    for one in people:
        _, error = one.communicate()
        assert one.returncode == 0, error
    rounds = [one for who in "ab" for one in lines_of(tmp_path, who)]
    assert sorted(number for one in rounds for number in one) == list(range(1, 25))
    assert len(check(tmp_path, rounds)["told"]) == 12


def wait_for_a_round(process: subprocess.Popen[str], folder: Path, who: str) -> None:
    """Wait until a person has done a round, however long that takes; one that has ended can do none."""
    while not lines_of(folder, who) and process.poll() is None:
        time.sleep(0.02)
    assert process.poll() is None, process.communicate()[1]


def check_killed(folder: Path, n_kills: int) -> None:
    (folder / "paint.yaml").write_text(PAINT)
    for kill in range(n_kills):
        who = f"k{kill}_"
        process = start(folder, who, 1000)
        wait_for_a_round(process, folder, who)
        time.sleep(random.random() / 4)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        check(folder, [one for number in range(kill + 1) for one in lines_of(folder, f"k{number}_")])
    before = kept.document(folder / "paint.db")
    final = start(folder, "end", 1)
    _, error = final.communicate()
    assert final.returncode == 0, error  # at once: whoever was killed holds nothing
    assert len(kept.document(folder / "paint.db")["asked"]) == len(before["asked"]) + 2


def test_a_campaign_whose_commands_are_killed_twice_goes_on(tmp_path: Path) -> None:
    check_killed(tmp_path, 2)


@pytest.mark.slow
def test_a_campaign_whose_commands_are_killed_twenty_times_goes_on(tmp_path: Path) -> None:
    check_killed(tmp_path, 20)
