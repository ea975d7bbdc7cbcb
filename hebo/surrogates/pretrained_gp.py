"""Pretrained Gaussian process: mean, covariance and hyperpriors learned from earlier tasks."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import torch
from pydantic import Field
from torch import Generator

from hebo.abilities import CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.fallbacks import note_fallback
from hebo.information import Information, Takes
from hebo.random import make_generator
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.hyperparameters import Columns, Layout
from hebo.surrogates.known_noise import known_variances, pooled
from hebo.surrogates.learned_prior import (
    LearnedLayout,
    Pretrained,
    density,
    layout_of,
    lesson,
    pretrained,
    standardized,
)
from hebo.surrogates.map_fit import most_likely
from hebo.surrogates.multitask_gp import loo_density
from hebo.surrogates.pretrained_covariance import PretrainedCovariance, PretrainedProcess
from hebo.surrogates.subset import best_and_random, best_near_random
from hebo.surrogates.warped_gp import WarpedGP

_MAX_ITERATIONS = 50
_MIN_GAIN = 1.0
"""Least gain of the leave-one-out log density that earlier tasks must bring. With 3 and 5 observations of
tuning tasks 44 of 49 fits with related ones had more, and 1 of 49 with shuffled values."""
_LEAST_VALUES = 3
"""Different values of a task that has a function to learn from."""


class PretrainedGP(Surrogate):
    """A Gaussian process whose prior was learned from many earlier tasks (`Data.related`).

    HyperBO's idea (Wang et al., 2109.08215): the tasks are draws of one process, whose mean function and
    covariance are learned from the earlier ones, as are the priors of the hyperparameters of a new task; see
    `hebo.surrogates.pretrained_covariance` for the prior and `hebo.surrogates.learned_prior` for how it is
    learned, which takes a second, once for the same earlier tasks. Scale and offset of each task are free.
    Observations of earlier tasks do not enter the fit to a new one.

    The process of the target alone is fitted as well. It is the model where the earlier tasks mislead: unless
    the observations of the target have a larger leave-one-out log density under what was learned, by 1 at
    least. `hebo.fallbacks` counts that under "earlier tasks mislead". The choice is made anew in each fit.
    Without related tasks, and where none of them has three different values, the process of the target alone
    is the model always.

    Categories and contexts count as in `warped_gp`, but contexts have no offsets of their own.

    Attributes:
        of: The process of a single task, whose settings hold for the stationary part, too.
        max_per_task: Most observations of each related task that are learned from: the best and random ones.
        max_support: Most points that functions of earlier tasks are kept at.
        freedom: How far the scale of the mean function is free, as a standard deviation in units of itself.
        trust: What the spreads of the hyperpriors of `of` are multiplied by, around what was learned.
    """

    takes: ClassVar[Takes] = frozenset({Information.VARIANCES, Information.RELATED})

    of: WarpedGP = Field(default_factory=WarpedGP)
    max_per_task: int = Field(default=200, ge=10)
    max_support: int = Field(default=256, ge=10)
    freedom: float = Field(default=0.5, gt=0)
    trust: float = Field(default=0.5, gt=0, le=1)

    def offers(self) -> frozenset[Ability]:
        """See `hebo.base.Surrogate`."""
        return frozenset({CROSS_COVARIANCE, JOINT_NORMAL, PATH_SAMPLING, LEAVE_ONE_OUT})

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> GaussianProcess:
        """Return a model conditioned on the observations; see `hebo.base.Surrogate`."""
        single = self.of._fit(replace(data, related=()), space, generator=generator)
        earlier = self._earlier(data)
        if not earlier:
            return single
        known = pretrained(lesson(self.of, space.parameter_space, earlier, self.freedom, self.max_support))
        learned = self._of_new_task(replace(data, related=()), space, known, generator)
        if loo_density(learned) - loo_density(single) > _MIN_GAIN:
            return learned
        note_fallback("earlier tasks mislead", "observations are predicted better without; warped_gp is used")
        return single

    def _earlier(self, data: Data) -> list[Data]:
        """Return the related tasks that have something to say, in units of their spread."""
        found = []
        for place, task in enumerate(data.related):
            known = pooled(task.train())
            rows = best_and_random(known.y[:, 0], self.max_per_task, make_generator("earlier", place))
            known = known.rows(rows.to(known.x.device))
            if len(known.y.unique()) >= _LEAST_VALUES:
                found.append(standardized(known))
        return found

    def _of_new_task(
        self, data: Data, space: DesignSpace, known: Pretrained, generator: Generator
    ) -> PretrainedProcess:
        """Return the posterior of the target under the prior that was learned."""
        columns = Columns(space)
        train = best_near_random(pooled(data), space, self.of.max_train, generator)
        layout = self._layout(columns, train, known)
        rows = best_and_random(train.y[:, 0], self.of.max_fit, generator).to(train.x.device)
        problem = density(self.of, layout, columns, train.rows(rows), known.earlier, self.freedom)
        starts = layout.starts(self.of.n_starts, generator=generator, scatter=0.5)
        theta = torch.from_numpy(most_likely(problem, starts, max_iterations=_MAX_ITERATIONS)).to(train.x)
        rest = Covariance(columns, layout, theta, self.of.smoothness)
        spread = theta[layout.groups["offset"]].exp()[0]
        covariance = PretrainedCovariance(rest, known.earlier.to(train.x), spread, self.freedom)
        return PretrainedProcess(covariance, train.x, train.y[:, 0], noise=known_variances(train))

    def _layout(self, columns: Columns, train: Data, known: Pretrained) -> Layout:
        usual = layout_of(self.of, columns, len(train.x))
        fields = {name: getattr(usual, name) for name in Layout.__dataclass_fields__}
        return LearnedLayout(**fields, learned=tuple(known.theta.tolist()), share=self.trust)
