"""Tests of `mcbo.acq_optimizers.tree_search`: sets of booleans beside numbers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hebo.acq_optimizers.ranking import evaluate
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from mcbo.acq_optimizers.tree_search import STOP, ColumnGame, TreeSearch

N_FLAGS = 12
FLAGS = [{"name": f"f{i}", "type": "bool"} for i in range(N_FLAGS)]
SPACE = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0.0, "ub": 1.0}, *FLAGS])
BEST = torch.zeros(N_FLAGS, dtype=torch.float64)
BEST[[1, 4, 9]] = 1.0


def trap(x: Tensor) -> Tensor:
    """Three flags gain together only, others cost, and the best number is 0.3 with and 0.8 without them."""
    a, flags = x[..., 0], x[..., 1:]
    is_there = flags[..., [1, 4, 9]].prod(-1)
    place = 0.8 - 0.5 * is_there
    value = 2.0 * is_there - 0.1 * flags.sum(-1) - (a - place).square()
    return value.reshape(-1, 1)


def test_a_set_that_pays_only_as_a_whole_is_found_with_its_number() -> None:
    for seed in range(3):
        found = TreeSearch(n_pool=64).maximize(trap, SPACE, generator=make_generator(seed))
        assert found.x[0, 1:].tolist() == BEST.tolist()
        assert found.x[0, 0].item() == pytest.approx(0.3, abs=1e-3)


def test_several_values_are_maximized_in_the_pareto_sense() -> None:
    def two(x: Tensor) -> Tensor:
        return torch.cat([trap(x), x[..., 1:].sum(-1).reshape(-1, 1)], -1)

    found = TreeSearch(n_pool=64).maximize(two, SPACE, generator=make_generator(0))
    front = evaluate(two, found.x[found.rank == 0])
    assert front[:, 0].max().item() == pytest.approx(1.7, abs=1e-3)
    assert front[:, 1].max().item() == N_FLAGS


def test_constraints_hold_for_every_point_that_is_valued() -> None:
    space = DesignSpace().parse(
        [{"name": f"f{i}", "type": "int", "lb": 0, "ub": 1} for i in range(N_FLAGS)]
        + [FLAGS[0] | {"name": "g"}],
        constraints=[
            {"type": "linear", "coefficients": {f"f{i}": 1.0 for i in range(N_FLAGS)}, "lb": 1, "ub": 2}
        ],
    )
    valued: list[Tensor] = []

    def score(x: Tensor) -> Tensor:
        valued.append(x.reshape(-1, N_FLAGS + 1))
        return (x * torch.arange(N_FLAGS + 1)).sum(-1).reshape(-1, 1)

    found = TreeSearch(n_pool=32).maximize(score, space, generator=make_generator(0))
    assert space.contains(torch.cat(valued)).all()
    assert evaluate(score, found.x[:1]).item() == 10 + 11 + 12


def test_changes_come_in_the_order_of_columns_and_no_column_changes_twice() -> None:
    space = DesignSpace().parse(
        [
            {"name": "c", "type": "cat", "categories": ["u", "v", "w"]},
            {"name": "k", "type": "int", "lb": 1, "ub": 9},
            {"name": "f", "type": "bool"},
        ]
    )
    levels = {0: torch.arange(3.0), 1: torch.arange(1.0, 10.0), 2: torch.arange(2.0)}
    point = torch.tensor([1.0, 4.0, 0.0], dtype=torch.float64)
    game = ColumnGame(space, levels, point, generator=make_generator(0))
    assert game.legal_actions(()) == (0, 1, 2, STOP)  # two other categories of c, and f = true
    assert game.legal_actions((1,)) == (2, STOP)
    assert game.legal_actions((1, 2)) == (STOP,)
    assert game.legal_actions((1, STOP)) == ()
    ends = [(STOP,), (0, STOP), (1, STOP), (2, STOP), (1, 2, STOP)]
    x, is_feasible = game.points(ends)
    assert is_feasible.all()
    points = x.tolist()
    assert points[0] == [1.0, 4.0, 0.0]
    assert sorted(points[1:3]) == [[0.0, 4.0, 0.0], [2.0, 4.0, 0.0]]
    assert points[3:] == [[1.0, 4.0, 1.0], [points[2][0], 4.0, 1.0]]


def test_a_space_without_nominal_columns_is_climbed() -> None:
    space = DesignSpace().parse([{"name": name, "type": "num", "lb": -1.0, "ub": 1.0} for name in "ab"])
    found = TreeSearch().maximize(lambda x: -(x - 0.25).square().sum(-1), space, generator=make_generator(0))
    assert found.x[0].tolist() == pytest.approx([0.25, 0.25], abs=1e-3)


def test_conditional_parameters_follow_their_parents() -> None:
    space = DesignSpace().parse(
        [
            {"name": "f", "type": "bool"},
            {"name": "g", "type": "bool"},
            {"name": "a", "type": "num", "lb": 0.0, "ub": 1.0, "active_if": {"f": [True]}},
        ]
    )
    found = TreeSearch(n_pool=4).maximize(
        lambda x: (x[..., 0] + x[..., 1] + x[..., 2]).reshape(-1, 1), space, generator=make_generator(0)
    )
    assert space.contains(found.x).all()
    assert found.x[0].tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_choices_that_make_no_difference_stay_those_of_the_best_known_point() -> None:
    start = torch.full((1, N_FLAGS + 1), 0.5, dtype=torch.float64)
    start[0, 1:] = torch.arange(N_FLAGS) % 2
    needed = 1 - start[0, 3]

    def third_flag(x: Tensor) -> Tensor:
        return (-(x[..., 0] - 0.3).square() - (x[..., 3] - needed).abs()).reshape(-1, 1)

    expected = start[0, 1:].clone()
    expected[2] = needed
    for seed in range(3):
        found = TreeSearch(n_pool=64).maximize(third_flag, SPACE, generator=make_generator(seed), start=start)
        assert found.x[0, 0].item() == pytest.approx(0.3, abs=1e-3)
        assert found.x[0, 1:].tolist() == expected.tolist()
