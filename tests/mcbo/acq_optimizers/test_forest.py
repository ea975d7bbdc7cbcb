"""Tests of `mcbo.acq_optimizers.forest`: max-sum equals enumeration."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from hebo.random import make_generator
from mcbo.acq_optimizers.forest import find_cycle, maximize


def random_forest(seed: int) -> tuple[dict[int, Tensor], dict[tuple[int, int], Tensor]]:
    """Seven nodes of 2 to 4 values; each but the first hangs on an earlier one, or on none."""
    generator = make_generator("forest", seed)

    def whole(low: int, high: int) -> int:
        return int(torch.randint(low, high, (), generator=generator))

    names = [int(name) for name in torch.randperm(30, generator=generator)[:7]]
    unary = {name: torch.randn(whole(2, 5), dtype=torch.float64, generator=generator) for name in names}
    pairs = {}
    for number, name in enumerate(names[1:], start=1):
        if whole(0, 4):
            edge = (names[whole(0, number)], name)
            edge = edge if whole(0, 2) else (edge[1], edge[0])
            shape = len(unary[edge[0]]), len(unary[edge[1]])
            pairs[edge] = 2 * torch.randn(shape, dtype=torch.float64, generator=generator)
    return unary, pairs


def total(unary: dict[int, Tensor], pairs: dict[tuple[int, int], Tensor], chosen: dict[int, int]) -> float:
    single = sum(values[chosen[node]].item() for node, values in unary.items())
    return single + sum(values[chosen[i], chosen[j]].item() for (i, j), values in pairs.items())


@pytest.mark.parametrize("seed", range(8))
def test_the_maximum_is_that_of_all_combinations(seed: int) -> None:
    unary, pairs = random_forest(seed)
    combinations = itertools.product(*(range(len(values)) for values in unary.values()))
    best = max(total(unary, pairs, dict(zip(unary, one, strict=True))) for one in combinations)
    assert total(unary, pairs, maximize(unary, pairs)) == pytest.approx(best)


def test_nodes_without_edges_take_their_own_best() -> None:
    assert maximize({5: torch.tensor([0.0, 2.0, 1.0]), 3: torch.tensor([1.0])}, {}) == {5: 1, 3: 0}


def test_the_inputs_are_left_alone() -> None:
    unary, pairs = random_forest(0)
    before = {node: values.clone() for node, values in unary.items()}
    maximize(unary, pairs)
    assert all(torch.equal(values, before[node]) for node, values in unary.items())


def test_a_long_chain_is_no_deep_recursion() -> None:
    n = 3000
    unary = {node: torch.zeros(2, dtype=torch.float64) for node in range(n)}
    unary[0][1] = 1.0
    differ = 1.0 - torch.eye(2, dtype=torch.float64)
    chosen = maximize(unary, {(node, node + 1): differ for node in range(n - 1)})
    assert [chosen[node] for node in range(4)] == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("edges", "closing"),
    [
        ([(0, 1), (1, 2), (3, 4)], None),
        ([(0, 1), (1, 2), (0, 2)], (0, 2)),
        ([(0, 1), (2, 3), (1, 3), (2, 0)], (2, 0)),
        ([(4, 4)], (4, 4)),
        ([], None),
    ],
)
def test_the_edge_that_closes_a_cycle_is_found(
    edges: list[tuple[int, int]], closing: tuple[int, int] | None
) -> None:
    assert find_cycle(edges) == closing
