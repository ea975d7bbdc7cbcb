"""Simulated annealing of the objective itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor

from hebo.base import Recommender
from hebo.data import Data
from hebo.random import derive_seed
from hebo.request import Request
from mcbo.acq_optimizers.moves import RandomMoves

SPREAD = (0.1, 0.9)
"""Quantiles of the first values whose distance is the unit of the temperature."""

N_TRIALS = 8
"""Moves tried for each suggestion, to find new ones."""


class Annealing(Recommender):
    """A chain of single changes that accepts a loss `-delta` with probability `exp(delta / T)`.

    After `n_initial` random points the chain starts at the best of them. Within `n_cooling` evaluations the
    temperature falls geometrically, `T = s a (b / a)^(k / n_cooling)` with `a` = `t_initial`, `b` = `t_final`
    and `s` the distance of the quantiles 0.1 and 0.9 of the first successful values (Kirkpatrick et al.,
    1983); then the chain goes back to the best point and is heated again. Of a batch every point is a
    change of the same point, and each is accepted or not in the order told. A failed evaluation is not
    accepted. The chain is replayed from what was told; the random number of evaluation `k` depends on the
    seed and on `k` alone.

    Attributes:
        n_initial: Random points before the chain starts.
        n_cooling: Evaluations from the first temperature to the last.
        t_initial: First temperature, in units of the spread.
        t_final: Last temperature, in the same units.
    """

    renamed: ClassVar[dict[str, str]] = {"hottest": "t_initial", "coldest": "t_final"}

    n_initial: int = Field(default=10, ge=2)
    n_cooling: int = Field(default=100, ge=1)
    t_initial: float = Field(default=0.2, gt=0)
    t_final: float = Field(default=0.01, gt=0)

    @model_validator(mode="after")
    def _cools(self) -> Self:
        if self.t_final > self.t_initial:
            raise ValueError(f"t_final = {self.t_final} is above t_initial = {self.t_initial}; swap them")
        return self

    def chain(self, data: Data, seed: int) -> Chain:
        """Return where the chain is, given what was told in the domain of the ask."""
        chain, spread = Chain(), self.spread(data)
        n_initial, n_cooling = self.n_initial, self.n_cooling
        merit = data.merit.tolist()
        for place, number in enumerate(data.inside.nonzero()[:, 0].tolist()):
            value = merit[number]
            chain.see(number, value)
            step = place - n_initial
            if step < 0 or (step and step % n_cooling == 0) or chain.here is None:
                chain.go(chain.best, chain.peak)
            elif value - chain.value >= spread * self.temperature(step) * _log_uniform(seed, number):
                chain.go(number, value)
        return chain

    def temperature(self, step: int) -> float:
        """Return the temperature of a step of the chain, in units of the spread."""
        share = (step % self.n_cooling) / self.n_cooling
        t_initial, t_final = self.t_initial, self.t_final
        return t_initial * math.exp(share * math.log(t_final / t_initial))

    def spread(self, data: Data) -> float:
        """Return the unit of the temperature: it never changes once `n_initial` successes are told."""
        first = data.y[data.competing][: self.n_initial, 0]
        if not len(first):
            return 0.0
        low, high = torch.quantile(first, torch.tensor(SPREAD, dtype=torch.float64)).tolist()
        return float(high - low)

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        n, data, domain, generator = request.n, request.data, request.domain, request.generator
        here = self.chain(data, request.seed).here
        n_missing = self.n_initial - len(data.seen)
        n_random = n if here is None else min(max(n_missing, 0), n)
        x = domain.sample(n_random, generator=generator, method="random")
        if here is not None and n_random < n:
            origin = domain.project(data.x[here].unsqueeze(0))
            moves = RandomMoves(domain, generator=generator)
            moved = moves.several(origin.repeat(N_TRIALS * n, 1), 1, generator=generator)
            x = torch.cat([x, moved])
        return request.filled(x, n)


@dataclass
class Chain:
    """Where the chain is.

    Attributes:
        here: Number of the evaluation it is at, None before the first success.
        value: The value there.
        best: Number of the best evaluation.
        peak: The value there.
    """

    here: int | None = None
    value: float = -math.inf
    best: int | None = None
    peak: float = -math.inf

    def see(self, number: int, value: float) -> None:
        """Remember the best evaluation."""
        if value > self.peak:
            self.best, self.peak = number, value

    def go(self, number: int | None, value: float) -> None:
        """Move."""
        self.here, self.value = number, value


def _log_uniform(seed: int, number: int) -> float:
    """Return the logarithm of the uniform number of one evaluation."""
    return math.log((derive_seed(seed, "accept", number) + 1) / 2**63)
