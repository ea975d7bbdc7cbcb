"""Tests of `hebo.recommenders.exploring`."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.recommenders.exploring import Exploring, least_distances
from hebo.recommenders.random import RandomSearch
from hebo.request import Request

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 10},
        {"name": "n", "type": "int", "lb": 0, "ub": 4},
        {"name": "c", "type": "cat", "categories": ["u", "v", "w"]},
    ]
)


def told(n: int, space: DesignSpace = SPACE) -> Request:
    """An ask for one point after `n`."""
    x = space.sample(n, generator=make_generator(0))
    return Request(1, Data(x, torch.zeros(n, 1).double()), space, space, n, n, seed=0)


def is_exploratory(recommender: Exploring, request: Request) -> bool:
    """Whether the answer is another one than that of the recommender inside."""
    inside = recommender.of.recommend(replace(request, generator=make_generator(5)))
    return not torch.equal(recommender.recommend(replace(request, generator=make_generator(5))), inside)


def turns(rate: float, upto: int, space: DesignSpace = SPACE) -> list[int]:
    """After how many points an ask is exploratory."""
    recommender = Exploring(of=RandomSearch(), rate=rate)
    return [n for n in range(upto) if is_exploratory(recommender, told(n, space))]


def test_the_share_falls_with_the_square_root_of_the_number_of_points() -> None:
    found = turns(1.5, 100)
    assert found[:4] == [3, 7, 11, 15]
    assert len(found) == 15 - 2  # floor(1.5 * 10), less two before there are three points
    assert set(turns(0.5, 40)) < set(turns(1.5, 40))


def test_many_columns_are_explored_less() -> None:
    ten = DesignSpace().parse([{"name": f"x{i}", "type": "num", "lb": 0, "ub": 1} for i in range(10)])
    assert len(turns(1.5, 50)) == 10 - 2
    assert len(turns(1.5, 50, ten)) == 2  # floor(1.5 / 4 * sqrt(50))


def test_the_point_is_farther_from_the_others_than_almost_all_points() -> None:
    request = told(7)
    point = Exploring(of=RandomSearch()).recommend(request)
    others = SPACE.sample(1000, generator=make_generator(3))
    distance = least_distances(point, request.data.x, SPACE)
    assert (least_distances(others, request.data.x, SPACE) > distance).double().mean() < 0.1


def test_distances_count_ranges_and_categories() -> None:
    points = SPACE.encode(
        SPACE.decode(
            torch.tensor([[0.0, 0.0, 0.0], [10.0, 0.0, 0.0], [0.0, 0.0, 1.0], [5.0, 4.0, 2.0]]).double()
        )
    )
    assert least_distances(points[1:], points[:1], SPACE).tolist() == pytest.approx([1.0, 0.5, 1.75])


def test_pending_points_are_kept_away_from() -> None:
    request = told(6)
    recommender = Exploring(of=RandomSearch())
    first = recommender.recommend(told(7))
    following = recommender.recommend(replace(request, data=request.data.with_pending(first)))
    assert not torch.equal(first, following)


def test_batches_and_related_tasks_are_left_to_the_other_recommender() -> None:
    recommender, request = Exploring(of=RandomSearch()), told(7)
    assert is_exploratory(recommender, request)
    assert not is_exploratory(recommender, replace(request, n=2))
    related = replace(request.data, related=(request.data,))
    assert not is_exploratory(recommender, replace(request, data=related))


def test_points_keep_what_is_pinned_and_are_new_in_a_finite_space() -> None:
    space = DesignSpace().parse([{"name": "n", "type": "int", "lb": 0, "ub": 8}])
    seen = torch.tensor([[0.0], [1.0], [2.0], [3.0], [5.0], [6.0], [7.0]]).double()
    request = Request(1, Data(seen, torch.zeros(7, 1).double()), space, space, 7, 7, seed=0)
    assert float(Exploring(of=RandomSearch()).recommend(request)) in (4.0, 8.0)
    optimizer = Exploring(of=RandomSearch()).build(SPACE, seed=0)
    for _ in range(9):
        point = optimizer.ask(fixed={"c": "v"})
        assert point["c"].tolist() == ["v"]
        optimizer.tell(point, [0.0])
    assert len(optimizer.history.drop_duplicates()) == 9
