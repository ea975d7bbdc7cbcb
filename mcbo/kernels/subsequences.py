"""Sums over the common subsequences of strings: the arithmetic of `string_subsequence`.

A subsequence of `p` letters takes `p` places of a string from left to right, gaps allowed. It weighs `g` to
the power of the number of places that it leaves out between its first and its last. `c_u(s)` is the sum of
the weights with which a string `s` holds the letters `u`, and `k_p(s, t) = sum_u c_u(s) c_u(t)` over all `u`
of `p` letters. It is computed here pair by pair; where there are few `u`, see `subsequence_features`.

Notation: `n` and `m` strings of `L` letters, `g` the gap decay.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

_CHUNK = 1 << 16
"""Numbers in the largest array of one step: what fits a processor's cache."""


def pair_sums(s: Tensor, t: Tensor, pairs: Tensor, gap_decay: Tensor, order: int) -> Tensor:
    """Return `k_1 .. k_order` of pairs of strings, `order x N`; differentiable once by the gap decay.

    Takes `O(order L^3)` per pair, as products of matrices.

    Args:
        s: `n x L` letters.
        t: `m x L` letters.
        pairs: `2 x N`, rows of `s` and of `t`.
        gap_decay: `g`, a scalar.
        order: Most letters of a subsequence.
    """
    if not (gap_decay.requires_grad and torch.is_grad_enabled()):
        return _pair_sums(gap_decay, s, t, pairs, order, with_slopes=False)[0]
    untyped: Any = _PairSums  # torch declares no types for `apply`
    sums: Tensor = untyped.apply(gap_decay, s, t, pairs, order)
    return sums


def gaps(length: int, like: Tensor) -> Tensor:
    """Return the number of places between places `i` and `j`, `L x L`; below 0 for `j <= i`."""
    places = torch.arange(length, dtype=like.dtype, device=like.device)
    return places - places.unsqueeze(1) - 1


def _pair_sums(
    gap_decay: Tensor, s: Tensor, t: Tensor, pairs: Tensor, order: int, *, with_slopes: bool
) -> tuple[Tensor, Tensor]:
    """Return the sums and their derivatives by the gap decay; without slopes zeros instead."""
    extension = _Extension(gap_decay, s.shape[1], with_slopes=with_slopes)
    s, t = s.mT.contiguous(), t.mT.contiguous()
    chunks = []
    for i, j in (chunk.unbind() for chunk in torch.split(pairs, max(1, _CHUNK // len(s) ** 2), 1)):
        matches = s.index_select(1, i).unsqueeze(1) == t.index_select(1, j)
        chunks.append(extension.sums(matches.to(gap_decay), order))
    return torch.cat([sums for sums, _ in chunks], 1), torch.cat([slopes for _, slopes in chunks], 1)


class _PairSums(torch.autograd.Function):
    """The sums with their derivatives by the one parameter, so that no array of size `L^2` is kept."""

    @staticmethod
    def forward(ctx: Any, gap_decay: Tensor, s: Tensor, t: Tensor, pairs: Tensor, order: int) -> Tensor:
        sums, slopes = _pair_sums(gap_decay, s, t, pairs, order, with_slopes=True)
        ctx.save_for_backward(slopes)
        return sums

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None, None]:
        (slopes,) = ctx.saved_tensors
        return (gradient * slopes).sum(), None, None, None, None


class _Extension:
    """Extends common subsequences by one letter.

    With the matches `S_ij = [s_i = t_j]` and `D_ij = g^(j - i - 1)` for `j > i`, those of `p` letters that
    end at places `i` and `j` weigh `M_1 = S`, `M_p = S * (D' M_{p-1} D)`, the first product being
    elementwise; `k_p` is the sum of `M_p` (Moss et al., 2010.00979, without the match decay).

    Pairs of strings are the last axis of all arrays: a product with `D` is one of large matrices.
    """

    def __init__(self, gap_decay: Tensor, length: int, *, with_slopes: bool) -> None:
        between = gaps(length, gap_decay)
        self.with_slopes = with_slopes
        self.decay = torch.triu(gap_decay ** between.clamp_min(0.0), 1).mT.contiguous()
        self.slope = torch.triu(between * gap_decay ** (between - 1).clamp_min(0.0), 1).mT.contiguous()

    def sums(self, matches: Tensor, order: int) -> tuple[Tensor, Tensor]:
        """Return the sums and their derivatives, `order x N`, of `L x L x N` matches."""
        weights, slopes = matches, torch.zeros_like(matches)
        sums = [weights.sum((0, 1))]
        derivatives = [torch.zeros_like(sums[0])] * order
        for p in range(1, order):
            right = (self.decay @ weights).flatten(1)
            if self.with_slopes:
                slopes = self._slopes(weights, slopes, right).mul_(matches)
                derivatives[p] = slopes.sum((0, 1))
            weights = (self.decay @ right).view_as(matches).mul_(matches)
            sums.append(weights.sum((0, 1)))
        return torch.stack(sums), torch.stack(derivatives)

    def _slopes(self, weights: Tensor, slopes: Tensor, right: Tensor) -> Tensor:
        """Return the derivative of `D' M D`, which is `D' (M' D + M dD) + dD' M D`; `right` is `M D`."""
        right_slopes = (self.decay @ slopes).add_(self.slope @ weights).flatten(1)
        return (self.decay @ right_slopes).addmm_(self.slope, right).view_as(weights)
