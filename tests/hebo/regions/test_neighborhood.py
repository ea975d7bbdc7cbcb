"""Tests of `hebo.regions.neighborhood`."""

from __future__ import annotations

import torch

from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.regions.neighborhood import Neighborhood

SPACE = DesignSpace().parse(
    [
        {"name": "x", "type": "num", "lb": 0, "ub": 10},
        {"name": "k", "type": "int", "lb": 0, "ub": 100},
        {"name": "few", "type": "int", "lb": 0, "ub": 3},
        {"name": "b0", "type": "bool"},
        {"name": "b1", "type": "bool"},
        {"name": "c0", "type": "cat", "categories": ["u", "v", "w"]},
        {"name": "c1", "type": "cat", "categories": ["u", "v", "w"]},
    ]
)
CENTER = torch.tensor([5.0, 50, 1, 0, 1, 2, 0], dtype=torch.float64)


def near(length: float = 0.2, n_changes: int = 2, center: torch.Tensor = CENTER) -> Neighborhood:
    return Neighborhood(SPACE, center, length=length, n_changes=n_changes, generator=make_generator(0))


def test_numbers_stay_in_the_box_and_reach_its_ends() -> None:
    x = near().sample(512, generator=make_generator(1))
    assert 4.0 <= x[:, 0].min().item() < 4.1
    assert 5.9 < x[:, 0].max().item() <= 6.0
    assert 40 <= x[:, 1].min().item() <= 41
    assert 59 <= x[:, 1].max().item() <= 60


def test_the_next_levels_belong_to_the_box_however_small_it_is() -> None:
    x = near(length=1e-3).sample(256, generator=make_generator(1))
    assert set(x[:, 2].tolist()) == {0.0, 1.0, 2.0}
    assert set(x[:, 1].tolist()) == {49.0, 50.0, 51.0}


def test_at_most_so_many_switches_and_categories_change() -> None:
    for n_changes in (1, 2, 4):
        x = near(n_changes=n_changes).sample(256, generator=make_generator(1))
        assert int((x[:, 3:] != CENTER[3:]).sum(1).max()) == n_changes


def test_every_sample_and_every_projection_is_feasible() -> None:
    region = near()
    wild = SPACE.sample(256, generator=make_generator(3)) * 1.3
    for x in (region.sample(256, generator=make_generator(2)), region.project(wild)):
        assert region.contains(x).all()
        assert SPACE.contains(x).all()
    torch.testing.assert_close(region.project(CENTER.unsqueeze(0))[0], CENTER)


def test_points_outside_are_told_apart() -> None:
    far = CENTER.repeat(3, 1)
    far[0, 0] = 6.5
    far[1, 3:6] = torch.tensor([1.0, 0.0, 1.0])
    assert near().contains(far).tolist() == [False, False, True]


def test_neighbors_are_those_of_the_space_inside() -> None:
    region = near(length=1e-3, n_changes=1)
    changed = CENTER.clone()
    changed[5] = 0.0
    found = region.neighbors(changed, generator=make_generator(0))
    assert len(found)
    assert region.contains(found).all()


def test_a_corner_is_a_center_too() -> None:
    corner = torch.tensor([0.0, 0, 0, 0, 0, 0, 0], dtype=torch.float64)
    region = near(center=corner)
    x = region.sample(128, generator=make_generator(1))
    assert x[:, 0].max().item() <= 1.0
    assert region.contains(x).all()


def test_small_spaces_are_listed() -> None:
    space = DesignSpace().parse([{"name": f"b{i}", "type": "bool"} for i in range(5)])
    region = Neighborhood(
        space, torch.zeros(5, dtype=torch.float64), length=0.5, n_changes=1, generator=make_generator(0)
    )
    every = region.points(100)
    assert every is not None
    assert len(every) == 6  # the center and five single changes


def test_constraints_of_the_space_hold() -> None:
    constrained = DesignSpace().parse(
        [{"name": n, "type": "num", "lb": 0, "ub": 1} for n in "ab"],
        constraints=[{"type": "linear", "coefficients": {"a": 1, "b": 1}, "ub": 1}],
    )
    region = Neighborhood(
        constrained, torch.tensor([0.5, 0.4]).double(), length=0.5, n_changes=1, generator=make_generator(0)
    )
    assert constrained.contains(region.sample(64, generator=make_generator(1))).all()


def test_pins_hold_where_the_center_breaks_them() -> None:
    pinned = SPACE.fix({"c1": "w", "b0": True, "x": 9.0})
    region = Neighborhood(pinned, CENTER, length=0.2, n_changes=1, generator=make_generator(0))
    x = torch.cat([region.sample(128, generator=make_generator(1)), region.center.unsqueeze(0)])
    assert pinned.contains(x).all()
    frame = SPACE.decode(x)
    assert set(frame["c1"]) == {"w"}
    assert set(frame["x"]) == {9.0}
