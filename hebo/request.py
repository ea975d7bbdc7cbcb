"""`Request`: everything that one `ask` hands to a recommender, and what answers it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import torch
from botorch.models.model import Model
from torch import Generator, Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.distinct import fill
from hebo.design_space.domains.domain import Domain
from hebo.errors import IncompatibleError
from hebo.explain.outcome_model import OutcomeModels
from hebo.information import NOTHING, REFUSALS, Information, Takes
from hebo.random import make_generator

_SHORTEST = 64


@dataclass(frozen=True)
class Request:
    """What is known when `n` points are asked for; the points are a function of it alone.

    Attributes:
        n: How many points are asked for. A wrapper may take fewer from each recommender that it holds.
        data: History and pending points; the rows in the domain of this ask are marked (`Data.within`).
        space: Where points lie.
        domain: What may be suggested in this ask: contexts, targets and pinned parameters are fixed.
        iteration: Number of earlier asks.
        n_asked: Number of points asked for earlier: the place in a space-filling sequence.
        seed: Of the run.
        fixed: Names of the parameters that the caller pinned, contexts included.
        generator: Random stream of this ask. Parts draw from it one after the other.
    """

    n: int
    data: Data
    space: DesignSpace
    domain: Domain
    iteration: int
    n_asked: int
    seed: int
    fixed: frozenset[str] = frozenset()
    generator: Generator = field(default=None, compare=False, repr=False)  # type: ignore[assignment]  # made below

    def __post_init__(self) -> None:
        if self.generator is None:
            object.__setattr__(self, "generator", make_generator(self.seed, "ask", self.iteration))

    def after(self, x: Tensor) -> Self:
        """Return the request with more points pending, `k x d`, such as those chosen for it already."""
        return replace(self, data=self.data.with_pending(x))

    def space_filling(self, n: int) -> Tensor:
        """Return the next `n` points of the Sobol sequence of the seed, seen ones replaced, `n x d`."""
        return self.filled(self.sobol(range(self.n_asked, self.n_asked + n)), n)

    def sobol(self, places: Sequence[int]) -> Tensor:
        """Return points of the scrambled Sobol sequence that belongs to the seed, `len(places) x d`."""
        length = _SHORTEST
        while length <= max(places, default=0):
            length *= 2
        points = self.domain.sample(length, generator=make_generator(self.seed, "sobol"))
        return points[torch.tensor(places, dtype=torch.long)]

    def filled(self, x: Tensor, n: int) -> Tensor:
        """Return `n` new points: those of `x` (`k x d`), then random ones; see `fill`."""
        return fill(x, self.data.seen, n, self.domain, generator=self.generator)


@dataclass(frozen=True)
class Predicted:
    """The point that a model thinks best, and its prediction there; see `Recommends.predicted_best`.

    Attributes:
        x: `d`, the encoded point.
        mean: Predicted value, larger is better, in the units of `Data.y`; without the noise of a measurement.
        low: The value one standard deviation below it, on the scale that is modeled.
        high: The same above it.
        feasibility: Probability that all measured constraints hold there.
    """

    x: Tensor
    mean: float
    low: float
    high: float
    feasibility: float = 1.0


class Recommends(ABC):
    """What an optimizer asks for points: a recommender, or another library at work."""

    @abstractmethod
    def recommend(self, request: Request) -> Tensor:
        """Return `request.n` points of `request.domain`, `n x d`, new and distinct as long as possible."""

    @property
    def title(self) -> str:
        """What messages call it."""
        return type(self).__name__

    @property
    def max_objectives(self) -> int:
        """How many columns of `y` it takes; 0 where it learns from comparisons alone."""
        return 1

    @property
    def takes(self) -> Takes:
        """What it makes use of beside values, or in their place."""
        return NOTHING

    @property
    def is_strict(self) -> bool:
        """Whether errors while points are computed leave `Optimizer.ask`; where not, see there."""
        return True

    def check(self, space: DesignSpace) -> None:  # noqa: B027  (most take any space)
        """Refuse a space that cannot be searched.

        Raises:
            IncompatibleError: With the reason, and what would work.
        """

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Say why little will be learnt in a space that `check` takes, and what would learn more."""
        return ()

    def check_takes(self, kind: Information) -> None:
        """Refuse information that would have no effect.

        Raises:
            IncompatibleError: With the reason, and what takes it.
        """
        if kind not in self.takes:
            raise IncompatibleError(f"{self.title} {REFUSALS[kind]}")

    def check_unconstrained(self) -> None:  # noqa: B027  (most have an objective)
        """Refuse a problem without measured constraints where nothing can be done without them.

        Raises:
            IncompatibleError: With the reason, and what would work.
        """

    def check_takes_objectives(self, n: int) -> None:
        """Refuse more objectives than it takes.

        Raises:
            IncompatibleError: With both numbers, and what would work.
        """
        if not self.max_objectives:
            raise IncompatibleError(
                f"{self.title} learns from comparisons alone, not from values; say which points are better "
                "by `prefer(better, worse)`, or use HEBO or another recommender of values"
            )
        if n > self.max_objectives:
            raise IncompatibleError(
                f"{self.title} takes {self.max_objectives} objective(s), y has {n} columns; use an "
                "acquisition of several objectives (log_ehvi, multi_mace, scalarized), tell all but one as "
                "constraints, or combine them into one"
            )

    def space_filling(self, request: Request, n: int) -> Tensor:
        """Return `n` points that cover the domain, whatever their values may be, `n x d`."""
        return request.space_filling(n)

    def predicted_best(self, request: Request) -> Predicted | None:
        """Return the point of the domain that the model thinks best; None where there is no model (yet).

        Args:
            request: Of one point; contexts and targets are fixed in its domain, evaluated points part of it.
        """
        return None

    def outcome_models(self, request: Request) -> OutcomeModels | None:
        """Return the models of all that is measured, for explanations; None where there are none.

        Args:
            request: Its data have what was measured as the values, in any direction, with one column for each
                constraint; at least two different points.
        """
        return None

    def declares_infeasible(self, request: Request) -> bool | None:
        """Say whether no point can keep the measured constraints, by what is known; None if that is not told.

        Args:
            request: Of one point, in the domain that counts; nothing is pending.
        """
        return None

    def fit_model(self, request: Request) -> Model:
        """Return the model of the objective that the points would be chosen under; see `Optimizer.fit_model`.

        Raises:
            IncompatibleError: If there is none.
        """
        raise IncompatibleError(f"{self.title} fits no model; use HEBO or another BayesOpt composition")


def heard_by(recommender: Recommends, request: Request) -> Request:
    """Return the request without what a recommender makes no use of."""
    data, left_out = request.data, dict[str, Any]()
    if data.y_var is not None and Information.VARIANCES not in recommender.takes:
        left_out["y_var"] = None
    if data.gradients is not None and Information.GRADIENTS not in recommender.takes:
        left_out["gradients"] = None
    if data.related and Information.RELATED not in recommender.takes:
        left_out["related"] = ()
    return replace(request, data=replace(data, **left_out)) if left_out else request
