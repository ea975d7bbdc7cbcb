"""Conformance of an acquisition optimizer: distinct feasible points, best first, or a refusal."""

from __future__ import annotations

from functools import partial

import torch
from torch import Generator, Tensor

from hebo.abilities import Inner
from hebo.base import AcqOptimizer
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.testing.models import allows
from hebo.testing.spaces import SPACES


class Bowl:
    """Minus the squared distance from a point, in the forms that searches may want.

    It is a sum over single columns, and a nested expectation whose inner function is a noisy position.
    """

    def __init__(self, space: DesignSpace) -> None:
        self._lower, self._upper = space.bounds
        self.cliques = [(column,) for column in range(space.n_dims)]

    def components(self, index: int, points: Tensor) -> Tensor:
        """Return the part of one column, `p`, at values of it, `p x 1`."""
        width = self._upper[index] - self._lower[index]
        value: Tensor = -((points[:, 0] - self._lower[index]) / width - 0.3).square()
        return value

    def sample(self, n: int, generator: Generator) -> Inner:
        """Return shares of the ranges with the mean noise of `n` samples, `r x 1 x d`."""
        noise = 0.1 * torch.randn(n, len(self._lower), dtype=torch.float64, generator=generator).mean(0)
        return lambda x: (x - self._lower) / (self._upper - self._lower) + noise

    def outer(self, y: Tensor) -> Tensor:
        """Return minus the squared distance, `r`."""
        value: Tensor = -(y - 0.3).square().flatten(1).sum(-1)
        return value

    def __call__(self, x: Tensor) -> Tensor:
        """Return `b x 1` values at `b x 1 x d` points."""
        value: Tensor = -((x - self._lower) / (self._upper - self._lower) - 0.3).square().sum(-1)
        return value


def check_acq_optimizer(recipe: AcqOptimizer, *spaces: DesignSpace) -> None:
    """Check a search on spaces; those that it cannot search it must refuse with a remedy.

    Args:
        recipe: Quick enough to run twice on each space.
        spaces: Where; none takes one of every sort (`hebo.testing.spaces.SPACES`).

    Raises:
        AssertionError: With what was expected.
    """
    name = type(recipe).__name__
    for space in spaces or SPACES.values():
        search = partial(recipe.maximize, Bowl(space), space, generator=make_generator(0))
        if not allows(partial(recipe.check, space)):
            assert not allows(search), f"{name} refuses {space.names} and searches it nevertheless"
            continue
        acq = Bowl(space)
        found, again = (recipe.maximize(acq, space, generator=make_generator(0)) for _ in range(2))
        assert torch.equal(found.x, again.x), f"{name} is a function of its generator"
        assert bool(space.contains(found.x).all()), f"{name} finds feasible points"
        assert len(torch.unique(found.x, dim=0)) == len(found.x) == len(found.rank), "each point once"
        values = acq(found.x.unsqueeze(-2)).squeeze(-1)
        assert bool((values.diff() <= 1e-12).all()), f"{name} returns the best points first"
        assert bool((found.rank.diff() >= 0).all()), "ranks ascend"
