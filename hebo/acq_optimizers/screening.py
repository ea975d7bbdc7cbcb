"""Screening: the pool of points that a search looks at before it chooses where to begin."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from hebo.base import Domain

LOCAL_SHARE = 0.25
"""Share of the pool that lies around the points worth starting from."""

LOG_SCALES = (-3.0, -0.5)
"""Decimal exponents of the smallest and largest perturbation, in shares of a column's range."""


def screen(domain: Domain, n: int, *, generator: Generator, start: Tensor | None = None) -> Tensor:
    """Return `n` feasible points or a few more: spread over the domain, and near `start` at all scales.

    Args:
        domain: Where to look.
        n: Size of the pool.
        generator: Source of every random decision.
        start: `s x d` points worth starting from; these come first, and their neighbors follow.
    """
    if start is None or not len(start):
        return domain.sample(n, generator=generator)
    start = domain.project(start)
    n_local = min(int(n * LOCAL_SHARE), n)
    spread = domain.sample(n - n_local, generator=generator)
    near = domain.project(perturb(start, domain, n_local, generator=generator))
    return torch.cat([start, near, spread])


def perturb(start: Tensor, domain: Domain, n: int, *, generator: Generator) -> Tensor:
    """Return `n` points (not projected) near rows of `start`, each at its own scale and in its own columns.

    Numbers move by a normal step whose scale is log-uniform; categories are redrawn. One column at least
    moves, on average a third of them.
    """
    width = domain.bounds[1] - domain.bounds[0]
    origin = start[torch.arange(n) % len(start)]
    low, high = LOG_SCALES
    scale = 10.0 ** (low + (high - low) * torch.rand(n, 1, dtype=torch.float64, generator=generator))
    steps = scale * width * torch.randn(n, len(width), dtype=torch.float64, generator=generator)
    order = torch.rand(n, len(width), generator=generator)
    moves = (order < 0.33) | (order == order.amin(1, keepdim=True))
    moved = origin + steps
    for column, count in domain.categorical_dims.items():
        moved[:, column] = torch.randint(count, (n,), generator=generator).to(moved)
    return torch.where(moves, moved, origin)
