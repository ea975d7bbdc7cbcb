"""Tests of `hebo.optimizers.batch`."""

from __future__ import annotations

from functools import partial

import torch

from hebo.acquisitions.marginals import mean_and_sd
from hebo.base import Candidates
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.batch import choose_from_front
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 10}])
X = torch.tensor([[0.0], [1.0], [2.0], [3.0], [4.0]], dtype=torch.float64)
MODEL = WarpedGP().fit(
    Data(X, torch.tensor([[-1.0], [0.5], [1.2], [0.3], [-1.0]]).double()), SPACE, generator=make_generator(0)
)
FRONT = torch.tensor([[9.5], [2.1], [0.7], [3.4]], dtype=torch.float64)


def choose(candidates: Candidates, n: int, seed: int = 0, seen: torch.Tensor = X) -> torch.Tensor:
    return choose_from_front(
        candidates, partial(mean_and_sd, MODEL), seen, n, SPACE, generator=make_generator(seed)
    )


def test_slots_one_and_two_are_most_uncertain_and_best_mean() -> None:
    for seed in range(5):
        batch = choose(Candidates(FRONT, torch.zeros(4, dtype=torch.long)), 3, seed)
        assert batch[0].item() == 9.5
        assert batch[1].item() == 2.1


def test_single_suggestions_are_drawn_from_the_whole_front() -> None:
    drawn = {
        choose(Candidates(FRONT, torch.zeros(4, dtype=torch.long)), 1, seed).item() for seed in range(40)
    }
    assert drawn == {9.5, 2.1, 0.7, 3.4}


def test_later_ranks_fill_up_in_order() -> None:
    batch = choose(Candidates(FRONT, torch.tensor([0, 1, 2, 3])), 2)
    assert batch.flatten().tolist() == [9.5, 2.1]


def test_seen_points_are_left_out_and_random_ones_fill_up() -> None:
    batch = choose(Candidates(FRONT, torch.zeros(4, dtype=torch.long)), 6, seen=FRONT[:2])
    assert len(torch.unique(batch)) == 6
    assert not torch.isin(batch, FRONT[:2]).any()
    assert torch.isin(FRONT[2:], batch).all()
