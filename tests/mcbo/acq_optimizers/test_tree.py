"""Tests of `mcbo.acq_optimizers.tree` on a game of choosing numbers in ascending order."""

from __future__ import annotations

import math
from itertools import chain, combinations

import pytest
import torch

from hebo.random import make_generator
from mcbo.acq_optimizers.tree import MonteCarloTreeSearch, Node

STOP = -1
Chosen = tuple[int, ...]


class Subsets:
    """Choosing some of `n` numbers; a set without `needed` is no end."""

    def __init__(self, n: int, needed: int | None = None) -> None:
        self.n, self.needed = n, needed

    def legal_actions(self, state: Chosen) -> list[int]:
        if self.is_terminal(state):
            return []
        later = list(range(state[-1] + 1 if state else 0, self.n))
        return later if self.needed is not None and self.needed not in state else [*later, STOP]

    def step(self, state: Chosen, action: int) -> Chosen:
        return (*state, action)

    def is_terminal(self, state: Chosen) -> bool:
        return state[-1:] == (STOP,)


def every_end(game: Subsets) -> set[Chosen]:
    numbers = range(game.n)
    sets = chain.from_iterable(combinations(numbers, size) for size in range(game.n + 1))
    return {(*one, STOP) for one in sets if game.needed is None or game.needed in one}


class Counted:
    """Values ends by a formula and counts them; the best set is {2, 5, 7} of ten."""

    def __init__(self) -> None:
        self.asked: list[Chosen] = []

    def __call__(self, ends: list[Chosen]) -> list[float]:
        self.asked += ends
        return [self.of(end) for end in ends]

    @staticmethod
    def of(end: Chosen) -> float:
        chosen = set(end[:-1])
        pairs = 1.0 * ({2, 5} <= chosen) + 1.5 * ({2, 5, 7} <= chosen)
        return 0.2 * (2 in chosen) + 0.1 * (7 in chosen) + pairs - 0.05 * len(chosen)


def search(game: Subsets, value: Counted, seed: int = 0, **settings: object) -> MonteCarloTreeSearch[Chosen]:
    return MonteCarloTreeSearch(game, value, generator=make_generator(seed), **settings)  # type: ignore[arg-type]


def test_the_best_set_of_ten_is_found_with_a_fraction_of_all() -> None:
    n_asked = []
    for seed in range(5):
        value = Counted()
        assert search(Subsets(10), value, seed).run((), 40) == (2, 5, 7, STOP)
        n_asked.append(len(value.asked))
    assert max(n_asked) < 350 < 2**10


def test_no_end_is_valued_twice_and_all_of_them_are_ends() -> None:
    value = Counted()
    tree = search(Subsets(8, needed=3), value)
    tree.run((), 30)
    assert len(value.asked) == len(set(value.asked)) == len(tree.values)
    assert set(value.asked) <= every_end(Subsets(8, needed=3))


def test_a_small_game_is_seen_completely_and_then_left() -> None:
    value = Counted()
    tree = search(Subsets(5), value, n_rollouts=0)
    tree.run((), 10_000)
    assert set(tree.values) == every_end(Subsets(5))


def test_a_game_that_cannot_end_has_no_best_end() -> None:
    tree = search(Subsets(3, needed=9), Counted())
    assert tree.run((), 10) is None
    assert tree.values == {}


@pytest.mark.parametrize("n_iterations", [1, 25])
def test_same_generator_same_search(n_iterations: int) -> None:
    first, second, other = Counted(), Counted(), Counted()
    torch.manual_seed(0)
    search(Subsets(10), first, 1).run((), n_iterations)
    torch.manual_seed(1)
    search(Subsets(10), second, 1).run((), n_iterations)
    search(Subsets(10), other, 2).run((), n_iterations)
    assert first.asked == second.asked != other.asked


def test_children_wait_for_visits() -> None:
    """With `k n^a` children allowed after `n` visits, a root of nine visits has `ceil(2 sqrt 9)` at most."""
    tree = search(Subsets(30), Counted(), widening=(2.0, 0.5))
    root = tree._opened(())
    for n_visits in range(1, 60):
        assert len(root.children) <= math.ceil(2.0 * math.sqrt(n_visits)) + 1
        tree._visit(root)
    assert len(root.children) < 30


def test_rewards_lie_between_the_median_and_the_best_score() -> None:
    tree = search(Subsets(4), Counted())
    tree.values = {(0, STOP): -1e6, (1, STOP): 1.0, (2, STOP): 3.0}
    tree._low, tree._high = 1.0, 1.0 + 2e-3
    rewards = [tree._reward(Node((), [], scores=scores)) for scores in ([-1e307], [1.002], [1.0, 1.002], [])]
    assert rewards == pytest.approx([0.0, 1.0, 0.5, 0.0])


def test_roll_outs_reach_small_and_large_sets_alike() -> None:
    tree = search(Subsets(9), Counted())
    sizes = [len(tree._rolled_out(()) or ()) - 1 for _ in range(2000)]
    counts = torch.bincount(torch.tensor(sizes), minlength=10)
    assert counts.sum() == 2000
    assert 140 < counts.min() <= counts.max() < 270  # 200 each, up to clipped probabilities
