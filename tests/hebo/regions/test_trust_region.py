"""Tests of `hebo.regions.trust_region`."""

from __future__ import annotations

import math

import pytest
import torch

from hebo.base import FittedModels, RegionState
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.regions.trust_region import TrustRegion
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])


def length(values: list[float], patience: int = 4) -> float:
    return TrustRegion().extent(torch.tensor(values), patience).length


def test_nothing_known_means_the_longest_side() -> None:
    assert length([]) == 0.8


def test_failures_in_a_row_halve_the_side() -> None:
    assert length([1.0] + [0.0] * 3) == 0.8
    assert length([1.0] + [0.0] * 4) == 0.4
    assert length([1.0] + [0.0] * 8) == 0.2
    assert length([1.0] + [0.0] * 8, patience=8) == 0.4


def test_three_improvements_in_a_row_double_it_up_to_the_longest() -> None:
    shrunk = [1.0] + [0.0] * 8
    assert length([*shrunk, 2.0, 3.0]) == 0.2
    assert length([*shrunk, 2.0, 3.0, 4.0]) == 0.4
    assert length([*shrunk, 2.0, 0.0, 3.0, 4.0]) == 0.2
    assert length([1.0, 2.0, 3.0, 4.0]) == 0.8


def test_tiny_improvements_and_failed_trials_do_not_count_as_success() -> None:
    assert length([1.0, 1.0001, 1.0002, 1.0003, 1.0004]) == 0.4
    assert length([1.0] + [math.nan] * 4) == 0.4


def test_below_the_shortest_side_it_starts_anew() -> None:
    region = TrustRegion(length_min=0.3)
    assert region.extent(torch.tensor([1.0] + [0.0] * 8), 4).length == 0.8


def test_fewer_categories_change_in_a_smaller_region() -> None:
    region = TrustRegion()
    sizes = [region.extent(torch.tensor([1.0] + [0.0] * 4 * k), 4).n_changes for k in range(6)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 10
    assert sizes[-1] == 1


@pytest.mark.parametrize("turn", range(5))
def test_every_fourth_search_is_local_around_the_best_mean(turn: int) -> None:
    x = SPACE.sample(20, generator=make_generator(0))
    y = -(x - 0.7).square().sum(1, keepdim=True)
    data = Data(x, (y - y.mean()) / y.std())
    model = WarpedGP().fit(data, SPACE, generator=make_generator(1))
    focus = TrustRegion(length_max=0.1).narrow(
        SPACE, RegionState(data, FittedModels((model,)), turn), generator=make_generator(2)
    )
    width = (focus.domain.bounds[1] - focus.domain.bounds[0]).max().item()
    assert width == pytest.approx(0.1 if turn % 4 == 0 else 1.0)
    assert (focus.start[0] - 0.7).abs().max().item() < 0.2


def test_infeasible_points_are_losses_and_never_the_center() -> None:
    x = SPACE.sample(20, generator=make_generator(0))
    y = -(x - 0.7).square().sum(1, keepdim=True)
    limits = x[:, :1] - 0.5
    data = Data(x, (y - y.mean()) / y.std(), constraints=limits)
    model = WarpedGP().fit(data, SPACE, generator=make_generator(1))
    focus = TrustRegion().narrow(
        SPACE, RegionState(data, FittedModels((model,))), generator=make_generator(2)
    )
    assert focus.start[0].tolist() == data.best.tolist()
    assert focus.start[0, 0] <= 0.5
    assert length([-math.inf] * 4) == 0.4
