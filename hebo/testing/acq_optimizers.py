"""Conformance of an acquisition optimizer: distinct feasible points, best first, or a refusal."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from hebo.base import AcqOptimizer
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.testing.models import allows
from hebo.testing.spaces import SPACES


class Bowl:
    """Minus the squared distance from a point: a sum over single columns, as additive searches want it."""

    def __init__(self, space: DesignSpace) -> None:
        self._lower, self._upper = space.bounds
        self.cliques = [(column,) for column in range(space.n_dims)]

    def components(self, index: int, points: Tensor) -> Tensor:
        """Return the part of one column, `p`, at values of it, `p x 1`."""
        width = self._upper[index] - self._lower[index]
        value: Tensor = -((points[:, 0] - self._lower[index]) / width - 0.3).square()
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
