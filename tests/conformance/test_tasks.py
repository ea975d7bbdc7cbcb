"""Every task of the catalog."""

from __future__ import annotations

import inspect

import pandas as pd
import pytest
from examples import example, names
from pandas import DataFrame

from hebo import base
from hebo.design_space.design_space import DesignSpace
from hebo.experiment.config.tasks import as_task
from hebo.random import make_generator
from tasks.base import Task

TASKS = names("task")


EXTRAS = {
    "rna_inverse_folding": "RNA",
    "logic_synthesis": "pyosys",
    "aig_rewriting": "aigverse",
    "sdp_game": "flint",
}


def make(name: str) -> Task:
    if name in EXTRAS:
        pytest.importorskip(EXTRAS[name])
    recipe = example("task", name)
    assert isinstance(recipe, Task)
    return recipe


def points(task: Task, n: int = 4) -> DataFrame:
    return task.space.decode(task.space.sample(n, generator=make_generator("points")))


@pytest.mark.parametrize("name", TASKS)
def test_a_task_has_all_that_experiments_ask_of_one(name: str) -> None:
    task: base.Task = make(name)  # checked for types as well
    assert as_task(task) is task
    told = [task.objectives, task.constraints, task.notes]
    assert all(isinstance(one, tuple) and all(isinstance(text, str) for text in one) for one in told)
    assert all(value is None or isinstance(value, float) for value in (task.optimum, task.best_known))
    assert isinstance(task.space, DesignSpace)
    assert task.front_hypervolume is None or task.reference_point is not None
    assert task.reference_point is None or len(task.reference_point) == len(task.objectives)
    for method in ("require", "initial_points", "context", "evaluate", "pictures"):
        asked, given = (inspect.signature(getattr(cls, method)) for cls in (base.Task, type(task)))
        assert [*given.parameters.values()] == [
            given.parameters[name].replace(kind=one.kind, default=one.default)
            for name, one in asked.parameters.items()
        ]


@pytest.mark.parametrize("name", TASKS)
def test_a_task_values_each_point_and_no_value_beats_its_optimum(name: str) -> None:
    task = make(name)
    frame = points(task)
    values = task.evaluate(frame, seed=3)
    measured = [*task.objectives, *task.constraints]
    assert list(values.columns[: len(measured)]) == measured
    assert list(values.index) == list(frame.index)
    if task.optimum is not None and not task.is_noisy:
        leading = task.outcomes.objectives[0]
        broken = [task.outcomes.broken(row) for row in values.to_dict("records")]
        least = leading.minimized(values[leading.name][[not one for one in broken]])
        assert not (least < leading.minimized(task.optimum) - 1e-9).any()


@pytest.mark.parametrize("name", TASKS)
def test_values_depend_on_points_and_seed_alone(name: str) -> None:
    frame = points(make(name))
    first = make(name).evaluate(frame, seed=3)
    objectives = list(make(name).objectives)
    pd.testing.assert_frame_equal(first[objectives], make(name).evaluate(frame, seed=3)[objectives])


@pytest.mark.parametrize("name", TASKS)
def test_points_are_not_modified(name: str) -> None:
    task = make(name)
    frame = points(task)
    copy = frame.copy(deep=True)
    task.evaluate(frame)
    pd.testing.assert_frame_equal(frame, copy)


@pytest.mark.parametrize("name", TASKS)
def test_a_tasks_space_goes_to_json_and_back(name: str) -> None:
    space = make(name).space
    assert type(space).from_json(space.to_json()) == space
