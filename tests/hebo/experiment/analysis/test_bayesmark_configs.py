from __future__ import annotations

from pathlib import Path

import pytest

from hebo.experiment.config.experiment import build_experiment
from hebo.experiment.yaml.document import read_yaml
from tasks.hpo.hpo import bayesmark_grid

FOLDER = Path(__file__).parents[4] / "configs" / "bayesmark"


def experiment(name):
    return build_experiment(read_yaml(FOLDER / name))


def test_the_challenge_covers_the_whole_grid():
    tasks = experiment("challenge.yaml").tasks
    noisy = [task.model_copy(update={"model_seed": None}) for task in bayesmark_grid()]
    assert [task.recipe for task in tasks] == noisy
    assert [task.label for task in tasks] == [task.name for task in noisy]


def test_the_small_challenge_is_a_part_of_the_challenge():
    small, full = experiment("challenge_small.yaml"), experiment("challenge.yaml")
    assert {task.label: task.recipe for task in small.tasks}.items() <= {
        task.label: task.recipe for task in full.tasks
    }.items()


@pytest.mark.parametrize("name", ["challenge.yaml", "challenge_small.yaml"])
def test_both_ask_for_sixteen_rounds_of_eight_and_random_search(name):
    found = experiment(name)
    assert (found.budget.n_trials, found.budget.batch_size) == (128, 8)
    assert [one.label for one in found.optimizers] == ["hebo", "random_search"]
