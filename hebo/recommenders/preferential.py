"""Preferential Bayesian optimization: which points to compare next, for somebody who says which is better."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from botorch.models.model import Model
from pydantic import Field, field_validator
from torch import Tensor

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acq_optimizers.screening import screen
from hebo.acquisitions.eubo import EUBO, expected_maximum, joint_moments
from hebo.acquisitions.marginals import marginals
from hebo.base import AcqOptimizer, FittedModels, Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.distinct import distinct
from hebo.errors import IncompatibleError
from hebo.information import Information, Takes
from hebo.profile import phase
from hebo.recommenders.best_predicted import best_predicted
from hebo.recommenders.compatibility import require
from hebo.recommenders.fitted_models import condition_on_mean
from hebo.recommenders.model_based import ModelBased
from hebo.recommenders.table_search import check_choices, parts_for
from hebo.regions.whole_space import WholeSpace
from hebo.request import Predicted, Request
from hebo.surrogates.pairwise_gp import PairwiseGP

_MAX_INITIAL = 16
_POOL = 200
"""Points of which all pairs are valued before the best pair is improved."""

_MAX_TURNS = 6
"""Most searches for a point of a pair."""

_N_STARTS = 10
"""Points of the largest utility that searches start from."""


class Preferential(ModelBased):
    """Asks for points whose comparison leads to the best choice (EUBO), and learns utilities from answers.

    The points of one ask are those with the largest expected utility of the best one among them (Lin et al.,
    2203.11382; see `hebo.acquisitions.eubo`): two for a comparison, more for a ranking or a choice. A single
    point is a challenger, to be compared with `Optimizer.best_x`. The first points are space-filling.

    Attributes:
        surrogate: Learns utilities from comparisons.
        acq_optimizer: Finds the points, one after the other.
        n_initial: Space-filling points before the first model; None: one more than there are columns, at
            least 4 and at most 16.
    """

    surrogate: Surrogate = Field(default_factory=PairwiseGP)
    acq_optimizer: AcqOptimizer = Field(default_factory=NSGA2)
    n_initial: int | None = Field(default=None, ge=2)

    @field_validator("surrogate")
    @classmethod
    def _learns_from_comparisons(cls, surrogate: Surrogate) -> Surrogate:
        if Information.COMPARISONS not in surrogate.takes:
            raise IncompatibleError(
                f"{type(surrogate).__name__} learns from values, not from comparisons; use pairwise_gp"
            )
        return surrogate

    @field_validator("acq_optimizer")
    @classmethod
    def _searches_utilities(cls, search: AcqOptimizer) -> AcqOptimizer:
        require(search, search.needs, EUBO(), EUBO.gives)
        return search

    @property
    def max_objectives(self) -> int:
        """None: it learns from comparisons alone."""
        return 0

    @property
    def takes(self) -> Takes:
        """Comparisons alone."""
        return frozenset({Information.COMPARISONS})

    @property
    def is_strict(self) -> bool:
        """Never, as of `BayesOptRecipe`: answers of people are dear."""
        return False

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that the surrogate cannot be fitted on, or the search cannot search."""
        check_choices(self, space)
        search, _ = parts_for(self.acq_optimizer, WholeSpace(), space)
        self.surrogate.check(space)
        search.check(space)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Say why the surrogate will hardly predict on a space; see `Surrogate.doubts`."""
        return self.surrogate.doubts(space)

    def propose(self, request: Request) -> _Proposal | None:
        """Fit the utilities; None before `n_initial` points, and while nothing was compared."""
        n_initial = self.n_initial or max(4, min(request.space.n_dims + 1, _MAX_INITIAL))
        data = request.data
        if len(data.seen) < n_initial or not len(data.better):
            return None
        with phase("fit"):
            return _Proposal(self, request, self._fit(request))

    def predicted_best(self, request: Request) -> Predicted | None:
        """Return the maximum of the mean utility; None where nothing was compared."""
        if not len(request.data.better):
            return None
        model, known = self._fit(request), _incumbents(request)
        search, _ = parts_for(self.acq_optimizer, WholeSpace(), request.space)
        data = Data(known, known.new_zeros(len(known), 1))
        return best_predicted(search, FittedModels((model,)), data, None, request)

    def fit_model(self, request: Request) -> Model:
        """Return the model of the utility, conditioned on pending points; see `Optimizer.fit_model`."""
        return condition_on_mean(self._fit(request), request.data.pending)

    def _fit(self, request: Request) -> Model:
        known = replace(request.data, pending=request.data.x[:0])
        return self.surrogate.fit(known, request.space, generator=request.generator)


@dataclass(frozen=True)
class _Proposal:
    """The utilities as of an ask, before any point is chosen."""

    recipe: Preferential
    request: Request
    model: Model

    @property
    def observed(self) -> tuple[Model, ...]:
        return (self.model,)

    @property
    def models(self) -> FittedModels:
        pending = self.request.data.pending
        return FittedModels((condition_on_mean(self.model, pending),), pending=pending)

    def choose(self, n: int) -> Tensor:
        """Return the points with the largest expected utility of the best one."""
        with phase("search"):
            return _Search(self).options(n)


class _Search:
    """The search of one ask: option after option, each the best one beside the others."""

    def __init__(self, proposal: _Proposal) -> None:
        request = proposal.request
        self._request, self._domain, self._generator = request, request.domain, request.generator
        self._search, _ = parts_for(proposal.recipe.acq_optimizer, WholeSpace(), request.space)
        models = proposal.models
        self._model, known = models.objective, _incumbents(request)
        order = marginals(self._model, known.unsqueeze(-2)).mean.argsort(descending=True)
        self._start = known[order[:_N_STARTS]]
        data = Data(known, known.new_zeros(len(known), 1))
        self._value = EUBO().build(models, data, request.domain, generator=request.generator)

    def options(self, n: int) -> Tensor:
        """Return `n` new points, `n x d`; repeats only where a finite domain is exhausted."""
        chosen = self._start[:0] if n == 1 else self._pair()
        while len(chosen) < n:
            found = self._best_beside(chosen, self._start)
            if not len(found):
                break
            chosen = torch.cat([chosen, found])
        return self._request.filled(chosen, n)

    def _pair(self) -> Tensor:
        """Return two points: the best of a pool, each replaced in turn by the best one beside the other."""
        pair, n_failures = self._best_of_pool(), 0
        for _ in range(_MAX_TURNS):
            if len(pair) < 2 or n_failures == 2:
                break
            moved, kept = pair[:1], pair[1:]
            tried = torch.cat([kept, self._best_beside(kept, torch.cat([moved, self._start]))])
            is_better = len(tried) == 2 and self._worth(tried) > self._worth(pair)
            pair, n_failures = (tried, 0) if is_better else (pair.flip(0), n_failures + 1)
        return pair

    @torch.no_grad()
    def _best_of_pool(self) -> Tensor:
        """Return the best pair of new points that are spread over the domain and near the best ones."""
        pool = screen(self._domain, _POOL, generator=self._generator, start=self._start)
        pool = distinct(pool, self._request.data.seen, self._domain)
        if len(pool) <= 2:
            return pool
        mean, covariance = joint_moments(self._model, pool)
        i, j = torch.triu_indices(len(pool), len(pool), 1)
        variance = covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]
        best = expected_maximum(mean[i], mean[j], variance).argmax()
        return pool[[int(i[best]), int(j[best])]]

    def _best_beside(self, others: Tensor, start: Tensor) -> Tensor:
        """Return the new point, `1 x d`, worth most beside others (`k x d`); none if none is found."""

        def value(x: Tensor) -> Tensor:
            beside = others.unsqueeze(0).expand(len(x), -1, -1)
            return self._value(torch.cat([x, beside], dim=-2))

        found = self._search.maximize(value, self._domain, generator=self._generator, start=start)
        return distinct(found.x, torch.cat([self._request.data.seen, others]), self._domain)[:1]

    @torch.no_grad()
    def _worth(self, options: Tensor) -> float:
        return float(self._value(options.unsqueeze(0)))


def _incumbents(request: Request) -> Tensor:
    """Return the compared points of the domain, or the points of it nearest to them, `k x d`."""
    points, domain = request.data.compared, request.domain.with_seen
    inside = domain.contains(points)
    return points[inside] if bool(inside.any()) else torch.unique(domain.project(points), dim=0)
