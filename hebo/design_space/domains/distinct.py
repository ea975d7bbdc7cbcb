"""Keeping suggestions distinct, from each other and from what has been seen."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from hebo.design_space.domains.domain import Domain
from hebo.rows import new_rows

# Fresh random draws are tried this often before a finite domain is listed.
_DRAWS = 8
# A domain with more combinations than this is not listed: random draws find new points in it.
_LISTABLE = 200_000


def distinct(x: Tensor, seen: Tensor, domain: Domain) -> Tensor:
    """Return the rows of `x` that are neither in `seen` nor repeat an earlier row, in order."""
    return x[new_rows(domain.keys(x).numpy(), domain.keys(seen).numpy())]


def fill(x: Tensor, seen: Tensor, n: int, domain: Domain, *, generator: Generator) -> Tensor:
    """Return `n` points: the new ones of `x`, then new random ones, then repeats.

    Repeats occur only where a finite domain is exhausted.

    Args:
        x: `k x d` points to prefer, in this order.
        seen: `s x d` points not to suggest again.
        n: How many are wanted.
        domain: Where new points come from.
        generator: Source of the random points.
    """
    chosen = distinct(x, seen, domain)[:n]
    for _ in range(_DRAWS):
        if len(chosen) == n:
            return chosen
        drawn = domain.sample(max(2 * n, 16), generator=generator)
        chosen = distinct(torch.cat([chosen, drawn]), seen, domain)[:n]
    if len(chosen) < n and (every := domain.points(_LISTABLE)) is not None:
        shuffled = every[torch.randperm(len(every), generator=generator)]
        chosen = distinct(torch.cat([chosen, shuffled]), seen, domain)[:n]
    if len(chosen) < n:
        chosen = torch.cat([chosen, domain.sample(n - len(chosen), generator=generator)])
    return chosen
