"""Tests of `tasks.multi_objective.zdt` against closed forms and BoTorch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from botorch.test_functions import multi_objective as botorch_functions

from hebo.pareto import front, hypervolume, igd_plus
from tasks.multi_objective.zdt import ZDT, ZDT1, ZDT2, ZDT3

TASKS = [ZDT1(), ZDT2(), ZDT3()]


def values(task: ZDT, x: np.ndarray) -> np.ndarray:
    frame = task.space.decode(torch.as_tensor(x))
    return task.evaluate(frame).to_numpy()


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_points_with_zeros_behind_the_first_variable_are_on_the_known_curve(task: ZDT) -> None:
    x = np.zeros((50, task.dim))
    x[:, 0] = np.linspace(0, 1, 50)
    f1, f2 = values(task, x).T
    expected = {
        "ZDT1": 1 - np.sqrt(f1),
        "ZDT2": 1 - f1**2,
        "ZDT3": 1 - np.sqrt(f1) - f1 * np.sin(10 * np.pi * f1),
    }[task.name]
    assert f1 == pytest.approx(x[:, 0])
    assert f2 == pytest.approx(expected)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_no_point_dominates_one_of_the_front(task: ZDT) -> None:
    x = np.random.default_rng(0).random((500, task.dim)) * np.array([1.0] + [0.01] * (task.dim - 1))
    on_front = task.front_points(200)
    assert front(np.concatenate([on_front, values(task, x)]))[: len(on_front)].all()
    assert igd_plus(on_front, task.front_points(1001)) < 0.02


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_hypervolume_of_the_front_is_that_of_many_of_its_points_and_of_botorch(task: ZDT) -> None:
    reached = hypervolume(task.front_points(2000), task.reference_point)
    assert task.front_hypervolume - 2e-3 < reached < task.front_hypervolume
    known = getattr(botorch_functions, task.name)(dim=task.dim)
    assert task.front_hypervolume == pytest.approx(known.max_hv, abs=1e-6)
    assert task.reference_point == pytest.approx(known.ref_point.numpy())


@pytest.mark.parametrize("task", TASKS[:2], ids=lambda task: task.name)
def test_values_are_those_of_botorch(task: ZDT) -> None:
    x = np.random.default_rng(1).random((20, task.dim))
    known = getattr(botorch_functions, task.name)(dim=task.dim)
    assert values(task, x) == pytest.approx(known(torch.as_tensor(x)).numpy())


def test_a_point_of_zdt3_worked_by_hand() -> None:
    # BoTorch leaves out the factor g here. With x2 = x3 = 1/3 it is 4, so that f1 / g = 1/16.
    (found,) = values(ZDT3(dim=3), np.array([[0.25, 1 / 3, 1 / 3]]))
    assert found == pytest.approx([0.25, 4 * (1 - 0.25 - math.sin(2.5 * math.pi) / 16)])


def test_the_front_of_zdt3_has_five_parts() -> None:
    # The ends of the parts as they are published, to four digits.
    f1 = ZDT3().front_points(5001)[:, 0]
    (ends,) = np.nonzero(np.diff(f1) > 0.02)
    assert f1[ends] == pytest.approx([0.0830, 0.2578, 0.4539, 0.6525], abs=1e-3)
    assert f1[ends + 1] == pytest.approx([0.1822, 0.4093, 0.6184, 0.8233], abs=1e-3)
    assert f1[-1] == pytest.approx(0.8518, abs=1e-3)
