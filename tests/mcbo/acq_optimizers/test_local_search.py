"""Tests of `mcbo.acq_optimizers.local_search`: maxima of known functions are found exactly."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from hebo.acq_optimizers.ranking import evaluate
from hebo.base import AcqFunction
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.regions.neighborhood import Neighborhood
from mcbo.acq_optimizers.local_search import LocalSearch

CATEGORIES = DesignSpace().parse(
    [{"name": f"c{i}", "type": "cat", "categories": list(range(5))} for i in range(12)]
)
TABLE = torch.rand(12, 5, dtype=torch.float64, generator=make_generator("table"))
COLUMNS = torch.arange(12)


def separable(x: Tensor) -> Tensor:
    """The sum of one random number per column and category."""
    return TABLE[COLUMNS, x.squeeze(-2).long()].sum(-1, keepdim=True)


@pytest.mark.parametrize("n_starts", [1, 20])
def test_the_maximum_of_a_separable_function_is_found(n_starts: int) -> None:
    search = LocalSearch(n_pool=16, n_starts=n_starts)
    found = search.maximize(separable, CATEGORIES, generator=make_generator(0))
    assert found.x[0].tolist() == TABLE.argmax(1).tolist()
    assert found.rank.tolist() == list(range(len(found.x)))


def test_the_maximum_in_a_hamming_ball_is_found() -> None:
    center = torch.zeros(12, dtype=torch.float64)
    region = Neighborhood(CATEGORIES, center, length=1.0, n_changes=2, generator=make_generator(0))
    found = LocalSearch(n_pool=64).maximize(
        separable, region, generator=make_generator(0), start=center.unsqueeze(0)
    )
    assert region.contains(found.x).all()
    gains = (TABLE.amax(1) - TABLE[:, 0]).topk(2).values.sum()
    assert evaluate(separable, found.x[:1]).item() == pytest.approx((TABLE[:, 0].sum() + gains).item())


def test_the_best_ends_of_many_climbs_are_near_the_maximum_of_a_rugged_function(
    nk: Callable[..., AcqFunction],
) -> None:
    space = DesignSpace().parse(
        [{"name": f"c{i}", "type": "cat", "categories": [0, 1, 2]} for i in range(10)]
    )
    every = space.points(3**10)
    assert every is not None
    for seed in range(3):
        function = nk(10, 3, 2, seed)
        found = LocalSearch(n_pool=256).maximize(function, space, generator=make_generator(seed))
        assert evaluate(function, found.x[:1]) >= 0.97 * evaluate(function, every).max()


def test_no_more_points_are_valued_than_climbs_need() -> None:
    calls: list[int] = []

    def counted(x: Tensor) -> Tensor:
        calls.append(len(x))
        return separable(x)

    LocalSearch(n_pool=64, n_starts=5).maximize(counted, CATEGORIES, generator=make_generator(0))
    # The pool; each climb changes a column once at most, looking at 4 * 12 neighbors; their ways.
    assert sum(calls) <= 64 + 5 + 5 * 13 * 48 + 5 * 13
    assert len(calls) <= 3 + 13


def test_a_few_swaps_sort_an_order() -> None:
    space = DesignSpace().parse([{"name": "p", "type": "permutation", "length": 8}])
    target = torch.tensor([3.0, 1, 4, 0, 5, 7, 2, 6], dtype=torch.float64)
    found = LocalSearch(n_pool=64).maximize(
        lambda x: -(x - target).square().sum(-1), space, generator=make_generator(0)
    )
    assert found.x[0].tolist() == target.tolist()
