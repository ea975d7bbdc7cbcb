"""Tests of `hebo.acq_optimizers.operators`: children stay inside and come from their parents."""

from __future__ import annotations

import numpy as np
import pytest

from hebo.acq_optimizers import operators
from hebo.acq_optimizers.operators import Variation
from hebo.acq_optimizers.sorting import Array
from hebo.design_space.design_space import DesignSpace

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -5, "ub": 5},
        {"name": "b", "type": "num", "lb": 0, "ub": 1},
        {"name": "c", "type": "cat", "categories": list("uvwxyz")},
    ]
)


def children(x: Array, seed: int = 0) -> Array:
    """Children of parents that are all alike in rank."""
    variation = Variation(SPACE, np.random.default_rng(seed))
    return variation.children(x, np.zeros(len(x), dtype=np.int64), np.ones(len(x)))


def test_children_stay_within_the_bounds() -> None:
    x = np.random.default_rng(0).choice([0.0, 1.0], size=(400, 3)) * [10, 1, 5] - [5, 0, 0]
    lower, upper = SPACE.bounds.numpy()
    born = children(x)
    assert born.shape == x.shape
    assert (born >= lower - 1e-12).all()
    assert (born <= upper + 1e-12).all()
    assert set(born[:, 2]) <= set(range(6))


def test_an_odd_population_has_one_child_more() -> None:
    assert children(np.zeros((5, 3))).shape == (6, 3)


def test_equal_parents_differ_from_children_by_mutation_alone() -> None:
    born = children(np.tile([1.0, 0.5, 2.0], (300, 1)))
    changed = born != [1.0, 0.5, 2.0]
    assert 0.2 < changed.mean() < 0.45  # a third of the columns
    assert set(born[changed[:, 2], 2]) == {0.0, 1.0, 3.0, 4.0, 5.0}  # a redrawn code is another one


def test_crossover_keeps_the_middle_of_the_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operators, "LINE_SHARE", 0.0)
    monkeypatch.setattr(operators, "ETA_MUTATION", 1e9)  # steps of no length
    x = np.tile([[-1.0, 0.4, 0.0], [1.0, 0.6, 0.0]], (1000, 1))
    born = children(x)
    assert abs(born[:, 0].mean()) < 0.1
    assert abs(born[:, 1].mean() - 0.5) < 0.01
    assert np.abs(born[:, 0]).max() > 1.0  # beyond the parents too


def test_blends_lie_on_the_line_between_the_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operators, "LINE_SHARE", 1.0)
    monkeypatch.setattr(operators, "ETA_MUTATION", 1e9)
    born = children(np.tile([[-1.0, 0.4, 0.0], [1.0, 0.6, 0.0]], (50, 1)))
    np.testing.assert_allclose((born[:, 0] + 1.0) / 2.0, (born[:, 1] - 0.4) / 0.2, atol=1e-6)
    assert np.abs(born[:, 0]).max() <= 1.0 + 1e-6


def test_better_parents_win_their_tournaments() -> None:
    x = np.array([[-4.0, 0.5, 0.0]] * 10 + [[4.0, 0.5, 0.0]] * 10)
    ranks = np.repeat([0, 1], 10)
    variation = Variation(SPACE, np.random.default_rng(0))
    born = np.concatenate([variation.children(x, ranks, np.ones(20)) for _ in range(20)])
    assert 0.6 < (born[:, 0] < 0).mean() < 0.9  # three quarters
