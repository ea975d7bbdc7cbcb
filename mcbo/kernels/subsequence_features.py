"""Strings as vectors of their subsequences: the arithmetic of `string_subsequence` where these are few.

Notation is that of `subsequences`: `c_u(s)` is the weight with which a string `s` of `L` letters holds the
subsequence `u`, `a` is the number of letters in the alphabet.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mcbo.kernels.subsequences import gaps

_CHUNK = 1 << 18
"""Numbers in the largest array of one step: what fits a processor's cache."""


def subsequence_counts(codes: Tensor, n_letters: int, gap_decay: Tensor, order: int) -> tuple[Tensor, ...]:
    """Return all `c_u`, those of `p` letters as `n x a^p`; they take `O(L a^order)` per string.

    Differentiable once by the gap decay, which keeps as many numbers again; `subsequence_products` does not.

    Args:
        codes: `n x L` letters as integers from 0.
        n_letters: `a`.
        gap_decay: `g`, a scalar.
        order: Most letters of a subsequence.
    """
    untyped: Any = _CountsFunction  # torch declares no types for `apply`
    counts: tuple[Tensor, ...] = untyped.apply(_wanted(gap_decay), codes, n_letters, order)
    return counts


def subsequence_products(codes: Tensor, n_letters: int, gap_decay: Tensor, order: int) -> Tensor:
    """Return `k_p` of all pairs of strings, `order x ... x n x n`, of `... x n x L` letters.

    Differentiable once by the gap decay; the arguments are those of `subsequence_counts`.
    """
    untyped: Any = _ProductsFunction
    products: Tensor = untyped.apply(_wanted(gap_decay), codes, n_letters, order)
    return products


@torch.no_grad()
def unit_counts(codes: Tensor, n_letters: int, gap_decay: Tensor, lengths: Tensor) -> Tensor:
    """Return the counts of each order as a vector of given length, one after the other, without slopes.

    They are scaled and put in their place while a chunk of them is in the cache: scaling and joining whole
    arrays of them takes longer than counting.

    Args:
        codes: `n x L` letters, as `subsequence_counts` takes them.
        n_letters: `a`.
        gap_decay: `g`, a scalar.
        lengths: Of the vectors of `1, 2, ..., order` letters.

    Returns:
        `n x (a + ... + a^order)` numbers.
    """
    order = len(lengths)
    sizes = [n_letters**p for p in range(1, order + 1)]
    found = gap_decay.new_empty(len(codes), sum(sizes))
    n_rows = _rows_at_once(codes, n_letters, order)
    for chunk, rows in zip(torch.split(codes, n_rows), torch.split(found, n_rows), strict=True):
        counts = _Counts(chunk, n_letters, gap_decay, with_slopes=False)
        for p, place in enumerate(torch.split(rows, sizes, 1)):
            (one,) = counts.of(p + 1)
            torch.mul(one, lengths[p] / one.norm(dim=1, keepdim=True), out=place)
    return found


def _wanted(gap_decay: Tensor) -> Tensor:
    """A function with its own slopes is asked for them also where gradients are switched off."""
    return gap_decay if torch.is_grad_enabled() else gap_decay.detach()


class _CountsFunction(torch.autograd.Function):
    """The counts with their derivatives by the one parameter."""

    @staticmethod
    def forward(ctx: Any, gap_decay: Tensor, codes: Tensor, n_letters: int, order: int) -> tuple[Tensor, ...]:
        counts, slopes = _counts(codes, n_letters, gap_decay, order, with_slopes=ctx.needs_input_grad[0])
        ctx.save_for_backward(*slopes)
        return tuple(counts)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        pairs = zip(gradients, ctx.saved_tensors, strict=True)
        return torch.stack([(one * slopes).sum() for one, slopes in pairs]).sum(), None, None, None


class _ProductsFunction(torch.autograd.Function):
    """Their inner products with derivatives, so that no array of counts is kept."""

    @staticmethod
    def forward(ctx: Any, gap_decay: Tensor, codes: Tensor, n_letters: int, order: int) -> Tensor:
        rows, shape = codes.flatten(0, -2), (*codes.shape[:-1], -1)
        counts, slopes = _counts(rows, n_letters, gap_decay, order, with_slopes=ctx.needs_input_grad[0])
        counts = [one.reshape(shape) for one in counts]
        if slopes:
            halves = torch.stack([s.reshape(shape) @ c.mT for s, c in zip(slopes, counts, strict=True)])
            ctx.save_for_backward(halves + halves.mT)
        return torch.stack([one @ one.mT for one in counts])

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        (slopes,) = ctx.saved_tensors
        return (gradient * slopes).sum(), None, None, None


def _counts(
    codes: Tensor, n_letters: int, gap_decay: Tensor, order: int, *, with_slopes: bool
) -> tuple[list[Tensor], list[Tensor]]:
    """Return for each order the `n x a^p` counts, and their slopes if they are wanted."""
    chunks = []
    for chunk in torch.split(codes, _rows_at_once(codes, n_letters, order)):
        counts = _Counts(chunk, n_letters, gap_decay, with_slopes=with_slopes)
        chunks.append([one for p in range(1, order + 1) for one in counts.of(p)])
    whole = [torch.cat(parts) for parts in zip(*chunks, strict=True)]
    return (whole[::2], whole[1::2]) if with_slopes else (whole, [])


def _rows_at_once(codes: Tensor, n_letters: int, order: int) -> int:
    largest = int(n_letters ** (order - 1)) * max(n_letters, codes.shape[1])
    return max(1, _CHUNK // largest)


class _Counts:
    """The `c_u` of `n` strings and, on demand, their slopes by the gap decay.

    A subsequence is found from a place within it: what precedes the place and what begins there are put
    together, so that no array over the places is larger than for half of the letters. With slopes, arrays
    over the places have them as `L` further rows, `n x 2L x k`.
    """

    def __init__(self, codes: Tensor, n_letters: int, gap_decay: Tensor, *, with_slopes: bool) -> None:
        self.length = codes.shape[1]
        self.letters = torch.nn.functional.one_hot(codes, n_letters).to(gap_decay)
        between = gaps(self.length, gap_decay)
        self.decay = torch.triu(gap_decay ** between.clamp_min(0.0), 1)
        self.slope = torch.triu(between * gap_decay ** (between - 1).clamp_min(0.0), 1)
        self.with_slopes = with_slopes

    def of(self, order: int) -> list[Tensor]:
        """Return the `c_u` of `order` letters, `n x a^order`, and their slopes."""
        if order == 1:
            return list(self._by_place(self._constant(self.letters)).sum(2).unbind(1))
        before = self._by_place(self._before(order // 2)).unbind(1)
        beginning = self._by_place(self._beginning((order + 1) // 2)).unbind(1)
        found = [before[0].mT @ beginning[0]]
        if self.with_slopes:
            found.append(torch.baddbmm(before[1].mT @ beginning[0], before[0].mT, beginning[1]))
        return [one.flatten(1) for one in found]

    def _beginning(self, n_letters: int) -> Tensor:
        """What has its first letter at a place, `n x L or 2L x a^n_letters`."""
        if n_letters == 1:
            return self._constant(self.letters)
        return self._joined(self.letters.unsqueeze(1), self._by_place(self._after(n_letters - 1)))

    def _ending(self, n_letters: int) -> Tensor:
        """What has its last letter at a place."""
        if n_letters == 1:
            return self._constant(self.letters)
        return self._joined(self._by_place(self._before(n_letters - 1)), self.letters.unsqueeze(1))

    def _before(self, n_letters: int) -> Tensor:
        """What ends before a place, decayed by the distance."""
        return self._decays(self.decay.mT, self.slope.mT) @ self._ending(n_letters)

    def _after(self, n_letters: int) -> Tensor:
        """What begins after a place, decayed by the distance."""
        return self._decays(self.decay, self.slope) @ self._beginning(n_letters)

    def _decays(self, decay: Tensor, slope: Tensor) -> Tensor:
        """A matrix that also multiplies slopes, by the product rule."""
        if not self.with_slopes:
            return decay
        return torch.cat([torch.cat([decay, torch.zeros_like(decay)], 1), torch.cat([slope, decay], 1)])

    def _constant(self, x: Tensor) -> Tensor:
        return torch.cat([x, torch.zeros_like(x)], 1) if self.with_slopes else x

    def _by_place(self, x: Tensor) -> Tensor:
        return x.reshape(len(x), -1, self.length, x.shape[-1])

    @staticmethod
    def _joined(first: Tensor, then: Tensor) -> Tensor:
        """One of these has no slope."""
        return (first.unsqueeze(-1) * then.unsqueeze(-2)).flatten(3).flatten(1, 2)
