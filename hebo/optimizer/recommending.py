"""Recommendation of a final point: the best one under the model, in a context; nothing is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from pandas import DataFrame
from torch import Tensor

from hebo.design_space.competing import check_contexts, context_names
from hebo.design_space.domains.domain import Domain
from hebo.errors import DataError
from hebo.explain.merit import merits
from hebo.explain.spread import Distance, distinct_best, spread_front
from hebo.optimizer.learning import Learning
from hebo.optimizer.locking import locked
from hebo.random import make_generator
from hebo.request import Predicted, Request


@dataclass(frozen=True)
class Recommendation:
    """A point to use, and what is known of it, in the units that were told.

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


class Recommending(Learning):
    """What is to be used, after all that was told; the part of `Optimizer` that asks the model alone."""

    @locked
    def recommend(self, context: Mapping[str, Any] | None = None, n: int = 1) -> DataFrame:
        """Return the points that the model thinks best, best first, as a frame; see `recommendation`.

        The model averages over noise, so this is a better choice for the end than `best_x`, which may have
        been lucky. Nothing is asked for: the next points are the same without it. `predict` tells what is
        expected of them.

        More than one are different from one another by a tenth of the ranges, in the mean over the
        parameters: maxima of the predicted value under this condition. Of several objectives they are spread
        over the predicted Pareto front, the best in each objective first, and if that has too few points,
        the others have the largest sum of objectives in ranges; see `hebo.explain.spread`. Where the
        recommender has no model they are chosen by that of HEBO (`outcome_models`).

        Args:
            context: A value for each context parameter; None: those of the point told last.
            n: How many.

        Raises:
            DataError: As `recommendation`, or if there are not so many different points; of several
                objectives two at least have to be asked for.
        """
        if n < 1:
            raise DataError(f"cannot recommend {n} points; ask for a positive whole number")
        return self.recommendation(context).point if n == 1 else self._several(context, n)

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
        mean, *ends = self._in_own_units(found)
        return Recommendation(point, mean, min(ends), max(ends), found.feasibility)

    def _in_own_units(self, found: Predicted) -> list[float]:
        """Return the prediction of the only objective as it would be measured: value, and both ends."""
        stated = self._records.outcomes
        maximized = [found.mean, found.low, found.high]
        if stated is None:
            return [-value for value in maximized]
        if stated.objectives[0].goal != "target":
            return [stated.objectives[0].measured(-value) for value in maximized]
        # Distances were modeled to choose the point; what is told of it is what will be measured.
        model, deviations = self.outcome_models().objectives[0], torch.tensor([0.0, -1.0, 1.0])
        values = model.quantiles(found.x.unsqueeze(0).cpu(), deviations.double(), observation_noise=False)
        told: list[float] = values[0].tolist()
        return told

    def _predicted_best(self, context: Mapping[str, Any] | None) -> Predicted | None:
        """Return what the recommender predicts in a context; None where it has no model."""
        fixed = self._context(context)
        return self.recommender.predicted_best(self._request_for(1, self._domain(fixed), frozenset(fixed)))

    def _domain(self, fixed: Mapping[str, Any]) -> Domain:
        """Return what may be recommended with some values fixed, at the targets of fidelities."""
        return self.space.fix(here) if (here := {**self.space.targets, **fixed}) else self.space

    def _several(self, context: Mapping[str, Any] | None, n: int) -> DataFrame:
        """Return more than one point."""
        domain = self._domain(self._context(context))
        models, outcomes = self.outcome_models(), self._records.outcomes or self._stated
        told = domain.project(self.data.successes().x)
        generator = make_generator(self.seed, "recommend", len(self._records.x))

        def scores(x: Tensor) -> Tensor:
            return merits(models, outcomes, x)

        if len(outcomes.objectives) > 1:
            found = spread_front(scores, n, domain, start=told, generator=generator)
        else:
            found = self.space.encode(self.recommendation(context).point)
        distance = Distance(self.space, domain)
        return self.space.decode(
            distinct_best(
                lambda x: scores(x).sum(-1), found, n, domain, distance, start=told, generator=generator
            )
        )

    def _refuse_front(self) -> None:
        n = self._records.n_objectives or 1
        if n > 1:
            raise DataError(
                f"there are {n} objectives, and no single best point; choose one from `front`, or ask for "
                "several: recommend(n=5)"
            )

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
