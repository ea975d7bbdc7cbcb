"""Simulated annealing of an acquisition: parallel chains of random moves under a falling temperature."""

from __future__ import annotations

from typing import ClassVar, Self

import torch
from pydantic import Field, model_validator

from mcbo.acq_optimizers.pooled import PooledSearch, Search

SPREAD = (0.1, 0.9)
"""Quantiles of the pool's values whose distance is the unit of the temperature."""


class SimulatedAnnealing(PooledSearch):
    """Chains of random single changes that accept a loss `-delta` with probability `exp(delta / T)`.

    In step `k` of `n` the temperature is `T = s a (b / a)^(k / (n - 1))` with `a` = `t_initial`, `b` =
    `t_final` and `s` the distance of the quantiles 0.1 and 0.9 of the acquisition over the pool
    (Kirkpatrick et al., 1983, with geometric cooling). All chains move in one call. With several values per
    point each chain has a weighted sum of its own, see `Search.starts`.

    Attributes:
        n_chains: Number of chains.
        n_steps: Moves of each chain.
        t_initial: First temperature, in units of the spread.
        t_final: Last temperature, in the same units.
    """

    renamed: ClassVar[dict[str, str]] = {"hottest": "t_initial", "coldest": "t_final"}

    n_pool: int = Field(default=512, ge=4)
    n_chains: int = Field(default=32, ge=1)
    n_steps: int = Field(default=300, ge=1)
    t_initial: float = Field(default=0.2, gt=0)
    t_final: float = Field(default=0.002, gt=0)

    @model_validator(mode="after")
    def _cools(self) -> Self:
        if self.t_final > self.t_initial:
            raise ValueError(f"t_final = {self.t_final} is above t_initial = {self.t_initial}; swap them")
        return self

    def _improve(self, search: Search) -> None:
        x, sums = search.starts(self.n_chains)
        quantiles = torch.quantile(sums.of_values(search.usable()), torch.tensor(SPREAD).double(), dim=0)
        spread = quantiles[1] - quantiles[0]
        score = sums.of_values(search.archive.add(x)).diagonal()
        for share in torch.linspace(0, 1, self.n_steps, dtype=torch.float64):
            temperature = spread * self.t_initial * (self.t_final / self.t_initial) ** share
            trial = search.moves.of(x, generator=search.generator)
            reached = sums.of_values(search.archive.add(trial)).diagonal()
            u = torch.rand(self.n_chains, dtype=torch.float64, generator=search.generator)
            accepted = reached - score >= temperature * u.log()
            x = torch.where(accepted.unsqueeze(1), trial, x)
            score = torch.where(accepted, reached, score)
