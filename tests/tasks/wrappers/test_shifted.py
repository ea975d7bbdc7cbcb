from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.random import Generator

from hebo.errors import IncompatibleError
from tasks.base import Task
from tasks.synthetic.ackley import Ackley
from tasks.synthetic.branin import Branin
from tasks.synthetic.sphere import Sphere
from tasks.wrappers.shifted import Shifted


class LogDistance(Task):
    """`(log10 x)^2`, least at 1, the centre of the log scale."""

    def parameters(self) -> list[dict[str, Any]]:
        return [{"name": "x", "type": "pow", "lb": 0.01, "ub": 100.0}]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Any:
        return np.log10(frame["x"].to_numpy()) ** 2


def test_the_optimum_moves_and_its_value_stays() -> None:
    task = Shifted(task=Branin())
    assert task.optimum == Branin().optimum
    moved = task.minimizers
    assert moved is not None
    assert len(moved) == 3
    assert np.allclose(task.evaluate(moved)["y"], Branin().optimum)
    assert (np.abs(moved - Branin().minimizers).to_numpy() > 1e-3).all()


def test_a_minimum_in_the_centre_moves_by_at_most_size_of_the_range() -> None:
    moved = Shifted(task=Ackley(dim=50), size=0.3).minimizers
    assert moved is not None
    part = moved.to_numpy()[0] / (2 * 32.768)
    assert np.abs(part).max() <= 0.3
    assert part.min() < -0.2
    assert part.max() > 0.2


def test_the_ends_of_the_box_stay_where_they_are() -> None:
    ends = pd.DataFrame({"x1": [-5.0, 10.0], "x2": [15.0, 0.0]})
    assert np.allclose(Shifted(task=Branin()).evaluate(ends)["y"], Branin().evaluate(ends)["y"])


def test_the_move_is_continuous_and_keeps_the_order_of_points() -> None:
    # On [0, 5.12] the sphere increases, so the moved one does to the right of its minimum.
    task = Shifted(task=Sphere(dim=1), size=0.4, shift_seed=3)
    x = np.linspace(-5.12, 5.12, 2001)
    y = task.evaluate(pd.DataFrame({"x1": x}))["y"].to_numpy()
    lowest = int(y.argmin())
    assert lowest != 1000
    assert (np.diff(y[: lowest + 1]) < 0).all()
    assert (np.diff(y[lowest:]) > 0).all()
    assert np.abs(np.diff(y)).max() < 0.3


def test_a_log_scale_is_moved_on_its_logarithm() -> None:
    task = Shifted(task=LogDistance(), shift_seed=1)
    s = np.random.default_rng(1).uniform(-0.25, 0.25)
    at_new_centre = pd.DataFrame({"x": [10 ** (4 * s)]})
    assert task.evaluate(at_new_centre)["y"][0] == pytest.approx(0.0, abs=1e-12)


def test_integer_and_nominal_variables_do_not_move() -> None:
    plain = Sphere(dim=3, n_integer=1, n_nominal=1)
    moved = Shifted(task=plain).minimizers
    assert moved is not None
    assert moved[["x2", "x3"]].to_numpy().tolist() == plain.minimizers[["x2", "x3"]].to_numpy().tolist()
    assert moved["x1"][0] != 0.0


def test_size_zero_changes_nothing() -> None:
    task = Shifted(task=Branin(), size=0.0)
    points = task.space.decode(task.space.sample(20, generator=torch.Generator().manual_seed(0)))
    assert np.allclose(task.evaluate(points)["y"], Branin().evaluate(points)["y"])


def test_seeds_give_different_moves() -> None:
    one, two = Shifted(task=Sphere()).minimizers, Shifted(task=Sphere(), shift_seed=1).minimizers
    assert one is not None
    assert two is not None
    assert (one.to_numpy() != two.to_numpy()).all()


def test_a_task_without_numeric_variables_is_refused() -> None:
    with pytest.raises(IncompatibleError, match="Shifted moves numeric variables, but Sphere has none"):
        Shifted(task=Sphere(dim=2, n_integer=1, n_nominal=1))
