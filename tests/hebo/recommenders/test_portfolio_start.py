"""Tests of `hebo.recommenders.portfolio_start`: few points of which one is good for each task."""

from __future__ import annotations

import torch

from hebo.design_space.design_space import DesignSpace
from hebo.recommenders.portfolio_start import portfolio

SPACE = DesignSpace().parse(
    [{"name": "a", "type": "num", "lb": 0, "ub": 10}, {"name": "c", "type": "cat", "categories": ["u", "v"]}]
)
POINTS = torch.tensor([[float(a), 0.0] for a in range(11)], dtype=torch.float64)


def best_at(*optima: float) -> list[torch.Tensor]:
    """Points of tasks, ranked by the distance from an optimum each."""
    return [POINTS[(POINTS[:, 0] - one).abs().argsort()] for one in optima]


def test_the_first_point_is_good_for_most_and_the_next_for_the_others() -> None:
    tasks = best_at(1.0, 2.0, 3.0, 9.0)
    chosen = portfolio(torch.cat([task[:1] for task in tasks]), tasks, 2, SPACE)
    assert chosen[:, 0].tolist() == [2.0, 9.0]


def test_there_are_at_most_as_many_points_as_candidates() -> None:
    tasks = best_at(1.0, 9.0)
    assert len(portfolio(torch.cat([task[:1] for task in tasks]), tasks, 5, SPACE)) == 2


def test_a_category_counts_when_the_nearest_observation_is_looked_for() -> None:
    there = torch.tensor([[4.0, 1.0], [5.0, 0.0]], dtype=torch.float64)  # best first
    other = torch.tensor([[8.0, 0.0], [4.0, 1.0], [5.0, 0.0]], dtype=torch.float64)
    chosen = portfolio(torch.tensor([[5.0, 0.0], [5.0, 1.0]], dtype=torch.float64), [there, other], 1, SPACE)
    assert chosen.tolist() == [[5.0, 1.0]]
