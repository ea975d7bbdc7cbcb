"""Tests of `mcbo.acq_optimizers.neighbors`: the neighbors of many points are those of each by itself."""

from __future__ import annotations

import pytest
import torch
from examples import SPACES
from torch import Tensor

from hebo.base import Domain
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.rules.constraints import register_constraint
from hebo.random import make_generator
from hebo.regions.neighborhood import Neighborhood
from mcbo.acq_optimizers.moves import column_levels
from mcbo.acq_optimizers.neighbors import Neighbors

register_constraint("an even sum", lambda f: (f.astype(int).sum(axis=1) % 2 == 0).to_numpy(dtype=bool))
GRIDS = [
    {"name": "s", "type": "num", "lb": 0, "ub": 1, "step": 0.3},
    {"name": "p", "type": "pow_int", "lb": 1, "ub": 40},
]
DOMAINS: dict[str, DesignSpace] = {
    **SPACES,
    "grids": DesignSpace().parse(GRIDS),
    "an equation": DesignSpace().parse(
        [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"],
        constraints=[{"type": "linear", "coefficients": {"a": 1.0, "b": 1.0}, "lb": 1.0, "ub": 1.0}],
    ),
    "a function": DesignSpace().parse(
        [{"name": name, "type": "int", "lb": 0, "ub": 3} for name in "ab"],
        constraints=[{"type": "function", "name": "an even sum"}],
    ),
}


def make(domain: Domain) -> tuple[Neighbors, Tensor]:
    pool = domain.sample(64, generator=make_generator(0))
    levels = column_levels(domain, generator=make_generator(1))
    return Neighbors(domain, levels, pool, generator=make_generator(2)), pool


@pytest.mark.parametrize("name", sorted(DOMAINS))
def test_the_neighbors_of_many_points_are_those_of_each(name: str) -> None:
    domain = DOMAINS[name]
    neighbors, pool = make(domain)
    points, owners = neighbors.of(pool[:7], generator=make_generator(3))
    for row in range(7):
        truth = torch.unique(domain.neighbors(pool[row], generator=make_generator(3)), dim=0)
        torch.testing.assert_close(torch.unique(points[owners == row], dim=0), truth, rtol=1e-9, atol=1e-12)


def test_the_domain_is_asked_point_by_point_only_where_parameters_depend_on_each_other() -> None:
    slow = {name for name, domain in DOMAINS.items() if not make(domain)[0].is_simple}
    assert slow == {"alternatives", "an equation", "conditional", "permutation", "table"}


def test_in_a_region_the_discrete_neighbors_are_the_same_and_continuous_steps_are_shorter() -> None:
    space = SPACES["mixed"]
    center = space.sample(1, generator=make_generator(5))[0]
    region = Neighborhood(space, center, length=0.1, n_changes=1, generator=make_generator(0))
    neighbors, _ = make(region)
    assert neighbors.is_simple
    points, _ = neighbors.of(region.center.unsqueeze(0), generator=make_generator(3))
    assert region.contains(points).all()
    moved = points[points[:, 0] != region.center[0], 0]
    assert len(moved) == 2
    truth = region.neighbors(region.center, generator=make_generator(3))
    truth = truth[truth[:, 0] == region.center[0]]
    mine = points[points[:, 0] == region.center[0]]
    torch.testing.assert_close(torch.unique(mine, dim=0), torch.unique(truth, dim=0))


def test_a_fully_pinned_domain_has_no_neighbors() -> None:
    space = SPACES["categorical"]
    domain = space.fix({"a": "u", "b": "v", "c": "w"})
    neighbors, pool = make(domain)
    points, owners = neighbors.of(pool[:2], generator=make_generator(3))
    assert points.shape == (0, 3)
    assert len(owners) == 0
