"""Every experiment that is shipped can be built, and its optimizers fit its tasks."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from hebo.experiment.campaign.definition import build_campaign
from hebo.experiment.campaign.log import Log
from hebo.experiment.campaign.state import Found
from hebo.experiment.config.experiment import Experiment, build_experiment, describe_experiment
from hebo.experiment.config.overrides import make_quick
from hebo.experiment.config.pretraining import build_pretraining, describe_pretraining
from hebo.experiment.running.prepare import prepare
from hebo.experiment.yaml.document import parse_yaml, read_yaml, write_yaml

# Grids of compositions hold all pairs, such as string kernels over booleans.
pytestmark = pytest.mark.filterwarnings("ignore::hebo.errors.SuitabilityWarning")

CONFIGS = Path(__file__).parents[4] / "configs"
CAMPAIGNS = sorted(CONFIGS.glob("campaigns/*.yaml"))
OTHERS = sorted(path for path in CONFIGS.rglob("*.yaml") if path not in CAMPAIGNS)
TRAININGS = [path for path in OTHERS if "\nlearner:" in path.read_text(encoding="utf-8")]
FILES = [path for path in OTHERS if path not in TRAININGS]


def parameter(path: Path) -> Any:
    """Configs that need other libraries to be built, for optimizers or spaces, are built with those."""
    text = path.read_text(encoding="utf-8")
    marks = pytest.mark.client if "optuna" in text or "informed: true" in text else ()
    return pytest.param(path, id=str(path.relative_to(CONFIGS)), marks=marks)


def test_there_are_configurations() -> None:
    assert CONFIGS / "quickstart.yaml" in FILES


def without_missing_environments(path: Path) -> str:
    """Return the text of a config, less the external optimizers whose environment is not made here."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["optimizers"] = [
        one
        for one in data["optimizers"]
        if one["type"] != "external" or shutil.which(one["command"][0]) is not None
    ]
    return yaml.safe_dump(data, sort_keys=False)


@pytest.mark.parametrize("path", [parameter(path) for path in FILES])
def test_the_experiment_builds_and_its_description_builds_it_again(path: Path) -> None:
    experiment = build_experiment(parse_yaml(without_missing_environments(path), file=str(path)))
    assert prepare(experiment).runs
    described = write_yaml(describe_experiment(experiment))
    assert build_experiment(parse_yaml(described, file="resolved.yaml")) == experiment


@pytest.mark.parametrize("path", TRAININGS, ids=lambda path: path.stem)
def test_the_training_builds_and_its_description_builds_it_again(path: Path) -> None:
    plan = build_pretraining(read_yaml(path))
    described = write_yaml(describe_pretraining(plan))
    assert build_pretraining(parse_yaml(described, file="resolved.yaml")) == plan


@pytest.mark.parametrize("path", [parameter(path) for path in FILES if "\nquick:" in path.read_text("utf-8")])
def test_the_quick_version_builds_and_is_shorter(path: Path) -> None:
    text = without_missing_environments(path)
    document = parse_yaml(text, file=str(path))
    make_quick(document)
    quick, whole = build_experiment(document, quick=True), build_experiment(parse_yaml(text, file=str(path)))
    assert trials(quick) < trials(whole)


def trials(experiment: Experiment) -> float:
    costs = experiment.budget.cost or 1.0
    return len(prepare(experiment).runs) * experiment.budget.n_trials * costs


@pytest.mark.parametrize("path", CAMPAIGNS, ids=lambda path: path.stem)
def test_a_campaign_gives_points(path: Path) -> None:
    definition = build_campaign(parse_yaml(path.read_text(encoding="utf-8"), file=str(path)))
    points = Log(definition, Found(None, "campaign.db")).ask(2)
    space = definition.space
    assert space.contains(space.encode(points)).all()
