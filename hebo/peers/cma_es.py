"""CMA-ES by its author (pycma)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from pydantic import Field

from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.peers.dimensions import Dimensions
from hebo.peers.session import PeerOptimizer, Session, Suggestion, Told, load, worst
from hebo.peers.unit_cube import UnitCube


class CMAES(OptimizerRecipe):
    """pycma's `CMAEvolutionStrategy` on columns scaled to [0, 1].

    Integers and categories are rounded; their columns keep a deviation of a fifth of a step. A generation
    is handed out point by point, whatever the batch, and learnt from when it has been told; more points of
    it are drawn where they are wanted before. A failed evaluation counts as the worst value seen. The
    search starts at the best point told before the first ask, or at a random one; later points that it did
    not ask for are told beside the generation. A strategy that meets one of pycma's criteria for stopping
    starts anew from a random point.

    Attributes:
        sigma0: First step size, as a share of the range.
        popsize: Points per generation; None takes pycma's rule.
    """

    sigma0: float = Field(default=0.3, gt=0, le=1)
    popsize: int | None = Field(default=None, ge=3)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`."""
        load("cma")
        return PeerOptimizer(
            space, lambda dims, number: CMASession(dims, self, number), peer="cma_es", seed=seed
        )


class CMASession(Session):
    """A strategy, and the generation under way.

    Args:
        dimensions: The free parameters.
        recipe: Settings.
        seed: Of the strategy.
    """

    def __init__(self, dimensions: Dimensions, recipe: CMAES, seed: int) -> None:
        self._cube, self._recipe = UnitCube(dimensions, keep_codes=False), recipe
        # pycma works in at least two columns; a second one that means nothing makes a plane of a line
        self._width = max(2, self._cube.n_columns)
        self._random = np.random.default_rng(seed)
        self._seen: list[float] = []
        self._strategy: Any = None
        self._foreign: list[tuple[Any, float]] = []

    def _begin(self, start: Any = None) -> None:
        steps = {k: 1.0 / max(1, len(grid) - 1) for k, grid in self._cube.grids.items()}
        options: dict[str, Any] = {
            "bounds": [0.0, 1.0],
            "seed": int(self._random.integers(1, 2**31)),
            "verbose": -9,
            "verb_log": 0,
        }
        if self._recipe.popsize is not None:
            options["popsize"] = self._recipe.popsize
        if steps:
            options["minstd"] = [0.2 * steps.get(k, 0.0) for k in range(self._width)]
        start = self._random.uniform(size=self._width) if start is None else start
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._strategy = load("cma").CMAEvolutionStrategy(start, self._recipe.sigma0, options)
        self._waiting: list[Any] = []
        self._done: list[tuple[Any, float]] = []

    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        """Hand out the rest of the generation, and new samples of it where that is not enough."""
        if self._strategy is None:
            best = min(self._foreign, key=lambda one: one[1], default=(None,))[0]
            self._foreign = []
            self._begin(best)
        while len(self._waiting) < n:
            self._waiting += self._sample()
        samples, self._waiting = self._waiting[:n], self._waiting[n:]
        rows = torch.tensor(np.array(samples), dtype=torch.float64)[:, : self._cube.n_columns]
        points = self._cube.points(rows)
        return [Suggestion(point, one) for point, one in zip(points, samples, strict=True)]

    def _sample(self) -> list[Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            samples: list[Any] = self._strategy.ask()
        return samples

    def tell(self, told: Sequence[Told]) -> None:
        """Collect values until there is a generation of them."""
        self._seen += [one.y for one in told if one.y is not None]
        for one in told:
            value = worst(self._seen) if one.y is None else one.y
            if one.handle is None:
                self._foreign.append((self._row(one), value))
            else:
                self._done.append((one.handle, value))
        if self._strategy is not None and len(self._done) >= self._strategy.popsize:
            self._finish_generation()

    def _finish_generation(self) -> None:
        samples, values = zip(*self._done, *self._foreign, strict=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._strategy.tell(list(samples), list(values))
        self._done, self._foreign, self._waiting = [], [], []
        if self._strategy.stop():
            self._begin()

    def _row(self, one: Told) -> Any:
        row = np.full(self._width, 0.5)
        row[: self._cube.n_columns] = self._cube.rows([one.point])[0].numpy()
        return row
