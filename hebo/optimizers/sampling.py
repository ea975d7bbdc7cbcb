"""Optimisers that do not learn: independent random points, and a Sobol sequence."""

from __future__ import annotations

from torch import Generator, Tensor

from hebo.base import Domain
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.base import Optimizer, OptimizerRecipe
from hebo.optimizers.distinct import fill
from hebo.random import make_generator

_SHORTEST = 64


class RandomSearch(OptimizerRecipe):
    """Independent points: every category and integer equally likely, numbers uniform on their scale."""

    def build(self, space: DesignSpace, *, seed: int | None = None) -> Optimizer:
        """Return the optimiser; see `hebo.optimizers.base.Optimizer`."""
        return RandomSearchOptimizer(space, seed=seed)


class Sobol(OptimizerRecipe):
    """The points of one scrambled Sobol sequence, in order."""

    def build(self, space: DesignSpace, *, seed: int | None = None) -> Optimizer:
        """Return the optimiser; see `hebo.optimizers.base.Optimizer`."""
        return SobolOptimizer(space, seed=seed)


class RandomSearchOptimizer(Optimizer):
    """See `RandomSearch`."""

    max_objectives = 2**31
    takes_constraints = True

    def _propose(self, n: int, domain: Domain, generator: Generator) -> Tensor:
        x = domain.sample(n, generator=generator, method="random")
        return fill(x, self.data.seen, n, domain, generator=generator)


class SobolOptimizer(Optimizer):
    """See `Sobol`."""

    max_objectives = 2**31
    takes_constraints = True

    def _propose(self, n: int, domain: Domain, generator: Generator) -> Tensor:
        x = sobol_points(domain, self._records.n_asked_points, n, seed=self.seed)
        return fill(x, self.data.seen, n, domain, generator=generator)


def sobol_points(domain: Domain, first: int, n: int, *, seed: int) -> Tensor:
    """Points `first .. first + n - 1` of the scrambled Sobol sequence that belongs to `seed`, `n x d`."""
    length = _SHORTEST
    while length < first + n:
        length *= 2
    return domain.sample(length, generator=make_generator(seed, "sobol"))[first : first + n]
