"""Tests of `mcbo.acq_optimizers.bandit`."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hebo.acq_optimizers.ranking import evaluate
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from mcbo.acq_optimizers.bandit import BanditSearch

MIXED = DesignSpace().parse(
    [
        *({"name": f"a{i}", "type": "num", "lb": -1, "ub": 1} for i in range(2)),
        *({"name": f"c{i}", "type": "cat", "categories": [0, 1, 2, 3, 4]} for i in range(4)),
        {"name": "b", "type": "bool"},
    ]
)
BEST = torch.tensor([3.0, 1, 4, 0, 1], dtype=torch.float64)


def acq(x: Tensor) -> Tensor:
    """The maximum, 5, has the best categories and numbers that fit them."""
    x = x.squeeze(-2)
    hits = (x[:, 2:] == BEST).to(x).sum(1)
    return (hits - (x[:, 0] - 0.3).square() - (x[:, 1] + 0.02 * hits).square()).unsqueeze(1)


def test_categories_by_bandits_and_numbers_by_gradients_reach_the_maximum() -> None:
    for seed in range(2):
        found = BanditSearch(n_pool=64).maximize(acq, MIXED, generator=make_generator(seed))
        assert MIXED.contains(found.x).all()
        assert found.x[0, 2:].tolist() == BEST.tolist()
        assert evaluate(acq, found.x[:1]).item() == pytest.approx(5.0, abs=1e-3)


def test_gradients_are_needed_for_the_numbers() -> None:
    with_steps, without = (
        BanditSearch(n_pool=64, n_rounds=4, n_steps=n).maximize(acq, MIXED, generator=make_generator(0))
        for n in (8, 0)
    )
    misses = [(found.x[0, 0] - 0.3).abs().item() for found in (with_steps, without)]
    assert misses[0] < 1e-4 < misses[1]


def test_the_bandits_learn_the_good_categories() -> None:
    drawn: list[Tensor] = []

    def watched(x: Tensor) -> Tensor:
        drawn.append(x.detach().squeeze(-2))
        return acq(x)

    BanditSearch(n_pool=64, n_steps=0, n_teams=2).maximize(watched, MIXED, generator=make_generator(0))
    hits = [(x[:, 2:6] == BEST[:4]).double().mean().item() for x in drawn if len(x) == 32]
    assert len(hits) >= 50
    assert sum(hits[-10:]) / 10 > 0.4  # a fifth by chance
    assert sum(hits[-10:]) > 1.5 * sum(hits[1:11])


def test_a_continuous_space_has_no_bandits_and_is_searched() -> None:
    space = DesignSpace().parse([{"name": name, "type": "num", "lb": -1, "ub": 1} for name in "ab"])
    found = BanditSearch(n_pool=32, n_rounds=5).maximize(
        lambda x: -(x - 0.3).square().sum(-1), space, generator=make_generator(0)
    )
    torch.testing.assert_close(found.x[0], torch.full((2,), 0.3, dtype=torch.float64), rtol=0, atol=1e-3)
