"""Tests of `mcbo.acq_optimizers.exp3` against formulas worked by hand."""

from __future__ import annotations

import math

import pytest
import torch

from hebo.random import make_generator
from mcbo.acq_optimizers.exp3 import Exp3, best_exploration, nominal_values


def bandits(*n_arms: int, gamma: float = 0.3, n_teams: int = 1) -> Exp3:
    counts = torch.tensor(n_arms)
    return Exp3(counts, torch.full((len(n_arms),), gamma), n_teams=n_teams)


def test_the_odds_are_equal_at_first_and_zero_where_there_is_no_arm() -> None:
    odds = bandits(2, 4).odds()
    torch.testing.assert_close(
        odds, torch.tensor([[[0.5, 0.5, 0, 0], [0.25, 0.25, 0.25, 0.25]]]).double(), rtol=1e-6, atol=0
    )


def test_a_reward_multiplies_a_weight_as_in_the_paper() -> None:
    exp3 = bandits(2, gamma=0.5)
    exp3.reward(torch.tensor([[[1]]]), torch.tensor([[[0.8]]]))
    weight = math.exp(0.5 * (0.8 / 0.5) / 2)
    first = 0.5 * (1 / (1 + weight)) + 0.25
    assert exp3.odds()[0, 0].tolist() == pytest.approx([first, 1 - first])
    exp3.reward(torch.tensor([[[0]]]), torch.tensor([[[1.0]]]))
    other = math.exp(0.5 * (1 / first) / 2)
    assert exp3.odds()[0, 0, 0].item() == pytest.approx(0.5 * other / (other + weight) + 0.25)


def test_pulls_of_one_round_add_up() -> None:
    exp3 = bandits(3)
    exp3.reward(torch.tensor([[[1], [1], [2]]]), torch.tensor([[[0.5], [1.0], [0.0]]]))
    weight = math.exp(0.3 * (1.5 * 3) / 3)
    assert exp3.odds()[0, 0, 1].item() == pytest.approx(0.7 * weight / (2 + weight) + 0.1)


def test_arms_are_drawn_by_their_odds_in_each_column_and_team() -> None:
    exp3 = bandits(2, 5, n_teams=2)
    for _ in range(5):
        exp3.reward(torch.tensor([[[1, 4]], [[0, 0]]]), torch.ones(2, 1, 2))
    arms = exp3.pull(4000, generator=make_generator(0))
    assert arms.shape == (2, 4000, 2)
    odds = exp3.odds()
    for team in range(2):
        for column, n_arms in enumerate((2, 5)):
            shares = arms[team, :, column].bincount(minlength=n_arms) / 4000
            torch.testing.assert_close(shares.double(), odds[team, column, :n_arms], rtol=0, atol=0.03)
    assert odds[0, 0, 1] > 0.6
    assert odds[1, 0, 0] > 0.6


def test_the_best_of_many_arms_is_found_though_another_is_better_at_first() -> None:
    exp3, generator = bandits(4, gamma=0.2), make_generator(0)
    for turn in range(1500):
        arms = exp3.pull(1, generator=generator)
        is_good = arms == (0 if turn < 200 else 3)
        exp3.reward(arms, is_good.double())
    assert exp3.odds()[0, 0, 3].item() > 0.8


def test_the_exploration_is_that_of_the_corollary_and_at_most_one() -> None:
    gamma = best_exploration(torch.tensor([2, 10]), 1000)
    expected = [math.sqrt(k * math.log(k) / ((math.e - 1) * 1000)) for k in (2, 10)]
    assert gamma.tolist() == pytest.approx(expected)
    assert best_exploration(torch.tensor([50]), 2).tolist() == [1.0]


def test_columns_without_an_order_get_bandits() -> None:
    levels = {
        0: torch.tensor([0.0, 1.0]),
        1: torch.tensor([1.0, 2.0, 3.0]),
        2: torch.tensor([0.0, 1.0, 2.0]),
        4: torch.tensor([2.0]),
    }
    columns, counts, values = nominal_values(levels, {2, 4})
    assert columns.tolist() == [0, 2]
    assert counts.tolist() == [2, 3]
    assert values.tolist() == [[0, 1, 0], [0, 1, 2]]


def test_no_columns_need_no_bandits() -> None:
    columns, counts, _ = nominal_values({}, set())
    exp3 = Exp3(counts, best_exploration(counts, 10), n_teams=3)
    arms = exp3.pull(4, generator=make_generator(0))
    assert arms.shape == (3, 4, 0)
    exp3.reward(arms, torch.ones(3, 4, 0))
    assert len(columns) == 0
