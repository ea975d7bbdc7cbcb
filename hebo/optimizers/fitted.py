"""Models of all that an optimiser knows, and the acquisition under them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from botorch.models.model import Model
from torch import Generator, Tensor

from hebo.abilities import ADDITIVE_ACQ
from hebo.acquisitions.constrained import indifferent, slack_data, times_feasibility
from hebo.acquisitions.marginals import marginals
from hebo.acquisitions.success import SuccessModel, success_labels
from hebo.base import AcqFunction, Acquisition, Belief, Domain, Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import draw_seed, make_generator

Models = tuple[Model, ...]
"""The model of the objective, then one per measured constraint."""

Build = Callable[[Models], AcqFunction]


@dataclass(frozen=True)
class Fitted:
    """What one `ask` knows: data as modelled, the models, and the acquisition under them or under others.

    Points come and go on the CPU, where searches and the space stay, wherever the models are.

    Attributes:
        known: Data on the scale that is modelled, its points moved into the domain of the ask.
        observed: The model of the objective, fitted to the successes.
        models: All models, conditioned on the pending points as well.
        build: Makes the acquisition under any models.
        success: Says which evaluations succeed; None if none has failed.
    """

    known: Data
    observed: Model
    models: Models
    build: Build
    success: SuccessModel | None = None

    @property
    def belief(self) -> Belief:
        """What a region decides by."""
        log_success = None if self.success is None else self.success.log_probability
        return Belief(self.known, self.models[0], log_success)

    def acquisition(self, models: Models) -> AcqFunction:
        """Return the acquisition under `models`, of points (`n x 1 x d`) on the CPU."""
        acq = self.build(models)
        if self.known.x.device.type == "cpu":
            return acq  # as it is, for it may offer more than values
        return lambda x: acq(x.to(self.known.x.device)).to(x.device)

    def believe(self, models: Models, x: Tensor) -> Models:
        """Return `models` that know points (`n x d`) by their predicted means."""
        x = x.to(self.known.x.device)
        return tuple(condition_on_mean(model, x) for model in models)


@torch.no_grad()
def condition_on_mean(model: Model, x: Tensor) -> Model:
    """Kriging believer: return a model that takes its own means at points (`n x d`) for observations.

    (Ginsbourger et al., 2010.) The hyperparameters stay; what shrinks is the uncertainty around the points.

    Raises:
        IncompatibleError: If the model cannot be conditioned on further points.
    """
    if not len(x):
        return model
    mean = marginals(model, x.unsqueeze(-2)).mean
    try:
        conditioned: Model = model.condition_on_observations(x, mean.unsqueeze(-1))
    except NotImplementedError as error:
        raise IncompatibleError(
            f"{type(model).__name__} cannot be conditioned on pending points ({error}); give it a "
            "`condition_on_observations`, or tell the value of each point before the next ask"
        ) from error
    return conditioned


@dataclass(frozen=True)
class Parts:
    """What is fitted and built, and how failures count.

    Attributes:
        surrogate: Of the objective, of each constraint, and of success.
        acquisition: Of points under the model of the objective.
        success_power: See `BayesOptRecipe`.
    """

    surrogate: Surrogate
    acquisition: Acquisition
    success_power: float = 1.0

    def fit(
        self, data: Data, known: Data, space: DesignSpace, domain: Domain, *, generator: Generator
    ) -> Fitted:
        """Fit the models, each to the successes of its values, and condition them on what is pending.

        Args:
            data: All that was told.
            known: The same with the objective as it is modelled, on the device of the models.
            space: Where the points lie.
            domain: What the ask may choose, seen points included; see `Data.projected`.
            generator: Source of randomness.
        """
        is_weighted = ADDITIVE_ACQ not in self.acquisition.gives
        known = known if is_weighted else _worst_for_failures(known)
        targets = [known, *(one.to(known.x.device) for one in slack_data(data))]
        observed = [self.surrogate.fit(one.train(), space, generator=generator) for one in targets]
        models = tuple(condition_on_mean(one, known.pending) for one in observed)
        here = known.projected(domain)
        incumbents = here.feasible_successes()
        build = self._built(draw_seed(generator), incumbents, has_incumbent=bool(data.feasible.any()))
        if not (is_weighted and bool(data.failed.any())):
            return Fitted(here, observed[0], models, build)
        success = self._success(success_labels(data).to(known.x.device), space, generator)
        return Fitted(here, observed[0], models, self._to_succeed(build, success), success)

    def _success(self, labels: Data, space: DesignSpace, generator: Generator) -> SuccessModel:
        model = self.surrogate.fit(labels.train(), space, generator=generator)
        return SuccessModel(condition_on_mean(model, labels.pending), labels)

    def _built(self, seed: int, incumbents: Data, *, has_incumbent: bool) -> Build:
        """Return how to build the acquisition, every time with the same draws."""

        def build(models: Models) -> AcqFunction:
            objective, *limits = models
            if has_incumbent:
                acq = self.acquisition.build(objective, incumbents, generator=make_generator(seed))
            else:
                acq = indifferent(self.acquisition.n_values)
            return times_feasibility(acq, limits) if limits else acq

        return build

    def _to_succeed(self, build: Build, success: SuccessModel) -> Build:
        return lambda models: success.weigh(build(models), self.success_power)


def _worst_for_failures(data: Data) -> Data:
    """Give failed points the lowest value: weighting by success would make a sum of components none."""
    worst = data.successes().y.amin(0)
    return data.with_y(torch.where(data.failed.unsqueeze(1), worst, data.y))
