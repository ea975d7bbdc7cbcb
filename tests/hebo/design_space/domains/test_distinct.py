"""Tests of `hebo.design_space.domains.distinct`."""

from __future__ import annotations

import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.distinct import distinct, fill
from hebo.random import make_generator

GRID = DesignSpace().parse([{"name": name, "type": "int", "lb": 0, "ub": 2} for name in "ab"])
EVERY = torch.cartesian_prod(torch.arange(3.0), torch.arange(3.0)).double()


def test_rows_seen_or_repeated_are_dropped_in_order() -> None:
    x = torch.tensor([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0], [2.0, 0.0]], dtype=torch.float64)
    assert distinct(x, x[3:], GRID).tolist() == [[0.0, 0.0], [1.0, 1.0]]


def test_the_preferred_points_come_first() -> None:
    filled = fill(EVERY[:2], EVERY[:1], 3, GRID, generator=make_generator(0))
    assert filled[0].tolist() == EVERY[1].tolist()
    assert len(torch.unique(filled, dim=0)) == 3


def test_the_last_new_point_of_a_finite_space_is_found() -> None:
    filled = fill(EVERY[:0], EVERY[:8], 1, GRID, generator=make_generator(0))
    assert filled.tolist() == [EVERY[8].tolist()]


def test_an_exhausted_space_repeats_itself() -> None:
    filled = fill(EVERY[:0], EVERY, 4, GRID, generator=make_generator(0))
    assert filled.shape == (4, 2)
    assert GRID.contains(filled).all()
