"""Sequential maximin design: points as far from all others as random draws find."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.base import Domain
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.base import Optimizer, OptimizerRecipe


class Maximin(OptimizerRecipe):
    """Of random points the one farthest from all that were asked for, again and again.

    Attributes:
        n_draws: Random points for each that is chosen.
    """

    n_draws: int = Field(default=64, ge=1)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> Optimizer:
        """Return the optimizer; see `hebo.optimizers.base.Optimizer`."""
        return MaximinOptimizer(space, self.n_draws, seed=seed)


class MaximinOptimizer(Optimizer):
    """See `Maximin`."""

    def __init__(self, space: DesignSpace, n_draws: int, *, seed: int | None = None) -> None:
        super().__init__(space, seed=seed)
        self.n_draws = n_draws

    def _propose(self, n: int, domain: Domain, generator: Generator) -> Tensor:
        chosen = self.data.seen
        for _ in range(n):
            draws = domain.sample(self.n_draws, generator=generator, method="random")
            distance = torch.cdist(draws, chosen).amin(-1) if len(chosen) else draws[:, 0]
            chosen = torch.cat([chosen, draws[distance.argmax()].unsqueeze(0)])
        return chosen[-n:]
