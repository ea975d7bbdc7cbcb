"""Nevergrad's NGOpt, which chooses an algorithm by the space and the budget."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import Field

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.peers.dimensions import Dimension, Dimensions
from hebo.peers.session import PeerOptimizer, Session, Suggestion, Told, load, worst
from hebo.random import make_generator, seeded


class NGOpt(OptimizerRecipe):
    """Nevergrad's `NGOpt` on its typed parameters.

    Numbers are `Scalar` or `Log` with bounds (integers with casting), categories `Choice`. A batch is as many
    calls of `ask`. A failed or forgotten evaluation is told as the worst value seen. Points that it did not
    ask for are told as such.

    Attributes:
        budget: Evaluations; NGOpt chooses by it, so give that of the experiment.
        num_workers: Largest number of points without a value, by which NGOpt chooses too; None takes the
            size of the first batch. With one, it cannot be asked again before it is told.
    """

    budget: int = Field(default=50, ge=1)
    num_workers: int | None = Field(default=None, ge=1)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`."""
        # its import warns about its own dependencies, and draws from NumPy's global stream
        with warnings.catch_warnings(), seeded(make_generator("nevergrad")):
            warnings.simplefilter("ignore")
            load("nevergrad")
        return PeerOptimizer(
            space, lambda dims, number: NGOptSession(dims, self, number), peer="nevergrad", seed=seed
        )


class NGOptSession(Session):
    """An `NGOpt`.

    Args:
        dimensions: The free parameters.
        recipe: Settings.
        seed: Of the parametrization's random state.
    """

    def __init__(self, dimensions: Dimensions, recipe: NGOpt, seed: int) -> None:
        self._free, self._recipe, self._seed = dimensions.free, recipe, seed
        self._seen: list[float] = []
        self._early: list[Told] = []
        self._optimizer: Any = None

    def _begin(self, n_workers: int) -> None:
        library = load("nevergrad")
        _mend()
        space = library.p.Tuple(*(_parameter(library.p, one) for one in self._free))
        space.random_state.seed(self._seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._optimizer = library.optimizers.NGOpt(
                space, budget=self._recipe.budget, num_workers=n_workers
            )
        self._n_workers = n_workers
        self._tell(self._early)

    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        """Call `ask` `n` times.

        Raises:
            IncompatibleError: If NGOpt was made for one point at a time and more are wanted.
        """
        if self._optimizer is None:
            self._begin(self._recipe.num_workers or n)
        if self._n_workers == 1 and n + len(pending) > 1:
            # the sequential algorithms that NGOpt may choose would wait for a value for ever
            raise IncompatibleError(
                f"nevergrad was made for one point at a time, but {n + len(pending)} would be without a "
                f"value; set num_workers: {n + len(pending)}, or tell before asking again"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            candidates = [self._optimizer.ask() for _ in range(n)]
        return [
            Suggestion(tuple(a.clip(v) for a, v in zip(self._free, one.value, strict=True)), one)
            for one in candidates
        ]

    def tell(self, told: Sequence[Told]) -> None:
        """Tell one by one; what comes before the first ask waits for it."""
        self._seen += [one.y for one in told if one.y is not None]
        if self._optimizer is None:
            self._early += told
        else:
            self._tell(told)

    def forget(self, pending: Suggestion) -> None:
        """Tell the worst value: some of the algorithms wait for one."""
        self._tell([Told(pending.point, None, pending.handle)])

    def _tell(self, told: Sequence[Told]) -> None:
        for one in told:
            candidate = one.handle
            if candidate is None:
                candidate = self._optimizer.parametrization.spawn_child(new_value=one.point)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._optimizer.tell(candidate, worst(self._seen) if one.y is None else one.y)


def _mend() -> None:
    """Work around two faults of Nevergrad 1.0.12.

    Its threads wait for values for ever and keep Python from exiting. Its metamodel takes `float` of arrays
    with one element, which NumPy refuses from 2.4 on.
    """
    load("nevergrad.optimization.recaster")._MessagingThread.daemon = True
    metamodel: Any = load("nevergrad.optimization.metamodel")
    metamodel.float = lambda value: np.asarray(value, dtype=float).item()


def _parameter(library: Any, one: Dimension) -> Any:
    if one.kind == "category":
        return library.Choice(list(range(int(one.high) + 1)))
    if one.log:
        parameter = library.Log(init=math.sqrt(one.low * one.high), lower=one.low, upper=one.high)
    else:
        parameter = library.Scalar(init=(one.low + one.high) / 2, lower=one.low, upper=one.high)
    return parameter.set_integer_casting() if one.kind == "integer" else parameter
