"""Landscapes whose maximum is known by enumeration."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.random import make_generator


class NK:
    """Kauffman's NK function: the mean of `d` random tables, each of one column and `k` others."""

    def __init__(self, d: int, n_levels: int, k: int, seed: int) -> None:
        generator = make_generator("nk", seed)
        others = [torch.randperm(d - 1, generator=generator)[:k] for _ in range(d)]
        own = torch.arange(d).unsqueeze(1)
        self.columns = torch.cat([own, (own + 1 + torch.stack(others)) % d], dim=1)
        self.tables = torch.rand(d, n_levels ** (k + 1), dtype=torch.float64, generator=generator)
        self.powers = n_levels ** torch.arange(k + 1)

    def __call__(self, x: Tensor) -> Tensor:
        index = (x.squeeze(-2).round().long()[:, self.columns] * self.powers).sum(-1)
        return self.tables[torch.arange(len(self.columns)), index].mean(-1, keepdim=True)
