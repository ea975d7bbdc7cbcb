"""Tests of `tasks.multi_objective.dtlz` against closed forms and BoTorch."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from botorch.test_functions import multi_objective as botorch_functions
from pydantic import ValidationError

from hebo.pareto import front, hypervolume
from tasks.multi_objective.dtlz import DTLZ, DTLZ2, DTLZ7

TASKS = [cls(n_objectives=m) for cls in (DTLZ2, DTLZ7) for m in (2, 3, 4)]


def label(task: DTLZ) -> str:
    return f"{task.name}-{task.n_objectives}"


def values(task: DTLZ, x: np.ndarray) -> np.ndarray:
    return task.evaluate(task.space.decode(torch.as_tensor(x))).to_numpy()


@pytest.mark.parametrize("task", TASKS, ids=label)
def test_values_are_those_of_botorch(task: DTLZ) -> None:
    x = np.random.default_rng(1).random((20, task.dim))
    known = getattr(botorch_functions, task.name)(dim=task.dim, num_objectives=task.n_objectives)
    assert values(task, x) == pytest.approx(known(torch.as_tensor(x)).numpy())
    assert task.reference_point == pytest.approx(known.ref_point.numpy())


@pytest.mark.parametrize("m", [2, 3, 4])
def test_the_front_of_dtlz2_is_on_the_unit_sphere(m: int) -> None:
    task = DTLZ2(n_objectives=m)
    x = np.random.default_rng(0).random((50, task.dim))
    x[:, m - 1 :] = 0.5
    assert (values(task, x) ** 2).sum(axis=1) == pytest.approx(np.ones(50))
    assert (task.front_points(64) ** 2).sum(axis=1) == pytest.approx(np.ones(64))


def test_the_volume_above_the_sphere_is_that_of_the_box_without_the_ball() -> None:
    assert DTLZ2(n_objectives=2).front_hypervolume == pytest.approx(1.21 - math.pi / 4)
    assert DTLZ2(n_objectives=3).front_hypervolume == pytest.approx(1.331 - math.pi / 6)


@pytest.mark.parametrize("task", TASKS, ids=label)
def test_no_point_dominates_one_of_the_front(task: DTLZ) -> None:
    x = np.random.default_rng(0).random((500, task.dim))
    x[:, task.n_objectives - 1 :] *= 0.01
    on_front = task.front_points(200)
    assert front(np.concatenate([on_front, values(task, x)]))[: len(on_front)].all()


@pytest.mark.parametrize(("task", "share"), [*zip(TASKS, (0.99, 0.96, 0.8, 0.999, 0.99, 0.98), strict=True)])
def test_points_of_the_front_come_close_to_its_hypervolume(task: DTLZ, share: float) -> None:
    reached = hypervolume(task.front_points(2000), task.reference_point)
    assert share * task.front_hypervolume < reached < task.front_hypervolume


def test_the_front_of_dtlz7_has_four_parts_with_three_objectives() -> None:
    first = DTLZ7(n_objectives=3).front_points(1000)[:, :2]
    cells = {tuple(row) for row in (first > 0.5).tolist()}
    assert cells == set(itertools.product([False, True], repeat=2))
    # A value between the first maximum of t (1 + sin(3 pi t)) and where that is reached again is dominated.
    assert not ((first > 0.2515) & (first < 0.6316)).any()
    assert first.max() < 0.8595


def test_fewer_variables_than_objectives_are_refused() -> None:
    with pytest.raises(ValidationError, match="dim=2 variables are fewer than the n_objectives=3"):
        DTLZ2(dim=2)
