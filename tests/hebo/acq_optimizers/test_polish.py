"""Tests of `hebo.acq_optimizers.polish`: weights, starting points, and local maxima in mixed domains."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.acq_optimizers.polish import mixtures, polish, starting_rows
from hebo.acq_optimizers.ranking import evaluate
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -2, "ub": 2},
        {"name": "k", "type": "int", "lb": 0, "ub": 30},
        {"name": "c", "type": "cat", "categories": list("uvw")},
    ]
)


def acq(x: Tensor) -> Tensor:
    """Two values with their maxima, 0, at (1, 20, v) and (-1, 20, v)."""
    a, k, c = x.squeeze(-2).unbind(-1)
    rest = (k - 20 - a.round()).square() / 100 + (c != 1).to(x)
    return torch.stack([-(a - 1).square() - rest, -(a + 1).square() - rest], dim=-1)


def test_weights_are_single_values_twice_then_mixtures() -> None:
    weights = mixtures(6, 2, generator=make_generator(0))
    assert weights[:4].tolist() == [[1, 0], [0, 1], [1, 0], [0, 1]]
    assert (weights[4:] > 0).all()
    torch.testing.assert_close(weights.sum(1), torch.ones(6, dtype=torch.float64))
    assert mixtures(1, 3, generator=make_generator(0)).tolist() == [[1, 0, 0]]


def test_starting_points_are_apart_while_there_are_such() -> None:
    space = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
    x = torch.tensor([[0.5], [0.51], [0.9], [0.1]], dtype=torch.float64)
    scores = torch.tensor([[4.0], [3.0], [2.0], [1.0]], dtype=torch.float64).expand(-1, 4)
    assert starting_rows(space, x, scores).tolist() == [0, 2, 3, 0]


def test_the_maximum_of_each_value_is_found_in_a_mixed_domain() -> None:
    pool = SPACE.sample(64, generator=make_generator(0))
    found = polish(acq, SPACE, pool, evaluate(acq, pool), n=4, pool=pool, generator=make_generator(1))
    assert SPACE.contains(found).all()
    best = evaluate(acq, found).amax(0)
    torch.testing.assert_close(best, torch.zeros_like(best), atol=1e-4, rtol=0)


def test_a_flat_value_does_no_harm() -> None:
    def flat(x: Tensor) -> Tensor:
        return torch.cat([acq(x)[:, :1], torch.zeros(len(x), 1, dtype=x.dtype)], dim=1)

    pool = SPACE.sample(64, generator=make_generator(0))
    found = polish(flat, SPACE, pool, evaluate(flat, pool), n=3, pool=pool, generator=make_generator(1))
    assert evaluate(flat, found)[:, 0].max() > -1e-4
