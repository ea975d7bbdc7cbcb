"""Tests of `mcbo.acq_optimizers.moves`: levels are seen, one column changes, all of its values are reached."""

from __future__ import annotations

import pytest
import torch
from examples import SPACES

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.rules.constraints import register_constraint
from hebo.random import make_generator
from hebo.regions.neighborhood import Neighborhood
from mcbo.acq_optimizers.moves import RandomMoves, column_levels

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 10},
        {"name": "k", "type": "int", "lb": 1, "ub": 9},
        {"name": "c", "type": "cat", "categories": list("uvwxyz")},
        {"name": "b", "type": "bool"},
    ]
)
POINT = torch.tensor([[5.0, 4.0, 2.0, 1.0]], dtype=torch.float64)


def test_the_levels_are_all_values_within_the_bounds() -> None:
    levels = column_levels(SPACE, generator=make_generator(0))
    assert {column: values.tolist() for column, values in levels.items()} == {
        1: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
        2: [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
        3: [0.0, 1.0],
    }
    pinned = column_levels(SPACE.fix({"c": "w", "k": 3}), generator=make_generator(0))
    assert pinned[1].tolist() == [3.0]
    assert pinned[2].tolist() == [2.0]


def test_the_levels_of_a_region_include_switches_that_few_samples_change() -> None:
    space = DesignSpace().parse([{"name": f"b{i}", "type": "bool"} for i in range(200)])
    center = torch.zeros(200, dtype=torch.float64)
    region = Neighborhood(space, center, length=0.5, n_changes=1, generator=make_generator(0))
    levels = column_levels(region, generator=make_generator(0))
    assert all(values.tolist() == [0.0, 1.0] for values in levels.values())


def test_a_move_changes_one_column_to_another_value() -> None:
    moved = RandomMoves(SPACE, generator=make_generator(0)).of(
        POINT.repeat(2000, 1), generator=make_generator(1)
    )
    changed = moved != POINT
    assert (changed.sum(1) == 1).all()
    assert changed.double().mean(0).min().item() > 0.2  # every column in its turn
    assert set(moved[changed[:, 1], 1].tolist()) == {1.0, 2.0, 3.0, 5.0, 6.0, 7.0, 8.0, 9.0}
    assert set(moved[changed[:, 2], 2].tolist()) == {0.0, 1.0, 3.0, 4.0, 5.0}
    beside = ((moved[changed[:, 1], 1] - 4).abs() == 1).double().mean().item()
    assert 0.55 < beside < 0.7  # half go there, and two of eight of the others: 0.625


def test_steps_of_numbers_have_all_sizes() -> None:
    moved = RandomMoves(SPACE, generator=make_generator(0)).of(
        POINT.repeat(4000, 1), generator=make_generator(1)
    )
    steps = (moved[:, 0] - 5).abs()
    steps = steps[steps > 0] / 10
    assert (steps < 1e-3).double().mean().item() > 0.1
    assert (steps > 0.1).double().mean().item() > 0.1


@pytest.mark.parametrize("name", sorted(SPACES))
def test_moves_stay_in_the_space_and_move(name: str) -> None:
    space = SPACES[name]
    x = space.sample(64, generator=make_generator(2))
    moved = RandomMoves(space, generator=make_generator(0)).of(x, generator=make_generator(1))
    assert space.contains(moved).all()
    assert (moved != x).any(1).double().mean().item() > 0.4


def test_an_order_reaches_every_swap_of_neighbors() -> None:
    space = DesignSpace().parse([{"name": "p", "type": "permutation", "length": 5}])
    x = torch.arange(5, dtype=torch.float64).repeat(2000, 1)
    moved = RandomMoves(space, generator=make_generator(0)).of(x, generator=make_generator(1))
    found = {tuple(row) for row in moved.tolist()}
    for first in range(4):
        swapped = list(range(5))
        swapped[first], swapped[first + 1] = swapped[first + 1], swapped[first]
        assert tuple(map(float, swapped)) in found


def test_single_feasible_changes_are_preferred_to_repaired_ones() -> None:
    register_constraint("few tens", lambda f: (f["p"] + f["q"] < 6).to_numpy(dtype=bool))
    space = DesignSpace().parse(
        [{"name": name, "type": "int", "lb": 0, "ub": 9} for name in "pq"],
        constraints=[{"type": "function", "name": "few tens"}],
    )
    x = torch.tensor([[1.0, 1.0]], dtype=torch.float64).repeat(500, 1)
    moved = RandomMoves(space, generator=make_generator(0)).of(x, generator=make_generator(1))
    assert space.contains(moved).all()
    assert ((moved != x).sum(1) == 1).double().mean().item() > 0.99


def test_several_moves_differ_in_up_to_so_many_columns() -> None:
    space = DesignSpace().parse(
        [{"name": f"c{i}", "type": "cat", "categories": [0, 1, 2]} for i in range(40)]
    )
    x = space.sample(1, generator=make_generator(0)).repeat(300, 1)
    moved = RandomMoves(space, generator=make_generator(0)).several(x, 3, generator=make_generator(1))
    counts = (moved != x).sum(1).bincount(minlength=4).tolist()
    assert counts[0] < 5
    assert min(counts[1:]) > 85
    assert len(counts) == 4


def test_pinned_columns_stay_and_a_single_point_is_returned() -> None:
    domain = SPACE.fix({"k": 3, "b": False})
    x = domain.sample(200, generator=make_generator(0))
    moved = RandomMoves(domain, generator=make_generator(0)).of(x, generator=make_generator(1))
    assert domain.contains(moved).all()
    point = SPACE.fix({"a": 1.0, "k": 3, "b": False, "c": "u"})
    x = point.sample(3, generator=make_generator(0))
    assert RandomMoves(point, generator=make_generator(0)).of(x, generator=make_generator(1)).tolist() == (
        x.tolist()
    )
