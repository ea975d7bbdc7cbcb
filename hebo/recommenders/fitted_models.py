"""Surrogate fitting: all models of an ask, conditioned on pending points, and the acquisition under them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from botorch.models.model import Model
from torch import Generator, Tensor

from hebo.abilities import OwnBelief
from hebo.acquisitions.constrained import indifferent, slack_data, times_feasibility
from hebo.acquisitions.evaluation_costs import fit_log_costs
from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, Acquisition, Domain, FailureRule, FittedModels, Surrogate
from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.random import draw_seed, make_generator
from hebo.request import Request


@torch.no_grad()
def condition_on_mean(model: Model, x: Tensor) -> Model:
    """Kriging believer: return a model that takes its own means at points (`n x d`) for observations.

    (Ginsbourger et al., 2010.) The hyperparameters stay; what shrinks is the uncertainty around the points.

    Raises:
        IncompatibleError: If the model cannot be conditioned on further points.
    """
    if not len(x):
        return model
    try:
        if isinstance(model, OwnBelief):
            believing: Model = model.believing(x)
            return believing
        mean = marginals(model, x.unsqueeze(-2)).mean
        conditioned: Model = model.condition_on_observations(x, mean.unsqueeze(-1))
    except NotImplementedError as error:
        raise IncompatibleError(
            f"{type(model).__name__} cannot be conditioned on pending points ({error}); give it a "
            "`condition_on_observations`, or tell the value of each point before the next ask"
        ) from error
    return conditioned


def all_on_means(models: FittedModels, x: Tensor) -> FittedModels:
    """Return the models of objectives and constraints conditioned on their means at points, `n x d`."""
    x = x.to(models.device)
    objectives, constraints = (
        tuple(condition_on_mean(model, x) for model in some)
        for some in (models.objectives, models.constraints)
    )
    pending = torch.cat([models.pending, x]) if len(models.pending) else x
    return replace(models, objectives=objectives, constraints=constraints, pending=pending)


@dataclass(frozen=True)
class ModelStack:
    """What one ask knows: the data as modeled, the models, and the acquisition under them or under others.

    Points come and go on the CPU, where searches and the space stay, wherever the models are.

    Attributes:
        data: On the scale that is modeled, its points moved into the domain of the ask.
        observed: The models of the objectives, fitted to what was observed alone.
        models: All models, conditioned on pending points as well.
        template: The acquisition.
        failures: How failed evaluations count.
        seed: Of the draws that the acquisition makes, the same under all models.
        has_incumbent: Whether there is a feasible point to improve on.
        domain: Where points may be chosen.
    """

    data: Data
    observed: tuple[Model, ...]
    models: FittedModels
    template: Acquisition
    failures: FailureRule
    seed: int
    has_incumbent: bool
    domain: Domain

    def acquisition(self, models: FittedModels) -> AcqFunction:
        """Return the acquisition under `models`, of points (`n x 1 x d`) on the CPU."""
        return self.weigh(models, self.unweighted(self.template, models))

    def weigh(self, models: FittedModels, acq: AcqFunction) -> AcqFunction:
        """Return a function on the device of the models with all weights, of points on the CPU."""
        if models.constraints and not self.template.handles_constraints:
            acq = times_feasibility(acq, models.constraints)
        acq = self.failures.weigh(acq, models.success)
        if models.device.type == "cpu":
            return acq  # as it is, for it may offer more than values
        return lambda x: acq(x.to(models.device)).to(x.device)

    def unweighted(self, template: Acquisition, models: FittedModels) -> AcqFunction:
        """Return an acquisition under `models` as it is, of points on their device."""
        handles = template.handles_constraints
        if not self.has_incumbent and not handles:
            return indifferent(template.n_values)
        data = self.data.successes() if handles else self.data.feasible_successes()
        return template.build(models, data, self.domain, generator=make_generator(self.seed))


def fit_stack(
    surrogate: Surrogate,
    template: Acquisition,
    failures: FailureRule,
    data: Data,
    request: Request,
    *,
    generator: Generator,
) -> ModelStack:
    """Fit the models, each to the successes of its values, and condition them on what is pending.

    Args:
        surrogate: Of the objective, of each constraint, of success, and of costs where the acquisition needs
            them.
        template: The acquisition.
        failures: How failed evaluations count.
        data: What `request` knows, with the objective as it is modeled, on the device of the models.
        request: The ask.
        generator: Source of randomness.
    """
    told, on = request.data, data.x.device

    def fit(one: Data) -> Model:
        return surrogate.fit(one.train(), request.space, generator=generator)

    def fit_with_pending(one: Data) -> Model:
        return condition_on_mean(fit(one), one.pending)

    data = failures.completed(data)
    observed = tuple(fit(one) for one in data.outputs())
    slack_models = [fit(one.to(on)) for one in slack_data(told)]
    objectives = tuple(condition_on_mean(one, data.pending) for one in observed)
    constraints = tuple(condition_on_mean(one, data.pending) for one in slack_models)
    here = data.projected(request.domain.with_seen)
    seed = draw_seed(generator)
    success = failures.success(told.to(on), fit_with_pending)
    costs = fit_log_costs(told.to(on), fit) if template.needs_costs else None
    models = FittedModels(objectives, constraints, success, costs, data.pending, on)
    has_incumbent = bool(told.feasible.any())
    return ModelStack(here, observed, models, template, failures, seed, has_incumbent, request.domain)
