"""Campaigns of earlier versions, whose file is taken over into a store."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import kept
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main
from hebo.experiment.store.results import load_results
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import HEBORecipe

Command = Callable[..., Result]

RECORDED = Path(__file__).with_name("recorded")
"""A campaign of version 0.1 in the middle of its second round, and the points that it asked for next."""

NOTE = "note: dye.log.json was taken over into dye.db; it stays where it is and is read no more.\n"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    shutil.copy(RECORDED / "dye.yaml", "dye.yaml")
    shutil.copy(RECORDED / "dye.json", "dye.log.json")
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def done(command: Command, *arguments: str) -> Result:
    result = command(*arguments)
    assert result.exit_code == 0, result.output
    return result


def test_the_first_command_takes_it_over_and_says_so_once(command: Command) -> None:
    before = Path("dye.log.json").read_bytes()
    assert done(command, "ask", "dye.yaml", "--waiting", "-o", "w.csv").stderr == NOTE
    assert pd.read_csv("w.csv")["point"].tolist() == [8]
    assert done(command, "show", "dye.yaml").stderr == ""
    assert Path("dye.log.json").read_bytes() == before
    Path("dye.log.json").write_text("broken")  # is read no more
    assert "7 points in all, 1 failed, 1 waiting" in done(command, "show", "dye.yaml").output


@pytest.mark.parametrize("words", [("show",), ("export",), ("report",), ("diagnose",), ("recommend",)])
def test_a_command_that_only_reads_takes_it_over_too(command: Command, words: tuple[str, ...]) -> None:
    assert done(command, *words, "dye.yaml").stderr.startswith(NOTE)
    statuses = load_results("dye.yaml").trials["status"].tolist()
    assert statuses == ["ok", "ok", "failed", "ok", "given_up", "ok", "ok", "ok", "pending"]


def test_the_next_points_are_those_of_an_optimizer_with_its_state(command: Command) -> None:
    found = json.loads(Path("dye.log.json").read_text())
    done(command, "ask", "dye.yaml", "-n", "3", "-o", "next.csv")
    asked = kept.document("dye.db")["asked"][-3:]
    from hebo.design_space.design_space import DesignSpace

    space = DesignSpace.from_json(found["optimizer"]["space"])
    optimizer: Optimizer = HEBORecipe(n_initial=4).build(space, seed=3)
    optimizer.load_state_dict(found["optimizer"])
    assert space.encode(optimizer.ask(3)).tolist() == asked
    now, then = pd.read_csv("next.csv"), pd.read_csv(RECORDED / "next.csv")
    assert now["point"].tolist() == then["point"].tolist()
    assert (now["temperature"] - then["temperature"]).abs().max() < 20


def test_a_lock_of_an_earlier_version_is_of_no_account(command: Command) -> None:
    Path("dye.log.json.lock").write_text("process 1 on nowhere\n")
    assert done(command, "forget", "dye.yaml", "8").stderr == NOTE


def test_one_that_cannot_be_taken_over_is_named_and_nothing_is_recorded(command: Command) -> None:
    Path("dye.yaml").write_text(
        Path("dye.yaml").read_text().replace("[loss]", "[purity]").replace("loss_sd", "purity_sd")
    )
    for words in (("show", "dye.yaml"), ("ask", "dye.yaml", "-o", "r.csv")):
        answer = command(*words)
        assert answer.exit_code == 2
        assert "dye.log.json: the objectives were loss, the campaign has purity now" in answer.stderr
        assert not Path("dye.db").exists()


def test_another_campaign_learns_from_it_as_it_is(command: Command) -> None:
    text = (
        Path("dye.yaml")
        .read_text()
        .replace("type: hebo,", "type: hebo_transfer,")
        .replace("name: dye", "name: new")
    )
    text = text.replace("constraints: [cost]\n", "").replace("noise: [loss_sd]\n", "")
    for source in ("dye.log.json", "dye.yaml"):
        Path("new.yaml").write_text(f"{text}initial_trials_from: {source}\n")
        Path("new.db").unlink(missing_ok=True)
        answer = done(command, "ask", "new.yaml", "-o", f"{source}.csv")
        assert f"{source}: 6 of 7 trials are learned from, 1 failed" in answer.stderr
        done(command, "show", "dye.yaml")  # takes it over
