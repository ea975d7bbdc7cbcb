"""`hebo diagnose`: of campaigns and of experiments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import kept
import pandas as pd
import pytest
from click.testing import Result

from hebo.experiment.yaml.document import write_yaml

Hebo = Callable[..., Result]


@pytest.fixture
def campaign(hebo: Hebo, tmp_path: Path) -> Path:
    """A campaign of which twelve points were told."""
    path = tmp_path / "yields.yaml"
    space = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"]
    path.write_text(
        write_yaml({"name": "yields", "space": space, "optimizer": {"type": "sobol"}, "objectives": ["loss"]})
    )
    sheet = tmp_path / "sheet.csv"
    assert hebo("ask", path, "-n", 12, "-o", sheet).exit_code == 0
    table = pd.read_csv(sheet)
    table["loss"] = (table["a"] - 0.3) ** 2 + table["b"]
    table.to_csv(sheet, index=False)
    assert hebo("tell", path, sheet).exit_code == 0
    return path


def test_a_campaign_is_diagnosed_given_its_yaml_or_its_log(hebo: Hebo, campaign: Path) -> None:
    store = campaign.with_suffix(".db")
    found = kept.document(store)
    of_store = hebo("diagnose", campaign)
    log = kept.as_earlier(store, found)
    before = log.read_bytes()
    answers = [of_store, hebo("diagnose", log)]
    assert [one.exit_code for one in answers] == [0, 0]
    assert answers[0].stdout == answers[1].stdout
    assert answers[0].stdout.startswith("Noise of loss\nobservations: 12\nreplicates: none\nnoise share: 0 %")
    assert log.read_bytes() == before


def test_a_campaign_without_values_says_what_is_missing(hebo: Hebo, campaign: Path) -> None:
    campaign.with_suffix(".db").unlink()
    answer = hebo("diagnose", campaign)
    assert answer.exit_code == 0
    assert "0 values are too few to tell noise from the objective; tell 10 more" in answer.stdout


def test_mistakes_about_a_campaign_are_one_line(hebo: Hebo, campaign: Path, tmp_path: Path) -> None:
    options = hebo("diagnose", campaign, "--task", "branin")
    assert options.exit_code == 2
    assert "is a campaign, with one task and one optimizer; leave the options out" in options.stderr
    lone = tmp_path / "lost.log.json"
    lone.write_text("{}")
    answer = hebo("diagnose", lone)
    assert answer.exit_code == 2
    assert "lost.yaml is not beside it" in answer.stderr
    campaign.with_suffix(".db").unlink()
    campaign.with_name("yields.log.json").write_text("{")
    assert hebo("diagnose", campaign).exit_code == 2
    assert hebo("diagnose", tmp_path / "nowhere").exit_code == 2


@pytest.mark.usefixtures("toys")
def test_runs_on_a_task_are_taken_together(
    hebo: Hebo, write_config: Callable[..., Path], tmp_path: Path
) -> None:
    config = write_config("noisy.yaml", seeds=2, budget={"n_trials": 12}, output=str(tmp_path / "runs"))
    assert hebo("run", config).exit_code == 0
    for source in (config, tmp_path / "runs"):
        answer = hebo("diagnose", source)
        assert answer.exit_code == 0
        assert answer.stdout.startswith("Noise of y of toy (2 runs)\nobservations: 24")
    unknown = hebo("diagnose", config, "--task", "branin")
    assert unknown.exit_code == 2
    assert "There is no task 'branin'" in unknown.stderr
