"""Tests of `hebo.explain.spread`: several good points that differ."""

from __future__ import annotations

import math

import pandas as pd
import pytest
import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError
from hebo.explain.spread import MIN_DISTANCE, Distance, distinct_best, spread_front

PLANE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
PEAKS = torch.tensor([[0.2, 0.2], [0.8, 0.8], [0.2, 0.9]], dtype=torch.float64)
HEIGHTS = torch.tensor([3.0, 2.0, 1.0], dtype=torch.float64)
NOTHING = torch.empty(0, 2, dtype=torch.float64)


def peaks(x: Tensor) -> Tensor:
    return (HEIGHTS * torch.exp(-80 * (x.unsqueeze(1) - PEAKS).square().sum(-1))).sum(1)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_the_peaks_are_found_the_highest_first() -> None:
    distance = Distance(PLANE, PLANE)
    found = distinct_best(peaks, PEAKS[:1], 3, PLANE, distance, start=NOTHING, generator=generator())
    assert found[0].tolist() == PEAKS[0].tolist()
    gaps = distance.between(found, found) + torch.eye(3)
    assert float(gaps.min()) >= MIN_DISTANCE
    assert float(peaks(found[1:2])) == pytest.approx(2.0, abs=0.1)
    assert float(peaks(found[2:3])) == pytest.approx(1.0, abs=0.1)


def test_distances_are_means_over_parameters() -> None:
    space = DesignSpace().parse(
        [
            {"name": "x", "type": "num", "lb": 0, "ub": 10},
            {"name": "c", "type": "cat", "categories": ["u", "v", "w"]},
            {"name": "s", "type": "sequence", "alphabet": "AC", "length": 4},
        ]
    )
    points = space.encode(pd.DataFrame({"x": [0.0, 5.0], "c": ["u", "w"], "s": ["AAAA", "AACC"]}))
    found = Distance(space, space).between(points, points)
    assert float(found[0, 1]) == pytest.approx((0.5 + 1.0 + 0.5) / 3)
    assert float(found[0, 0]) == 0.0


def test_what_is_fixed_does_not_count() -> None:
    domain = PLANE.fix({"b": 0.5})
    points = torch.tensor([[0.0, 0.5], [1.0, 0.5]], dtype=torch.float64)
    assert float(Distance(PLANE, domain).between(points, points)[0, 1]) == pytest.approx(1.0)


def test_more_points_than_there_are_is_refused_with_their_number() -> None:
    table = TableSpace(PLANE, pd.DataFrame({"a": [0.1, 0.11, 0.9], "b": [0.1, 0.1, 0.9]}))
    first = torch.tensor([[0.1, 0.1]], dtype=torch.float64)
    with pytest.raises(DataError, match="3 points were asked for, and only 2 were found"):
        distinct_best(
            peaks,
            first,
            3,
            table.rows,
            Distance(table, table.rows),
            start=first,
            generator=generator(),
        )


def test_a_front_is_spread_from_end_to_end() -> None:
    def conflict(x: Tensor) -> Tensor:
        return torch.stack([-x[:, 0] - x[:, 1], x[:, 0] - 1 - x[:, 1]], -1)

    found = spread_front(conflict, 5, PLANE, start=NOTHING, generator=generator())
    assert float(found[:, 1].max()) < 0.1  # anything else in b is worse in both
    along = found[:, 0].sort().values
    assert float(along[0]) < 0.05
    assert float(along[-1]) > 0.95
    assert float(along.diff().min()) > 0.1
    assert not math.isnan(float(along.sum()))
