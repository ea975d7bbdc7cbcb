"""Tests of `mcbo.acq_optimizers.archive`: the best distinct points are kept."""

from __future__ import annotations

import torch
from torch import Tensor

from mcbo.acq_optimizers.archive import Archive


def parabola(x: Tensor) -> Tensor:
    return -x.square().sum(-1)


def trade_off(x: Tensor) -> Tensor:
    return torch.cat([x[..., 0], -x[..., 0]], dim=-1)


def column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64).unsqueeze(1)


def test_the_best_points_of_all_calls_are_kept_in_order_and_once() -> None:
    archive = Archive(parabola, 3)
    values = archive.add(column(4, 1, 1, 3))
    assert values.flatten().tolist() == [-16, -1, -1, -9]
    archive.add(column(2, 1, 5))
    assert archive.x.flatten().tolist() == [1, 2, 3]
    found = archive.candidates()
    assert found.x.flatten().tolist() == [1, 2, 3]
    assert found.rank.tolist() == [0, 1, 2]


def test_of_a_front_that_is_too_long_the_ends_and_the_lonely_points_stay() -> None:
    archive = Archive(trade_off, 3)
    archive.add(column(0.0, 0.1, 0.2, 0.6, 1.0))
    assert sorted(archive.x.flatten().tolist()) == [0.0, 0.6, 1.0]
    assert archive.candidates().rank.tolist() == [0, 0, 0]
