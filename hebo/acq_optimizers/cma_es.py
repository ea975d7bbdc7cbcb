"""CMA-ES by its author (pycma), several strategies side by side."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.restarts import Part, RestartSearch
from hebo.acq_optimizers.sorting import Array
from hebo.design_space.design_space import DesignSpace
from hebo.errors import MissingExtraError
from hebo.random import seeded


class CMAESSearch(RestartSearch):
    """Covariance matrix adaptation (Hansen, 1604.00772) from several starting points; needs no gradient.

    Columns are in shares of their ranges; discrete ones are rounded, and constraints hold by projection: a
    sample has the value of the nearest feasible point. The generations of all strategies are valued in one
    call. The best point of each is kept, and changes of single discrete columns follow; see `RestartSearch`.

    Attributes:
        n_generations: Most generations of a strategy in a turn; it ends before by pycma's criteria.
        sigma0: First standard deviation, as a share of the range.
        popsize: Points per generation; None takes pycma's rule, `4 + 3 log f`.
    """

    moves_discrete: ClassVar[bool] = True

    n_restarts: int = Field(default=3, ge=1)
    n_generations: int = Field(default=200, ge=1)
    sigma0: float = Field(default=0.2, gt=0, le=1)
    popsize: int | None = Field(default=None, ge=3)

    def check(self, space: DesignSpace) -> None:
        """Refuse to search without pycma, before anything is evaluated.

        Raises:
            MissingExtraError: If it is not installed.
        """
        _pycma()

    def _improve(self, part: Part, *, generator: Generator) -> Tensor:
        # pycma draws from the global stream of NumPy
        with seeded(generator):
            strategies = [_Strategy(self, z) for z in part.shares(part.x).numpy()]
            for _ in range(self.n_generations):
                active = [i for i, one in enumerate(strategies) if not one.is_done]
                if not active:
                    break
                samples = [strategies[i].ask() for i in active]
                owners = torch.tensor(active).repeat_interleave(torch.tensor([len(one) for one in samples]))
                some = part.some(owners)
                x = some.feasible(torch.from_numpy(np.concatenate(samples)))
                values = some.values(x)
                for i in active:
                    strategies[i].tell(x[owners == i], values[owners == i])
        return torch.stack([one.best for one in strategies])


class _Strategy:
    """One strategy, the best point it has seen, and the generation under way."""

    def __init__(self, recipe: CMAESSearch, z: Array) -> None:
        self._n_columns = len(z)
        # pycma works in at least two columns; a second one that means nothing makes a plane of a line
        first = np.append(z, 0.5) if len(z) == 1 else z
        options: dict[str, Any] = {
            "bounds": [0.0, 1.0],
            "seed": np.nan,  # leave the stream as it is
            "verbose": -9,
            "verb_log": 0,
        }
        if recipe.popsize is not None:
            options["popsize"] = recipe.popsize
        self._strategy: Any = _pycma().CMAEvolutionStrategy(first, recipe.sigma0, options)
        self._value = -np.inf

    @property
    def is_done(self) -> bool:
        """Whether a criterion for stopping is met."""
        return bool(self._strategy.stop())

    def ask(self) -> Array:
        """Return the next generation, `p x f`."""
        self._samples: Any = self._strategy.ask()
        return np.array(self._samples)[:, : self._n_columns]

    def tell(self, x: Tensor, values: Tensor) -> None:
        """Learn from the points (`p x d`) and values (`p`) of the generation."""
        self._strategy.tell(self._samples, (-values).tolist())
        if values.max().item() > self._value:
            self._value, self.best = values.max().item(), x[values.argmax()]


def _pycma() -> ModuleType:
    try:
        return import_module("cma")
    except ImportError:
        raise MissingExtraError("cma", "peers") from None
