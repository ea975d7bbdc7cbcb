"""What the benchmark suites promise: two halves apart, a zero for each score, and the script that lowers it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from scripts import module_at

from hebo.experiment.cli.commands import main
from hebo.experiment.yaml.document import read_yaml
from tasks.base import Task
from tasks.hpo.hpo import HPO
from tasks.synthetic.branin import Branin
from tasks.synthetic.feature_selection import FeatureSelection
from tasks.wrappers.base import Wrapper
from tasks.wrappers.failing import Failing
from tasks.wrappers.noisy import Noisy
from tasks.wrappers.plateau import Clipped

FOLDER = Path(__file__).parents[2] / "configs" / "benchmarks"
SUITES = ["synthetic", "hpo", "hpo_batch", "noisy", "plateau", "budget_large", "combinatorial"]


@cache
def script() -> ModuleType:
    """The script beside the suites, which is in no package."""
    return module_at(FOLDER / "best_known.py")


def half(suite: str, part: str) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = read_yaml(FOLDER / f"{suite}.yaml").data["split"][part]["tasks"]
    return tasks


@cache
def built(suite: str, part: str) -> list[Task]:
    return [script().build_task(one) for one in half(suite, part)]


def core(task: Task) -> Task:
    return core(task.task) if isinstance(task, Wrapper) else task


def pairs(part: str) -> Iterator[tuple[str, str]]:
    for suite in SUITES:
        for task in map(core, built(suite, part)):
            if isinstance(task, HPO):
                yield task.model, str(task.dataset)


@pytest.mark.parametrize(("suite", "part"), list(product(SUITES, ["tuning", "reporting"])))
def test_each_task_has_a_best_known_value(suite: str, part: str) -> None:
    assert [task.name for task in built(suite, part) if task.best_known is None] == []


def test_no_model_meets_a_data_set_in_both_halves() -> None:
    assert set(pairs("tuning")) & set(pairs("reporting")) == set()


def test_no_suite_tunes_on_a_task_that_another_reports() -> None:
    reported = [core(task) for suite in SUITES for task in built(suite, "reporting")]
    tuned = [core(task) for suite in SUITES for task in built(suite, "tuning")]
    assert [task for task in tuned if task in reported] == []


def test_there_are_enough_reporting_tasks() -> None:
    labels = [one.get("label", one["type"]) for suite in SUITES for one in half(suite, "reporting")]
    assert len(set(labels)) >= 36


def test_both_batch_sizes_have_the_same_tasks() -> None:
    for part in ("tuning", "reporting"):
        assert half("hpo", part) == half("hpo_batch", part)


@pytest.mark.parametrize("suite", SUITES)
def test_seeds_are_apart_and_the_reporting_half_is_run(suite: str) -> None:
    data = read_yaml(FOLDER / f"{suite}.yaml").data
    assert data["part"] == "reporting"
    assert min(data["split"]["tuning"]["seeds"]) >= 100 > data["split"]["reporting"]["seeds"]
    assert data["quick"]


@pytest.mark.parametrize(("n", "batch"), list(product([20, 50, 100, 1000], [1, 8])))
def test_a_speed_table_is_of_at_least_20_asks_around_its_size(n: int, batch: int) -> None:
    data = read_yaml(FOLDER / f"speed_{n}{'' if batch == 1 else '_batch8'}.yaml").data
    asks = data["budget"]["n_trials"] // batch
    assert data["budget"]["batch_size"] == batch
    assert asks * data["seeds"] >= 20
    assert data["initial_trials"] + batch * (asks - 1) / 2 == n


def test_the_search_finds_a_small_optimum_and_repeats_itself() -> None:
    search = script().search
    task = FeatureSelection(n_features=3)
    chosen = pd.DataFrame(product([True, False], repeat=3), columns=["x1", "x2", "x3"])
    grid = pd.concat([chosen.assign(ridge=10.0**k) for k in (-4, -3, -2, -1)], ignore_index=True)
    assert search(task, 200) <= task.evaluate(grid)["squared_error"].min() + 1e-4
    assert search(task, 40) == search(task, 40)


def test_wrappers_that_keep_the_smallest_value_are_taken_off() -> None:
    innermost = script().innermost
    assert innermost(Noisy(task=Failing(task=Branin(), probability=0.5))) == Branin()
    outside = Failing(task=Branin(), region={"x1": (0.0, 1.0)})
    assert innermost(outside) == outside
    assert innermost(Noisy(task=Clipped(task=Branin(), low=1.0))) == Clipped(task=Branin(), low=1.0)


def test_results_give_the_smallest_value_without_noise(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(
        "name: small\nreport: false\nexecutor: {type: in_process}\nbudget: {n_trials: 6}\n"
        f"output: {tmp_path / 'out'}\noptimizers: [{{type: random_search}}]\ntasks:\n"
        "  - {type: noisy, sd: 100.0, task: {type: feature_selection, n_features: 3}}\n  - {type: branin}\n"
    )
    done = CliRunner().invoke(main, ["run", str(path)])
    assert done.exit_code == 0, done.output
    found = script().best_of_results([tmp_path / "out"])
    assert list(found) == ["FeatureSelection(n_features=3)"]
    assert 0.0 < found["FeatureSelection(n_features=3)"] < 10.0
