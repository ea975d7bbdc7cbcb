"""Bayesian optimization: the one loop (fit, condition, build, maximize, choose), composed of parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import torch
from botorch.models.model import Model
from pydantic import Field, field_validator, model_validator
from torch import Tensor

from hebo.abilities import FromRelated
from hebo.acquisitions.constrained import toward_feasible
from hebo.base import (
    AcqFunction,
    AcqOptimizer,
    Acquisition,
    BatchProblem,
    BatchRule,
    Candidates,
    FailureRule,
    FittedModels,
    Focus,
    OutputTransform,
    Region,
    RegionState,
    Surrogate,
)
from hebo.batches.kriging_believer import KrigingBeliever
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.explain.outcome_model import OutcomeModels
from hebo.failures.success_probability import SuccessProbability
from hebo.failures.worst_value import WorstValue
from hebo.information import Information, Takes
from hebo.profile import phase
from hebo.recommenders.best_predicted import best_predicted
from hebo.recommenders.compatibility import check_parts, check_scale
from hebo.recommenders.fitted_models import ModelStack, all_on_means, condition_on_mean, fit_stack
from hebo.recommenders.infeasibility import declared_infeasible
from hebo.recommenders.learning import learnt_outcomes
from hebo.recommenders.model_based import ModelBased
from hebo.recommenders.modeled_scale import on_modeled_scale
from hebo.recommenders.table_search import check_choices, parts_for
from hebo.regions.whole_space import WholeSpace
from hebo.request import Predicted, Request

# With many columns, one point for each would leave little of a usual budget to the model.
_MAX_INITIAL = 16
_INITIAL_WITH_RELATED = 3
"""Fewest points that tell whether a related task predicts them."""


def _failures_for(others: dict[str, object]) -> FailureRule:
    """Failures count as a weight where the acquisition bears one."""
    acquisition = others.get("acquisition")
    bears = not isinstance(acquisition, Acquisition) or acquisition.is_weightable
    return SuccessProbability() if bears else WorstValue()


class BayesOptRecipe(ModelBased):
    """Bayesian optimization with one part of each kind.

    Measured constraints are modeled by the surrogate too, and every value of the acquisition is weighted by
    the probability that they hold; see `hebo.acquisitions.constrained`.

    On a table of candidates (`TableSpace`) every acquisition is maximized exactly, by an exhaustive search
    of all rows that are left; see `hebo.recommenders.table_search`.

    Attributes:
        surrogate: Models the transformed objective.
        acquisition: Says what a point is worth under the model.
        acq_optimizer: Finds points worth most.
        output_transform: Scale on which the objective is modeled.
        region: Where the search looks.
        n_initial: Evaluations before the first model; None: one more than there are columns, at most 16,
            where each known derivative counts as a further point, but two points at least. A point at
            several levels of a fidelity counts once then, and all further levels together as one more.
            Three are enough then for as long as the surrogate learns from related tasks; see
            `hebo.abilities.FromRelated`.
        batch: Chooses the points of a batch.
        failures: How failed evaluations count; by default as a weight where the acquisition bears one, and as
            the worst value where it does not.
        device: Where model and acquisition are computed, as torch names it.
    """

    surrogate: Surrogate
    acquisition: Acquisition
    acq_optimizer: AcqOptimizer
    output_transform: OutputTransform
    region: Region = Field(default_factory=WholeSpace)
    n_initial: int | None = Field(default=None, ge=1)
    batch: BatchRule = Field(default_factory=KrigingBeliever)
    failures: FailureRule = Field(default_factory=_failures_for)
    device: str = "cpu"

    @field_validator("device")
    @classmethod
    def _known_device(cls, name: str) -> str:
        try:
            torch.empty(0, device=name)
        except (RuntimeError, AssertionError) as error:
            raise ValueError(f"torch has no device '{name}' here; use 'cpu' ({error})") from None
        return name

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        check_parts(
            self.surrogate, self.acquisition, self.acq_optimizer, self.batch, self.failures, self.device
        )
        check_scale(self.surrogate, self.output_transform)
        return self

    @property
    def title(self) -> str:
        """What messages call it."""
        return "BayesOpt"

    @property
    def max_objectives(self) -> int:
        """As many as the acquisition takes."""
        return self.acquisition.max_outputs

    @property
    def takes(self) -> Takes:
        """Constraints (but see `check_takes`), and what surrogate and acquisition take."""
        return self.surrogate.takes | self.acquisition.takes | {Information.CONSTRAINTS}

    @property
    def is_strict(self) -> bool:
        """Never: a matrix that could not be factorized ends no run; see `Optimizer` and `Strict`."""
        return False

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that a part cannot work in: surrogate, acquisition, search, batch rule."""
        check_choices(self, space)
        search, _ = parts_for(self.acq_optimizer, self.region, space)
        self.surrogate.check(space)
        self.acquisition.check(space)
        search.check(space)
        self.batch.check(space)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Say why the surrogate will hardly predict on a space; see `Surrogate.doubts`."""
        return self.surrogate.doubts(space)

    def check_takes(self, kind: Information) -> None:
        """Refuse constraints as well where a weight would break the acquisition."""
        super().check_takes(kind)
        if kind is Information.CONSTRAINTS and not self.acquisition.is_weightable:
            raise IncompatibleError(
                f"{type(self.acquisition).__name__} gives values that measured constraints would break, as "
                f"they multiply them by a probability; {self._of_weightable}"
            )

    def check_unconstrained(self) -> None:
        """Refuse a problem without measured constraints where the acquisition is about nothing else."""
        if self.acquisition.needs_constraints:
            raise IncompatibleError(
                f"{type(self.acquisition).__name__} is about measured constraints alone, and there are none; "
                "name them (`constraints`), or use an acquisition of the objective, such as log_ei"
            )

    @property
    def _of_weightable(self) -> str:
        """The acquisition to use in place of this one, and parts in place of those that need this one."""
        others = ["the acquisition log_ei"]
        if self.acq_optimizer.needs:
            others.append("the search nsga2 or local_search")
        if self.batch.needs:
            others.append("the batch rule kriging_believer")
        return f"use others, such as {' with '.join(others)}"

    def propose(self, request: Request) -> _Proposal | None:
        """Fit the models; None before `n_initial` points, and while all values are the same."""
        data = request.data
        goal = data if self.acquisition.handles_constraints else toward_feasible(data)
        if self._is_early(request) or not _varies(goal):
            return None
        with phase("fit"):
            stack = self._fit(goal, request)
        return None if self._lacks_points(request, stack) else _Proposal(self, request, stack)

    def _is_early(self, request: Request) -> bool:
        """Say whether too few points are known for any model."""
        return self._is_short(request, _INITIAL_WITH_RELATED if request.data.related else _MAX_INITIAL)

    def _lacks_points(self, request: Request, stack: ModelStack) -> bool:
        """Say whether the initial design goes on: no model has learned from related tasks."""
        is_taught = any(isinstance(model, FromRelated) for model in stack.observed)
        return not is_taught and self._is_short(request, _MAX_INITIAL)

    def _is_short(self, request: Request, limit: int) -> bool:
        """Say whether fewer points than `n_initial` are known; without it at most `limit` are enough."""
        if self.n_initial is not None:
            return len(request.data.seen) < self.n_initial
        n_seen = _n_different(request)
        return n_seen < 2 or n_seen + _n_derivatives(request.data) < min(request.space.n_dims + 1, limit)

    def predicted_best(self, request: Request) -> Predicted | None:
        """Return the maximum of the posterior mean; None where `propose` would fit no model to the objective.

        Pending points have no part in it; see `hebo.recommenders.best_predicted`.
        """
        if self._is_early(request) or not _varies(request.data):
            return None
        known = replace(request, data=request.data.without_pending())
        stack = self._fit(known.data, known)
        if self._lacks_points(request, stack):
            return None
        search, _ = parts_for(self.acq_optimizer, self.region, request.space)
        transform = self.output_transform.fit(known.data.successes().y)
        return best_predicted(search, stack.models, stack.data, transform, known)

    def outcome_models(self, request: Request) -> OutcomeModels:
        """Return the models of all that is measured; see `hebo.recommenders.learning`."""
        return learnt_outcomes(self.surrogate, self.output_transform, self.failures, request, self.device)

    def declares_infeasible(self, request: Request) -> bool | None:
        """Say whether no point is optimistically feasible; None where the acquisition never says so.

        That is also the answer before `n_initial` points, and where no constraint was told.
        """
        data = request.data
        if (
            not self.acquisition.handles_constraints
            or self._is_early(request)
            or not data.constraints.shape[1]
        ):
            return None
        search, _ = parts_for(self.acq_optimizer, self.region, request.space)
        return declared_infeasible(self.surrogate, self.acquisition, search, data.to(self.device), request)

    def fit_model(self, request: Request) -> Model:
        """Return the model of all objectives, conditioned on pending points; see `Optimizer.fit_model`."""
        data = self.transformed(request.data)
        models = (
            self.surrogate.fit(one.train(), request.space, generator=request.generator)
            for one in data.outputs()
        )
        return FittedModels(tuple(condition_on_mean(model, data.pending) for model in models)).joint

    def transformed(self, data: Data, batch_size: int = 1) -> Data:
        """Return `data` on the device, on the scale that the surrogate models."""
        modeled = on_modeled_scale(data, self.output_transform)
        return replace(modeled, batch_size=batch_size).to(self.device)

    def _fit(self, goal: Data, request: Request) -> ModelStack:
        return fit_stack(
            self.surrogate,
            self.acquisition,
            self.failures,
            self.transformed(goal, request.n),
            request,
            generator=request.generator,
        )


@dataclass(frozen=True)
class _Proposal:
    """The fitted models of an ask, before any point is chosen."""

    recipe: BayesOptRecipe
    request: Request
    stack: ModelStack

    @property
    def observed(self) -> tuple[Model, ...]:
        return self.stack.observed

    @property
    def models(self) -> FittedModels:
        return self.stack.models

    @property
    def spread(self) -> float:
        """Standard deviation of the values as they are modeled, 1 where they are all the same."""
        spread = float(self.stack.data.successes().y.std(correction=0))
        return spread if spread > 0 else 1.0

    def by(self, recipe: BayesOptRecipe, request: Request, models: FittedModels) -> _Proposal:
        """Return the proposal of the same loop with another acquisition, under models of the same fit."""
        stack = replace(self.stack, template=recipe.acquisition, models=models)
        return _Proposal(recipe, request, stack)

    def choose(self, n: int) -> Tensor:
        """Maximize the acquisition in the region of this ask, and let the batch rule choose."""
        recipe, request, stack = self.recipe, self.request, self.stack
        generator = request.generator
        optimizer, region = parts_for(recipe.acq_optimizer, recipe.region, request.space)
        with phase("search"):
            state = RegionState(toward_feasible(stack.data), stack.models, request.iteration)
            focus = region.narrow(request.domain, state, generator=generator)

            def maximize(acq: AcqFunction, where: Focus) -> Candidates:
                return optimizer.maximize(acq, where.domain, generator=generator, start=where.start)

            problem = BatchProblem(
                stack.models,
                stack.acquisition,
                maximize,
                all_on_means,
                request.data.seen,
                request.domain,
                focus,
                unweighted=stack.unweighted,
                weigh=stack.weigh,
            )
            return recipe.batch.choose(problem, n, generator=generator)


def _n_different(request: Request) -> int:
    """Return how many points are known; at several levels of a fidelity a point counts once.

    All further levels together count as one more: they are what its column needs.
    """
    seen, fidelities = request.data.seen, request.space.targets
    if not fidelities or len(seen) < 2:
        return len(seen)
    others, n_levelled = seen.clone(), 0
    for name in fidelities:
        column = request.space.columns[name]
        n_levelled += int(bool((seen[:, column] != seen[:1, column]).any()))
        others[:, column] = 0.0
    return len(torch.unique(others, dim=0)) + n_levelled


def _n_derivatives(data: Data) -> int:
    """Return how many derivatives are known, over all points."""
    return 0 if data.gradients is None else int(torch.isfinite(data.gradients).sum())


def _varies(data: Data) -> bool:
    """Say whether values differ at all: on a plateau a model would only send us to the corners."""
    values = data.successes().y
    return bool((values != values[:1]).any())
