"""Every experiment that is shipped can be built, and its optimisers fit its tasks."""

from __future__ import annotations

from pathlib import Path

import pytest

from hebo.experiment.config import build_experiment, describe_experiment
from hebo.experiment.runner import prepare
from hebo.experiment.yaml_file import parse_yaml, read_yaml, write_yaml

CONFIGS = Path(__file__).parents[3] / "configs"
FILES = sorted(CONFIGS.rglob("*.yaml"))


def test_there_are_configurations() -> None:
    assert CONFIGS / "quickstart.yaml" in FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CONFIGS)))
def test_the_experiment_builds_and_its_description_builds_it_again(path: Path) -> None:
    experiment = build_experiment(read_yaml(path))
    assert prepare(experiment).runs
    described = write_yaml(describe_experiment(experiment))
    assert build_experiment(parse_yaml(described, file="resolved.yaml")) == experiment
