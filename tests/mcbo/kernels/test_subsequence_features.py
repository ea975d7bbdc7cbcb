"""Tests of `mcbo.kernels.subsequence_features` against the enumeration of all subsequences."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Tensor

from hebo.random import make_generator
from mcbo.kernels import subsequence_features
from mcbo.kernels.subsequence_features import subsequence_counts, subsequence_products, unit_counts
from tests.mcbo.kernels.test_subsequences import GAP, LETTERS, ORDER, S, enumerated, held


@pytest.mark.parametrize("gap", [0.0, 0.37, 1.0])
def test_counts_are_those_of_enumeration(gap: float) -> None:
    found = subsequence_counts(S, LETTERS, torch.tensor(gap, dtype=torch.float64), ORDER)
    for order, counts in enumerate(found, 1):
        words = [*product(range(LETTERS), repeat=order)]
        expected = [[held(row, order, gap).get(word, 0.0) for word in words] for row in S.tolist()]
        torch.testing.assert_close(counts, torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_products_are_those_of_enumeration(order: int) -> None:
    products = subsequence_products(S, LETTERS, GAP, order)
    assert products.shape == (order, 7, 7)
    for p in range(order):
        torch.testing.assert_close(products[p], enumerated(S, S, p + 1, 0.37))


def test_products_may_be_of_batches_of_strings() -> None:
    batch = torch.randint(LETTERS, (2, 3, 4, 6), generator=make_generator("batch"))
    products = subsequence_products(batch, LETTERS, GAP, 3)
    assert products.shape == (3, 2, 3, 4, 4)
    torch.testing.assert_close(products[:, 1, 2], subsequence_products(batch[1, 2], LETTERS, GAP, 3))


def test_slopes_are_those_of_finite_differences() -> None:
    gap = GAP.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda g: subsequence_products(S, LETTERS, g, ORDER), gap)
    assert torch.autograd.gradcheck(lambda g: torch.cat(subsequence_counts(S, LETTERS, g, ORDER), 1), gap)


def test_without_a_gradient_results_are_the_same() -> None:
    gap = GAP.clone().requires_grad_()
    with torch.no_grad():
        plain = subsequence_products(S, LETTERS, gap, ORDER)
    assert not plain.requires_grad
    torch.testing.assert_close(subsequence_products(S, LETTERS, gap, ORDER), plain)


def test_chunks_are_put_together_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    gap = GAP.clone().requires_grad_()

    def results() -> list[Tensor]:
        counts = torch.cat(subsequence_counts(S, LETTERS, gap, 3), 1)
        slope = torch.autograd.grad((counts * torch.arange(counts.shape[1])).sum(), gap)[0]
        return [counts, slope]

    whole = results()
    monkeypatch.setattr(subsequence_features, "_CHUNK", 150)  # a few strings
    for mine, expected in zip(results(), whole, strict=True):
        torch.testing.assert_close(mine, expected)


def test_unit_counts_are_the_counts_scaled_to_the_given_lengths() -> None:
    lengths = torch.tensor([0.7, 0.5, 2.0], dtype=torch.float64)
    counts = subsequence_counts(S, LETTERS, GAP, 3)
    expected = [
        length * one / one.norm(dim=1, keepdim=True) for length, one in zip(lengths, counts, strict=True)
    ]
    torch.testing.assert_close(unit_counts(S, LETTERS, GAP, lengths), torch.cat(expected, 1))


def test_unit_counts_of_chunks_are_put_together_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = torch.ones(3, dtype=torch.float64)
    whole = unit_counts(S, LETTERS, GAP, lengths)
    monkeypatch.setattr(subsequence_features, "_CHUNK", 2 * LETTERS**3)
    torch.testing.assert_close(unit_counts(S, LETTERS, GAP, lengths), whole)
