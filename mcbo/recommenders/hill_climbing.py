"""Hill climbing on the objective itself: neighbors of the incumbent, restarts where none has been better."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.base import Domain, Recommender
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.request import Request
from mcbo.acq_optimizers.moves import RandomMoves

MIN_PATIENCE = 20
"""Evaluations without improvement that are always waited for."""


class HillClimbing(Recommender):
    """Stochastic hill climbing with random restarts.

    A climb begins with random points. Then the untried neighbors of its best point are evaluated in random
    order, mixed with random steps of all sizes on continuous columns and jumps on ordered ones. After
    `patience` evaluations in a row without improvement the next climb begins. A failed evaluation is one
    without improvement. Where a climb stands is read from what was told, in the order told.

    Attributes:
        n_initial: Random points at the beginning of a climb.
        patience: Evaluations without improvement that end a climb; None: as many as a point has neighbors,
            at least 20.
    """

    n_initial: int = Field(default=10, ge=1)
    patience: int | None = Field(default=None, ge=1)

    def climb(self, data: Data, space: DesignSpace) -> Climb:
        """Return where the present climb stands, given what was told in the domain of the ask."""
        state, patience = Climb(), self.patience_in(space)
        merit = data.merit.tolist()
        for number in data.inside.nonzero()[:, 0].tolist():
            value = merit[number]
            is_started = state.n_points >= self.n_initial
            state.n_points += 1
            if value > state.peak:
                state.best, state.peak, state.n_idle = number, value, 0
            elif is_started:
                state.n_idle += 1
            if state.n_idle >= patience:
                state = Climb()
        return state

    def patience_in(self, space: DesignSpace) -> int:
        """Return how many evaluations without improvement end a climb."""
        return self.patience or max(MIN_PATIENCE, _n_neighbors(space))

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        n, data, domain, generator = request.n, request.data, request.domain, request.generator
        state = self.climb(data, request.space)
        n_missing = self.n_initial - state.n_points - len(data.pending)
        n_random = n if state.best is None else min(max(n_missing, 0), n)
        x = domain.sample(n_random, generator=generator, method="random")
        if state.best is not None and n_random < n:
            x = torch.cat([x, around(domain, data.x[state.best], n, generator=generator)])
        return request.filled(x, n)


@dataclass
class Climb:
    """Where a climb stands.

    Attributes:
        n_points: Evaluations that belong to it.
        n_idle: Evaluations since the last improvement.
        best: Number of its best evaluation, None without a success.
        peak: The value of that.
    """

    n_points: int = 0
    n_idle: int = 0
    best: int | None = None
    peak: float = -math.inf


def around(domain: Domain, point: Tensor, n: int, *, generator: Generator) -> Tensor:
    """Return points near a point (`d`) in random order: all neighbors, and `4 n` random moves or more."""
    point = domain.project(point.unsqueeze(0))[0]
    near = domain.neighbors(point, generator=generator)
    moves = RandomMoves(domain, generator=generator)
    moved = moves.of(point.repeat(max(4 * n, len(near)), 1), generator=generator)
    x = torch.cat([near, moved])
    return x[torch.randperm(len(x), generator=generator)]


def _n_neighbors(space: DesignSpace) -> int:
    """Return about how many neighbors a point has: other categories, and two steps per other column."""
    others = sum(count - 1 for count in space.categorical_dims.values())
    return others + 2 * (space.n_dims - len(space.categorical_dims))
