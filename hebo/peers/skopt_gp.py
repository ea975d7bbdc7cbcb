"""scikit-optimize's Gaussian process with its portfolio of acquisitions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.peers.dimensions import Dimension, Dimensions
from hebo.peers.session import PeerOptimizer, Session, Suggestion, Told, load, worst


class SkoptGP(OptimizerRecipe):
    """`skopt.Optimizer("GP")` with the settings of `gp_minimize`.

    A Matern-5/2 process with one length scale per column and white noise, fitted by maximum likelihood on
    standardized values, columns in [0, 1], categories one-hot. EI, LCB and PI are maximized each, from the
    best 5 of 10,000 random points by L-BFGS; `gp_hedge` (Hoffman et al., UAI 2011) chooses one of the three
    optima with a probability that grows with what its earlier choices are worth under the newest model.

    Batches and pending points: the constant liar with the lowest value seen (`cl_min`), skopt's default. A
    failed evaluation is told as the worst value seen, since skopt takes numbers only.

    Attributes:
        acq_func: The portfolio, or one acquisition.
        n_initial_points: Random points before the first model.
    """

    acq_func: Literal["gp_hedge", "EI", "LCB", "PI"] = "gp_hedge"
    n_initial_points: int = Field(default=10, ge=1)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`."""
        load("skopt")
        settings = self.model_dump()
        return PeerOptimizer(
            space, lambda dims, number: SkoptSession(dims, settings, number), peer="skopt_gp", seed=seed
        )


class SkoptSession(Session):
    """A `skopt.Optimizer`.

    Args:
        dimensions: The free parameters.
        settings: Keyword arguments of `skopt.Optimizer`.
        seed: Of all its random choices.
    """

    def __init__(self, dimensions: Dimensions, settings: dict[str, Any], seed: int) -> None:
        space = load("skopt.space.space")
        self._categories = [one.kind == "category" for one in dimensions.free]
        self._optimizer = load("skopt").Optimizer(
            [_skopt_dimension(space, one) for one in dimensions.free],
            "GP",
            acq_func_kwargs={"xi": 0.01, "kappa": 1.96},
            random_state=seed,
            **settings,
        )

    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        """Ask for the next point, or for `n` of them with lies about those that came before."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # repeated points, and fits that end at a bound
            if n == 1 and not pending:
                points = [self._optimizer.ask()]
            else:
                points = self._with_lies(n, [one.handle for one in pending])
        return [Suggestion(tuple(int(v) if isinstance(v, str) else v for v in x), x) for x in points]

    def _with_lies(self, n: int, pending: list[list[Any]]) -> list[list[Any]]:
        liar = self._optimizer
        if pending:
            lie = min(liar.yi, default=0.0)
            liar = liar.copy(random_state=self._optimizer.rng.randint(2**31 - 1))
            liar.tell(pending, [lie] * len(pending))
        points: list[list[Any]] = liar.ask(n_points=n)
        # skopt answers a repeated question from this cache; a batch may be asked for twice in a row
        self._optimizer.cache_ = {}
        return points

    def tell(self, told: Sequence[Told]) -> None:
        """Hand all values over at once: one fit."""
        seen = [one.y for one in told if one.y is not None]
        lie = worst([*self._optimizer.yi, *seen])
        values = [lie if one.y is None else one.y for one in told]
        points = [one.handle or self._library_point(one) for one in told]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._optimizer.tell(points, values)

    def _library_point(self, one: Told) -> list[Any]:
        pairs = zip(one.point, self._categories, strict=True)
        return [str(value) if is_category else value for value, is_category in pairs]


def _skopt_dimension(space: Any, one: Dimension) -> Any:
    if one.kind == "category":
        return space.Categorical([str(code) for code in range(int(one.high) + 1)], name=one.name)
    make = space.Integer if one.kind == "integer" else space.Real
    return make(one.low, one.high, prior="log-uniform" if one.log else "uniform", name=one.name)
