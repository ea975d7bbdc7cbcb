import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.walk import blend, walk
from hebo.random import make_generator

SUM = {"type": "linear", "coefficients": {"a": 1, "b": 1, "c": 1}}


def space_of(keys, **limits):
    parameters = [{"name": name, **keys} for name in "abc"]
    return DesignSpace().parse(parameters, constraints=[{**SUM, **limits}])


REAL = {"type": "num", "lb": 0, "ub": 1}


def test_walks_forget_where_they_began():
    space = space_of(REAL, ub=1)
    corner = torch.zeros(4000, 3, dtype=torch.float64)
    x = walk(space, corner, generator=make_generator(0))
    assert space.contains(x).all()
    # Uniform below the simplex: the mean of each component is 1/4.
    assert x.mean(0).tolist() == pytest.approx([0.25] * 3, abs=0.015)


def test_walks_on_a_plane_stay_on_it():
    space = space_of(REAL, lb=1, ub=1)
    start = torch.tensor([[0.2, 0.3, 0.5]], dtype=torch.float64).repeat(2000, 1)
    x = walk(space, start, generator=make_generator(0))
    assert space.contains(x).all()
    assert x.mean(0).tolist() == pytest.approx([1 / 3] * 3, abs=0.03)


def test_integers_with_a_fixed_sum_are_exchanged():
    space = space_of({"type": "int", "lb": 0, "ub": 3}, lb=3, ub=3)
    start = torch.tensor([[3.0, 0.0, 0.0]], dtype=torch.float64).repeat(5000, 1)
    x = walk(space, start, generator=make_generator(0))
    counts = x.unique(dim=0, return_counts=True)[1]
    # Three numbers from 0 to 3 with the sum 3: ten ways.
    assert counts.tolist() == pytest.approx([500] * 10, abs=110)


def test_a_walk_in_a_set_without_free_columns_stays():
    space = space_of(REAL, ub=1)
    domain = space.fix({"a": 0.1, "b": 0.2, "c": 0.3})
    x = torch.tensor([[0.1, 0.2, 0.3]], dtype=torch.float64)
    assert walk(domain, x, generator=make_generator(0)).equal(x)


def test_blending_corners_gives_inner_points():
    space = space_of(REAL, ub=1)
    corners = torch.cat([torch.eye(3), torch.zeros(1, 3)]).to(torch.float64)
    x = blend(space, corners, 500, generator=make_generator(0))
    assert space.contains(x).all()
    assert len(x.unique(dim=0)) > 450
    assert ((x > 0).sum(1) >= 2).double().mean() > 0.5
