"""Tests of `mcbo.kernels.subsequences` against the enumeration of all subsequences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

import pytest
import torch
from torch import Tensor

from hebo.random import make_generator
from mcbo.kernels import subsequences
from mcbo.kernels.subsequences import pair_sums

LENGTH, LETTERS, ORDER = 6, 3, 5
GAP = torch.tensor(0.37, dtype=torch.float64)
S = torch.randint(LETTERS, (7, LENGTH), generator=make_generator("strings"))
PAIRS = torch.triu_indices(7, 7)


def held(string: Sequence[int], order: int, gap: float) -> dict[tuple[int, ...], float]:
    """The subsequences of a string with their weights."""
    weights: dict[tuple[int, ...], float] = defaultdict(float)
    for places in combinations(range(len(string)), order):
        left_out = places[-1] - places[0] + 1 - order
        weights[tuple(string[place] for place in places)] += gap**left_out
    return weights


def enumerated(s: Tensor, t: Tensor, order: int, gap: float) -> Tensor:
    """`k_order` of all pairs of rows."""
    of_s, of_t = ([held(row, order, gap) for row in rows.tolist()] for rows in (s, t))
    sums = [[sum(w * b.get(u, 0.0) for u, w in a.items()) for b in of_t] for a in of_s]
    return torch.tensor(sums, dtype=torch.float64)


@pytest.mark.parametrize("gap", [0.0, 0.37, 1.0])
def test_pairs_are_those_of_enumeration(gap: float) -> None:
    sums = pair_sums(S, S, PAIRS, torch.tensor(gap, dtype=torch.float64), ORDER)
    for order in range(1, ORDER + 1):
        expected = enumerated(S, S, order, gap)
        torch.testing.assert_close(sums[order - 1], expected[PAIRS[0], PAIRS[1]])


def test_pairs_may_be_of_two_sets_of_strings() -> None:
    t = S[:4].flip(1)
    pairs = torch.tensor([[6, 0, 3], [1, 3, 0]])
    sums = pair_sums(S, t, pairs, GAP, 3)
    for order in (1, 2, 3):
        expected = enumerated(S, t, order, 0.37)
        torch.testing.assert_close(sums[order - 1], expected[pairs[0], pairs[1]])


def test_chunks_are_put_together_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    gap = GAP.clone().requires_grad_()

    def results() -> list[Tensor]:
        sums = pair_sums(S, S, PAIRS, gap, 3)
        slope = torch.autograd.grad((sums * torch.arange(sums.shape[1])).sum(), gap)[0]
        return [sums, slope]

    whole = results()
    monkeypatch.setattr(subsequences, "_CHUNK", 150)  # a few pairs
    for mine, expected in zip(results(), whole, strict=True):
        torch.testing.assert_close(mine, expected)


def test_the_slope_of_pairs_is_that_of_finite_differences() -> None:
    gap = GAP.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda g: pair_sums(S, S, PAIRS, g, ORDER), gap)


def test_without_a_gradient_the_sums_are_the_same() -> None:
    gap = GAP.clone().requires_grad_()
    with torch.no_grad():
        plain = pair_sums(S, S, PAIRS, gap, ORDER)
    assert not plain.requires_grad
    torch.testing.assert_close(pair_sums(S, S, PAIRS, gap, ORDER), plain)
