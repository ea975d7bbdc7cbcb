import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.rules.constraints import register_constraint
from hebo.random import make_generator

UNIT = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "abcd"]


def space_with(parameters, *rules):
    return DesignSpace().parse(parameters, constraints=list(rules))


def linear(coefficients, **limits):
    return {"type": "linear", "coefficients": coefficients, **limits}


def uniform(n, d, seed=0):
    return torch.rand(n, d, dtype=torch.float64, generator=make_generator(seed))


def nearest_on_simplex(point):
    """Project on the unit simplex by sorting (Held, Wolfe and Crowder, 1974)."""
    ordered = point.sort(descending=True)[0]
    shift = (ordered.cumsum(0) - 1) / torch.arange(1, len(point) + 1)
    return (point - shift[(ordered > shift).nonzero().max()]).clamp(min=0)


def test_repair_finds_the_nearest_point_of_a_simplex():
    space = space_with(UNIT, linear(dict.fromkeys("abcd", 1), lb=1, ub=1))
    points = uniform(50, 4)
    wanted = torch.stack([nearest_on_simplex(point) for point in points])
    assert torch.allclose(space.project(points), wanted, atol=1e-6)


def test_repair_finds_the_nearest_point_of_a_wedge_of_two_halfspaces():
    space = space_with(UNIT[:2], linear({"a": 1, "b": 2}, ub=1), linear({"a": 2, "b": 1}, ub=1))
    # Both limits meet in (1/3, 1/3), which is nearest to everything in the cone of their normals.
    points = torch.tensor([[0.8, 0.8], [0.5, 0.6], [0.9, 0.1]], dtype=torch.float64)
    # The last one projects on 2a + b = 1 alone: (0.9, 0.1) - 0.9/5 * (2, 1).
    wanted = torch.tensor([[1 / 3, 1 / 3], [1 / 3, 1 / 3], [0.9 - 0.36, 0.1 - 0.18]], dtype=torch.float64)
    wanted[2] = torch.tensor([0.5, 0.0])  # clipped to b >= 0
    assert torch.allclose(space.project(points), wanted, atol=1e-6)


def test_distances_are_measured_in_parts_of_each_range():
    parameters = [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "b", "type": "num", "lb": 0, "ub": 10},
    ]
    space = space_with(parameters, linear({"a": 10, "b": 1}, ub=10))
    # With both ranges scaled to one the limit is u + v <= 1.
    point = torch.tensor([[0.8, 8.0]], dtype=torch.float64)
    assert torch.allclose(space.project(point), torch.tensor([[0.5, 5.0]], dtype=torch.float64), atol=1e-6)


def test_ranges_of_any_magnitude_are_repaired():
    parameters = [
        {"name": "a", "type": "num", "lb": 0, "ub": 1e250},
        {"name": "b", "type": "num", "lb": 0, "ub": 1e-100},
    ]
    space = space_with(parameters, linear({"a": 1}, ub=1e249), linear({"b": 1}, ub=1e-101))
    x = space.project(space.bounds[1:])
    assert space.contains(x).all()
    assert x[0].tolist() == pytest.approx([1e249, 1e-101], rel=1e-6)


def test_feasible_points_stay_exactly_where_they_are():
    space = space_with(UNIT, linear(dict.fromkeys("abcd", 1), ub=2))
    points = uniform(200, 4)
    inside = space.contains(points)
    assert 20 < inside.sum() < 180
    assert space.project(points)[inside].equal(points[inside])


def test_columns_outside_the_constraint_are_not_moved():
    space = space_with(UNIT, linear({"a": 1, "b": 1}, ub=0.5))
    points = uniform(50, 4)
    assert space.project(points)[:, 2:].equal(points[:, 2:])


def test_projection_on_log_columns_obeys_the_limit_in_natural_units():
    parameters = [{"name": name, "type": "pow", "lb": 1e-3, "ub": 10} for name in "ab"]
    space = space_with(parameters, linear({"a": 1, "b": 1}, ub=1))
    x = space.project(torch.ones(1, 2, dtype=torch.float64))
    assert space.decode(x).sum(axis=1).item() == pytest.approx(1.0, abs=1e-6)


def test_integers_are_stepped_until_their_sum_fits():
    parameters = [{"name": name, "type": "int", "lb": 0, "ub": 9} for name in "abc"]
    space = space_with(parameters, linear({"a": 1, "b": 1, "c": 1}, lb=10, ub=10))
    x = space.project(uniform(100, 3) * 9)
    assert (x.sum(1) == 10).all()
    nearest = space.project(torch.tensor([[4.0, 4.0, 4.0]]))[0]
    assert sorted(nearest.tolist()) == [3.0, 3.0, 4.0]


def test_continuous_columns_make_up_for_rounded_ones():
    parameters = [
        {"name": "n", "type": "int", "lb": 0, "ub": 9},
        {"name": "x", "type": "num", "lb": 0, "ub": 3},
    ]
    space = space_with(parameters, linear({"n": 1, "x": 1}, lb=5.25, ub=5.25))
    x = space.project(uniform(50, 2) * torch.tensor([9.0, 3.0]))
    assert space.contains(x).all()
    assert torch.allclose(x.sum(1), torch.full((50,), 5.25, dtype=torch.float64))


def test_functions_pull_points_towards_the_nearest_feasible_ones():
    register_constraint("test_repair.disc", lambda f: (f["a"] - 0.5) ** 2 + (f["b"] - 0.5) ** 2 <= 0.04)
    space = space_with(UNIT, {"type": "function", "name": "test_repair.disc"})
    points = uniform(100, 4)
    x = space.project(points)
    assert space.contains(x).all()
    assert space.project(x).equal(x)
    radius = (x[:, :2] - 0.5).norm(dim=1)
    outside = ~space.contains(points)
    # The line is followed only as far as needed: such points end on the rim.
    assert radius[outside].tolist() == pytest.approx([0.2] * int(outside.sum()), abs=1e-3)


def test_categories_are_kept_where_that_is_feasible_and_changed_where_not():
    register_constraint("test_repair.not_b", lambda f: (f["k"] != "b") & (f["x"] <= 0.5))
    space = space_with(
        [
            {"name": "k", "type": "cat", "categories": ["a", "b", "c"]},
            {"name": "x", "type": "num", "lb": 0, "ub": 1},
        ],
        {"type": "function", "name": "test_repair.not_b"},
    )
    x = space.project(torch.tensor([[2.0, 0.9], [0.0, 0.2], [1.0, 0.2]], dtype=torch.float64))
    assert space.contains(x).all()
    assert x[:2, 0].tolist() == [2.0, 0.0]
    assert x[0, 1].item() == pytest.approx(0.5, abs=1e-3)
    assert x[2, 0].item() in (0.0, 2.0)


def test_repair_takes_conditions_into_account():
    parameters = [
        {"name": "k", "type": "cat", "categories": ["one", "two"]},
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "b", "type": "num", "lb": 0.2, "ub": 1, "active_if": {"k": ["two"]}},
    ]
    space = space_with(parameters, linear({"a": 1, "b": 1}, ub=0.5))
    x = space.project(torch.tensor([[0.0, 0.9, 0.9], [1.0, 0.9, 0.9]], dtype=torch.float64))
    assert x[0].tolist() == pytest.approx([0.0, 0.5, 0.6], abs=1e-6)
    # The excess of 1.3 is shared in proportion to the squared ranges, 1 and 0.64.
    assert x[1].tolist() == pytest.approx([1.0, 0.9 - 1.3 / 1.64, 0.9 - 1.3 * 0.64 / 1.64], abs=1e-6)


def test_many_rows_are_repaired_alike_whatever_their_company():
    space = space_with(UNIT, linear(dict.fromkeys("abcd", 1), ub=0.5), linear({"a": 1, "b": -1}, lb=0.1))
    points = uniform(200, 4)
    alone = torch.cat([space.project(points[row : row + 1]) for row in range(5)])
    assert torch.allclose(space.project(points)[:5], alone, atol=1e-9)
