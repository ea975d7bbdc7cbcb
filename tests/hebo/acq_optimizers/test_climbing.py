"""Tests of `hebo.acq_optimizers.climbing`: the best neighbour is taken, ends are local maxima."""

from __future__ import annotations

import torch
from nk import NK
from torch import Tensor

from hebo.acq_optimizers.climbing import best_neighbors, climb
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from mcbo.acq_optimizers.moves import column_levels
from mcbo.acq_optimizers.neighbors import Neighbors

SPACE = DesignSpace().parse([{"name": f"c{i}", "type": "cat", "categories": [0, 1, 2]} for i in range(8)])
X = SPACE.sample(6, generator=make_generator(1))
NEIGHBORS = Neighbors(
    SPACE, column_levels(SPACE, generator=make_generator(0)), X, generator=make_generator(0)
)


def test_the_best_neighbour_is_the_best_of_all_single_changes() -> None:
    function = NK(8, 3, 2, 0)
    points, values = best_neighbors(
        lambda x, _: function(x.unsqueeze(1))[:, 0], NEIGHBORS, X, generator=make_generator(0)
    )
    for row, point in enumerate(X):
        every = SPACE.neighbors(point, generator=make_generator(0))
        assert len(every) == 16
        assert values[row].item() == function(every.unsqueeze(1)).max().item()
        assert function(points[row].reshape(1, 1, -1)).item() == values[row].item()


def test_every_end_is_a_local_maximum_and_the_way_goes_up() -> None:
    function = NK(8, 3, 2, 1)
    ends, passed = climb(
        lambda x, _: function(x.unsqueeze(1))[:, 0], NEIGHBORS, X, n_rounds=50, generator=make_generator(0)
    )
    for first, end in zip(X, ends, strict=True):
        value = function(end.reshape(1, 1, -1))
        assert (function(SPACE.neighbors(end, generator=make_generator(0)).unsqueeze(1)) <= value).all()
        assert (passed == first).all(1).any()
        assert (passed == end).all(1).any()


def test_each_point_climbs_its_own_function() -> None:
    targets = X.flip(0)

    def hits(x: Tensor, owners: Tensor) -> Tensor:
        return (x == targets[owners]).sum(1).double()

    ends, _ = climb(hits, NEIGHBORS, X, n_rounds=8, generator=make_generator(0))
    assert ends.tolist() == targets.tolist()


def test_rounds_are_limited() -> None:
    ends, _ = climb(
        lambda x, _: x.sum(1), NEIGHBORS, torch.zeros_like(X), n_rounds=3, generator=make_generator(0)
    )
    assert (ends.sum(1) == 6).all()  # three columns at 2


def test_a_domain_of_one_point_is_its_own_end() -> None:
    domain = SPACE.fix({f"c{i}": 1 for i in range(8)})
    levels = column_levels(domain, generator=make_generator(0))
    x = torch.ones(2, 8, dtype=torch.float64)
    alone = Neighbors(domain, levels, x, generator=make_generator(0))
    _, values = best_neighbors(lambda z, _: z.sum(1), alone, x, generator=make_generator(0))
    assert values.tolist() == [-torch.inf] * 2
    ends, _ = climb(lambda z, _: z.sum(1), alone, x, n_rounds=3, generator=make_generator(0))
    assert ends.tolist() == x.tolist()
