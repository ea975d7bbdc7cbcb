"""Recommendation of a final point: the best one under the model, in a context; nothing is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pandas import DataFrame
from torch import Tensor

from hebo.design_space.competing import check_contexts, context_names
from hebo.design_space.domains.domain import Domain
from hebo.errors import DataError
from hebo.optimizer.history import History
from hebo.optimizer.locking import locked
from hebo.request import Predicted, Recommends, Request


@dataclass(frozen=True)
class Recommendation:
    """A point to use, and what is known of it, in the units that were told; of a target, distances from it.

    Attributes:
        point: One row, in natural units.
        mean: Predicted value, without the noise of a measurement; None where there is no model.
        low: The value one standard deviation below it, on the scale that is modeled.
        high: The same above it.
        feasibility: Predicted probability that all measured constraints hold; None where there is no model.
        measured: Where there is no model, the value told of the point, the best one; None otherwise.

    All of them are None where points were compared and have no values.
    """

    point: DataFrame
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    feasibility: float | None = None
    measured: float | None = None


class Recommending(History):
    """What is to be used, after all that was told; the part of `Optimizer` that asks the model alone."""

    recommender: Recommends
    seed: int

    def recommend(self, context: Mapping[str, Any] | None = None) -> DataFrame:
        """Return the point that the model thinks best, as a frame with one row; see `recommendation`.

        The model averages over noise, so this is a better choice for the end than `best_x`, which may have
        been lucky. Nothing is asked for: the next points are the same without it.

        Args:
            context: A value for each context parameter; None: those of the point told last.

        Raises:
            DataError: As `recommendation`.
        """
        return self.recommendation(context).point

    @locked
    def recommendation(self, context: Mapping[str, Any] | None = None) -> Recommendation:
        """Return the point of the largest posterior mean, with its prediction.

        Fidelities are at their targets. Points that hardly keep a measured constraint are not chosen; see
        `hebo.acquisitions.posterior_mean.reliable_mean`. In a context that was never told, the model says
        what is expected there. A recommender without a model, or with too little to fit one to, recommends
        the best point told in the context.

        Args:
            context: A value for each context parameter; None: those of the point told last.

        Raises:
            DataError: If a context is missing or none of the space, nothing was told that a recommendation
                could rest on, or there are several objectives.
        """
        self._refuse_front()
        found = self._predicted_best(context)
        if found is None:
            point, value = self.best(self._context(context))
            return Recommendation(point, measured=value)
        point = self.space.decode(found.x.unsqueeze(0))
        mean, *ends = (self._as_measured(value) for value in (found.mean, found.low, found.high))
        return Recommendation(point, mean, min(ends), max(ends), found.feasibility)

    def _as_measured(self, maximized: float) -> float:
        """Return a value of the only objective, which is maximized inside, as it would be measured."""
        stated = self._records.outcomes
        return -maximized if stated is None else stated.objectives[0].measured(-maximized)

    def _predicted_best(self, context: Mapping[str, Any] | None) -> Predicted | None:
        """Return what the recommender predicts in a context; None where it has no model."""
        fixed = self._context(context)
        domain = self.space.fix(here) if (here := {**self.space.targets, **fixed}) else self.space
        return self.recommender.predicted_best(self._request_for(1, domain, frozenset(fixed)))

    def _refuse_front(self) -> None:
        n = self._records.n_objectives or 1
        if n > 1:
            raise DataError(f"there are {n} objectives, and no single best point; choose one from `front`")

    def _context(self, context: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return a value for each context parameter."""
        names = context_names(self.space)
        if context is None:
            last = self.space.decode(self._latest())
            return {name: last[name].iloc[0] for name in names}
        check_contexts(self.space, context)
        for name in names:
            if name not in context:
                raise DataError(f"context parameter '{name}' has no value; pass {{'{name}': ...}} as well")
        return dict(context)

    def _latest(self) -> Tensor:
        """Return the point told last, `1 x d`."""
        self._need_success()
        return self._records.x[-1:]

    def _request_for(self, n: int, domain: Domain, fixed: frozenset[str]) -> Request:
        """Return what is known when `n` points of a domain are asked for."""
        records = self._records
        data = records.data.within(domain.with_seen)
        return Request(n, data, self.space, domain, records.n_asks, records.n_asked_points, self.seed, fixed)
