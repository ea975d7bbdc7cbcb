"""Tests of `mcbo.regions.hamming_trust_region`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from hebo.base import FittedModels, RegionState
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP
from mcbo.regions.hamming_trust_region import HammingTrustRegion

CATS = [{"name": f"c{i}", "type": "cat", "categories": list("uvwx")} for i in range(10)]
SPACE = DesignSpace().parse([*CATS, {"name": "a", "type": "num", "lb": 0, "ub": 2}])
REGION = HammingTrustRegion(failure_tolerance=5)


def history(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


@dataclass(frozen=True)
class Success:
    """A made-up model of which evaluations succeed."""

    log_probability: Callable[[Tensor], Tensor]

    def weigh(self, acq: Any, power: float) -> Any:
        raise NotImplementedError


def test_it_begins_with_most_of_the_space() -> None:
    extent = REGION.extent(history(), 10)
    assert (extent.changes, extent.length, extent.since) == (8, 0.8, 0)


def test_three_improvements_in_a_row_widen_it_up_to_the_whole() -> None:
    extent = REGION.extent(history(0.0, 0.1, 0.2), 10)
    assert extent.changes == 10
    assert extent.length == 1.0


def test_patience_without_improvement_narrows_it() -> None:
    extent = REGION.extent(history(1.0, *[0.0] * 5), 10)
    assert extent.changes == pytest.approx(8 / 1.5)
    assert extent.length == pytest.approx(0.8 / 1.5)


def test_a_tiny_gain_is_no_improvement() -> None:
    extent = REGION.extent(history(1.0, *[1.0 + 1e-6 * k for k in range(5)]), 10)
    assert extent.length == pytest.approx(0.8 / 1.5)


def test_below_one_change_it_starts_anew() -> None:
    n_shrinks = math.ceil(math.log(8) / math.log(1.5) + 1e-9)
    extent = REGION.extent(history(1.0, *[0.0] * (5 * n_shrinks)), 10)
    assert (extent.changes, extent.length, extent.since) == (8, 0.8, 1 + 5 * n_shrinks)


@pytest.mark.parametrize(("n_unordered", "n_changes"), [(0, 0), (3, 3), (11, 4), (60, 6)])
def test_a_small_share_of_few_columns_is_no_less_than_the_least(n_unordered: int, n_changes: int) -> None:
    region = HammingTrustRegion(n_changes=0.1, min_changes=4)
    assert region.extent(history(), n_unordered).changes == n_changes


def test_without_unordered_columns_the_side_alone_decides() -> None:
    n_shrinks = math.ceil(math.log(0.8 / 2.0**-5) / math.log(1.5))
    assert REGION.extent(history(1.0, *[0.0] * (5 * n_shrinks)), 0).since == 1 + 5 * n_shrinks
    assert REGION.extent(history(1.0, *[0.0] * (5 * n_shrinks - 1)), 0).since == 0


def focus(data: Data) -> tuple[Tensor, Tensor]:
    model = WarpedGP().fit(data, SPACE, generator=make_generator(0))
    found = REGION.narrow(SPACE, RegionState(data, FittedModels((model,))), generator=make_generator(1))
    return found.start[0], found.domain.sample(300, generator=make_generator(2))


def test_points_stay_near_the_best_one() -> None:
    x = SPACE.sample(12, generator=make_generator(3))
    y = torch.cat([history(3.0), torch.linspace(0, -1, 11, dtype=torch.float64)])
    center, drawn = focus(Data(x, y.unsqueeze(1)))
    torch.testing.assert_close(center, x[0])
    n_changes = REGION.extent(y, 10).changes
    assert n_changes == pytest.approx(8 / 1.5**2)
    assert int((drawn[:, :10] != center[:10]).sum(1).max()) == round(n_changes)
    assert (drawn[:, 10] - center[10]).abs().max() <= 0.8 / 1.5**2 + 1e-9


def test_after_a_restart_earlier_points_are_not_the_center() -> None:
    n_shrinks = math.ceil(math.log(8) / math.log(1.5) + 1e-9)
    y = history(3.0, *[-0.3 - 0.01 * k for k in range(5 * n_shrinks)])
    x = SPACE.sample(len(y), generator=make_generator(4))
    center, _ = focus(Data(x, y.unsqueeze(1)))
    assert not bool((x == center).all(1).any())  # a new point, chosen by its bound
    fresh = SPACE.sample(2, generator=make_generator(5))
    more = Data(torch.cat([x, fresh]), torch.cat([y, history(0.2, -0.9)]).unsqueeze(1))
    center, _ = focus(more)
    torch.testing.assert_close(center, fresh[0])


def test_the_center_is_feasible_once_there_is_such_a_point() -> None:
    x = SPACE.sample(12, generator=make_generator(3))
    y = torch.cat([history(3.0), torch.linspace(0, -1, 11, dtype=torch.float64)]).unsqueeze(1)
    limits = torch.ones(12, 1, dtype=torch.float64)
    center, _ = focus(Data(x, y, constraints=limits))
    assert not bool((x == center).all(1).any())  # a new point, chosen by its bound
    limits[5] = 0.0
    center, _ = focus(Data(x, y, constraints=limits))
    torch.testing.assert_close(center, x[5])


def test_a_restart_is_where_evaluations_succeed() -> None:
    n_shrinks = math.ceil(math.log(8) / math.log(1.5) + 1e-9)
    y = history(3.0, *[-0.3 - 0.01 * k for k in range(5 * n_shrinks)])
    x = SPACE.sample(len(y), generator=make_generator(3))
    data = Data(x, y.unsqueeze(1))
    assert REGION.extent(y, 10).since == len(y)
    model = WarpedGP().fit(data, SPACE, generator=make_generator(0))

    def lower_corner(points: Tensor) -> Tensor:
        return torch.where(points[:, 0, :2].sum(1) == 6.0, 0.0, -20.0).double()  # both columns are "x"

    def impossible(points: Tensor) -> Tensor:
        has_succeeded = (points == x).all(-1).any(1)
        return torch.where(has_succeeded, 0.0, -200.0).double()

    anywhere, chosen, known = (
        REGION.narrow(
            SPACE, RegionState(data, FittedModels((model,), success=one)), generator=make_generator(1)
        ).start[0]
        for one in (None, Success(lower_corner), Success(impossible))
    )
    assert chosen[:2].tolist() == [3.0, 3.0]
    assert anywhere[:2].tolist() != [3.0, 3.0]
    assert (x == known).all(1).any()
    assert (known[:10] != x[0, :10]).sum() >= 8  # not around the best one again
