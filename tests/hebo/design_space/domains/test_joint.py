"""Tests of `hebo.design_space.domains.joint`: points side by side, over every sort of space."""

from __future__ import annotations

import itertools

import pytest
import torch
from examples import SPACES
from torch import Tensor

from hebo.acq_optimizers.ranking import evaluate
from hebo.base import AcqOptimizer
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.joint import JointDomain
from hebo.experiment.config.parts import build
from hebo.random import make_generator
from hebo.regions.neighborhood import Neighborhood

Q = 3
OPEN = {name: space for name, space in SPACES.items() if not space.is_listed}
every_space = pytest.mark.parametrize("space", OPEN.values(), ids=OPEN)


def points_of(space: DesignSpace, x: Tensor) -> Tensor:
    return x.reshape(-1, Q, space.n_dims)


@every_space
def test_each_point_of_a_sample_is_in_the_domain(space: DesignSpace) -> None:
    joint = JointDomain(space, Q)
    x = joint.sample(20, generator=make_generator(0))
    assert x.shape == (20, Q * space.n_dims)
    assert joint.contains(x).all()
    assert space.contains(points_of(space, x).flatten(0, 1)).all()


@every_space
def test_bounds_and_kinds_of_columns_are_those_of_each_point(space: DesignSpace) -> None:
    joint = JointDomain(space, Q)
    assert joint.bounds.shape == (2, Q * space.n_dims) == (2, joint.layout.n_dims)
    torch.testing.assert_close(joint.layout.bounds, joint.bounds, rtol=0, atol=0)
    for column in range(Q * space.n_dims):
        own = column % space.n_dims
        assert joint.categorical_dims.get(column) == space.categorical_dims.get(own)
        assert (column in joint.discrete_dims) == (own in space.discrete_dims)
    assert joint.layout.categorical_dims == joint.categorical_dims


@every_space
def test_projection_is_point_by_point_and_leaves_feasible_ones(space: DesignSpace) -> None:
    joint = JointDomain(space, Q)
    low, high = joint.bounds
    u = torch.rand(16, len(low), dtype=torch.float64, generator=make_generator(1))
    x = joint.project(low + (1.5 * u - 0.25) * (high - low))
    assert joint.contains(x).all()
    torch.testing.assert_close(joint.project(x), x)


def test_a_joint_point_is_infeasible_if_one_of_its_points_is() -> None:
    joint = JointDomain(SPACES["numeric"], Q)
    x = joint.sample(1, generator=make_generator(0)).repeat(Q, 1)
    for i in range(Q):
        x[i, 2 * i] = 99.0
    assert not joint.contains(x).any()


@every_space
def test_a_neighbor_differs_in_one_point_that_took_one_step(space: DesignSpace) -> None:
    joint = JointDomain(space, Q)
    (x,) = joint.sample(1, generator=make_generator(2))
    found = joint.neighbors(x, generator=make_generator(3))
    assert joint.contains(found).all()
    moved = (points_of(space, found) != points_of(space, x)).any(-1)
    assert (moved.sum(1) == 1).all()
    assert set(moved.int().argmax(1).tolist()) == set(range(Q))


@pytest.mark.parametrize("q", [1, 2, 3])
def test_all_joint_points_are_listed_up_to_the_limit(q: int) -> None:
    space = DesignSpace().parse([{"name": "k", "type": "int", "lb": 0, "ub": 4}])
    joint = JointDomain(space, q)
    every = joint.points(5**q)
    assert every is not None
    assert sorted(map(tuple, every.tolist())) == sorted(itertools.product([0.0, 1, 2, 3, 4], repeat=q))
    assert joint.points(5**q - 1) is None


def test_an_infinite_domain_has_no_list() -> None:
    assert JointDomain(SPACES["numeric"], 2).points(10**6) is None


@every_space
def test_keys_tell_joint_points_apart(space: DesignSpace) -> None:
    joint = JointDomain(space, Q)
    x = joint.sample(8, generator=make_generator(4))
    keys = joint.keys(torch.cat([x, x]))
    assert torch.equal(keys[:8], keys[8:])
    assert len(torch.unique(keys, dim=0)) == len(torch.unique(x, dim=0))


def test_points_of_a_sample_are_spread_over_the_domain_one_by_one() -> None:
    space = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}])
    x = JointDomain(space, 2).sample(64, generator=make_generator(0))
    for column in x.T:  # a Sobol sequence has one point in each of its cells
        assert torch.equal((column * 64).floor().sort().values, torch.arange(64).double())
    cells = torch.unique((x * 2).floor(), dim=0)
    assert len(cells) == 4  # and neighbors in one sequence are not bound to one another


def test_a_part_of_a_space_is_multiplied_as_well() -> None:
    space = SPACES["mixed"]
    center = space.sample(1, generator=make_generator(5))[0]
    near = Neighborhood(space, center, length=0.3, n_changes=1, generator=make_generator(6))
    x = JointDomain(near, 2).sample(16, generator=make_generator(7))
    assert near.contains(x.reshape(32, -1)).all()


@pytest.mark.parametrize("space", [OPEN["mixed"], OPEN["constrained"]], ids=["mixed", "constrained"])
@pytest.mark.parametrize("name", ["nsga2", "random", "local_search", "annealing", "genetic"])
def test_any_search_finds_batches(name: str, space: DesignSpace) -> None:
    search = build("acq_optimizer", {"type": name})
    assert isinstance(search, AcqOptimizer)
    joint = JointDomain(space, 2)
    low, high = joint.bounds
    goal = joint.sample(1, generator=make_generator("goal"))

    def bowl(x: Tensor) -> Tensor:
        value: Tensor = -((x - goal) / (high - low)).square().sum(-1)
        return value

    found = search.maximize(bowl, joint, generator=make_generator(0))
    drawn = evaluate(bowl, joint.sample(256, generator=make_generator(1)))
    assert joint.contains(found.x).all()
    assert evaluate(bowl, found.x[:1]).item() > drawn.quantile(0.9).item()
