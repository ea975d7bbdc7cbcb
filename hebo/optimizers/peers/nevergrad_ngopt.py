"""Nevergrad's NGOpt, which chooses an algorithm by the space and the budget."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.base import OptimizerRecipe
from hebo.optimizers.peers.dimensions import Dimension, Dimensions
from hebo.optimizers.peers.session import PeerOptimizer, Session, Suggestion, Told, load, worst


class NGOpt(OptimizerRecipe):
    """Nevergrad's `NGOpt` on its typed parameters.

    Numbers are `Scalar` or `Log` with bounds (integers with casting), categories `Choice`. A batch is as many
    calls of `ask`. A failed evaluation is told as the worst value seen. Points that it did not ask for are
    told as such.

    Attributes:
        budget: Evaluations; NGOpt chooses by it, so give that of the experiment.
        num_workers: Largest batch; NGOpt chooses by it too.
    """

    budget: int = Field(default=50, ge=1)
    num_workers: int = Field(default=1, ge=1)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimiser; see `PeerOptimizer`."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own dependencies, at import
            load("nevergrad")
        return PeerOptimizer(
            space, lambda dims, number: NGOptSession(dims, self, number), peer="nevergrad", seed=seed
        )


class NGOptSession(Session):
    """An `NGOpt`.

    Args:
        dimensions: The free parameters.
        recipe: Settings.
        seed: Of the parametrisation's random state.
    """

    def __init__(self, dimensions: Dimensions, recipe: NGOpt, seed: int) -> None:
        library = load("nevergrad")
        self._free = dimensions.free
        space = library.p.Tuple(*(_parameter(library.p, one) for one in self._free))
        space.random_state.seed(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._optimizer = library.optimizers.NGOpt(
                space, budget=recipe.budget, num_workers=recipe.num_workers
            )
        self._seen: list[float] = []

    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        """Call `ask` `n` times."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            candidates = [self._optimizer.ask() for _ in range(n)]
        return [
            Suggestion(tuple(a.clip(v) for a, v in zip(self._free, one.value, strict=True)), one)
            for one in candidates
        ]

    def tell(self, told: Sequence[Told]) -> None:
        """Tell one by one."""
        self._seen += [one.y for one in told if one.y is not None]
        for one in told:
            candidate = one.handle
            if candidate is None:
                candidate = self._optimizer.parametrization.spawn_child(new_value=one.point)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._optimizer.tell(candidate, worst(self._seen) if one.y is None else one.y)


def _parameter(library: Any, one: Dimension) -> Any:
    if one.kind == "category":
        return library.Choice(list(range(int(one.high) + 1)))
    if one.log:
        parameter = library.Log(init=math.sqrt(one.low * one.high), lower=one.low, upper=one.high)
    else:
        parameter = library.Scalar(init=(one.low + one.high) / 2, lower=one.low, upper=one.high)
    return parameter.set_integer_casting() if one.kind == "integer" else parameter
