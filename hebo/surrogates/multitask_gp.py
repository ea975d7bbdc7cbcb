"""Multi-task Gaussian process: transfer from related tasks, as far as they are correlated with this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.information import Information, Takes
from hebo.surrogates.augmented_process import AugmentedProcess
from hebo.surrogates.context_offset import OffsetCorrelation, context_columns, with_offset
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.hyperparameters import Array, Columns, Layout, Prior
from hebo.surrogates.known_noise import known_variances, pooled
from hebo.surrogates.map_fit import most_likely
from hebo.surrogates.subset import best_and_random, best_near_random
from hebo.surrogates.task_covariance import TaskCovariance, TaskLogPosterior
from hebo.surrogates.warped_gp import WarpedGP

_MAX_ITERATIONS = 50
_UNRELATED = 3.0
"""The distance `w` that a second start of the fit begins with: a correlation of 0.05."""
_MIN_GAIN = 2.0
"""Least gain of the leave-one-out log density that related tasks must bring. On tuning functions with 3 to 6
observations 77 of 96 fits with a related task had more, and 5 of 96 with an unrelated one."""


class MultitaskProcess(AugmentedProcess):
    """The posterior of the target given the observations of all tasks."""

    covariance: TaskCovariance

    @property
    def correlations(self) -> Tensor:
        """See `hebo.abilities.FromRelated`."""
        return self.covariance.correlations


class MultitaskGP(Surrogate):
    """A warped GP of the target task and of the related ones that are told beside it (`Data.related`).

    All tasks share one covariance of the points; each related one has a correlation with the target, a
    scale, an offset and a noise variance of its own, see `hebo.surrogates.task_covariance`. The correlation
    of an unrelated task goes to 0.

    Even then such a task has a say in the lengthscales, which all tasks share. So the process of the target
    alone is fitted as well. It is the model unless the related tasks help: unless the observations of the
    target have a larger leave-one-out log density under the process of all tasks, by 2 at least. Without
    related tasks it is the model always.

    Attributes:
        of: The process of a single task.
        max_related: Most observations of all related tasks together, in equal shares; see
            `hebo.surrogates.subset.best_near_random`.
        distance: Most likely `w` before any data, where `exp(-w)` is the correlation.
        spread: Standard deviation of the logarithm of `w` before any data.
    """

    takes: ClassVar[Takes] = frozenset({Information.VARIANCES, Information.RELATED})

    of: WarpedGP = Field(default_factory=WarpedGP)
    max_related: int = Field(default=200, ge=10)
    distance: float = Field(default=0.5, gt=0)
    spread: float = Field(default=1.5, gt=0)

    def offers(self) -> frozenset[Ability]:
        """See `hebo.base.Surrogate`."""
        return frozenset({CROSS_COVARIANCE, JOINT_NORMAL, PATH_SAMPLING, LEAVE_ONE_OUT})

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> GaussianProcess:
        """Return a model conditioned on the observations; see `hebo.base.Surrogate`."""
        single = self.of._fit(replace(data, related=()), space, generator=generator)
        if not data.related:
            return single
        several = self._of_several(data, space, generator)
        gain = loo_density(several) - loo_density(single)
        return several if gain > _MIN_GAIN else single

    def _of_several(self, data: Data, space: DesignSpace, generator: Generator) -> MultitaskProcess:
        """Return the model of all tasks."""
        columns = Columns(space)
        target = best_near_random(pooled(data), space, self.of.max_train, generator)
        limit = max(1, self.max_related // len(data.related))
        related = [best_near_random(pooled(one.train()), space, limit, generator) for one in data.related]
        contexts = context_columns(space)
        offset = OffsetCorrelation(space, contexts) if contexts else None
        layout = self._layout(columns, target, len(related), contexts)
        rows = best_and_random(target.y[:, 0], self.of.max_fit, generator).to(target.x.device)
        theta = self._hyperparameters(layout, columns, offset, [target.rows(rows), *related], generator)
        single: Any = Covariance(columns, layout, theta, self.of.smoothness)
        if offset is not None:
            single = with_offset(single, offset, theta[layout.groups["offset"]].exp()[0])
        covariance = TaskCovariance(single, layout, theta)
        x, y, noise = stacked([target, *related])
        return MultitaskProcess(covariance, x, y, noise=noise, n_columns=columns.n)

    def _layout(self, columns: Columns, target: Data, n_related: int, contexts: Sequence[int] = ()) -> Layout:
        layout = self.of._layout(columns, len(target.x), contexts=contexts)
        noise = Prior(layout.priors["noise"].mode, 2.0, lower=1e-6)
        priors = {
            **layout.priors,
            "task_distance": Prior(self.distance, self.spread, lower=1e-3, upper=50.0),
            "task_scale": Prior(1.0, 1.0),
            "task_noise": noise,
        }
        further = dict.fromkeys(("task_distance", "task_scale", "task_noise"), n_related)
        return replace(layout, priors=priors, further=further)

    def _hyperparameters(
        self,
        layout: Layout,
        columns: Columns,
        offset: OffsetCorrelation | None,
        tasks: list[Data],
        generator: Generator,
    ) -> Tensor:
        """Return the most likely setting, `p`: related tasks may be near or far to begin with."""
        x, y, noise = stacked(tasks)
        numeric, codes = (part.cpu().numpy() for part in columns.split(x))
        density = TaskLogPosterior(
            layout,
            numeric,
            codes,
            y.cpu().numpy(),
            self.of.smoothness,
            noise=None if noise is None else noise.cpu().numpy(),
            offset=None if offset is None else offset.between(x, x).cpu().numpy(),
            task=x[:, -1].cpu().numpy(),
        )
        starts = layout.starts(self.of.n_starts, generator=generator, scatter=0.5)
        theta = most_likely(density, _near_and_far(starts, layout), max_iterations=_MAX_ITERATIONS)
        return torch.from_numpy(theta).to(x)


def loo_density(model: GaussianProcess) -> float:
    """Return the log density of each observation given the others, summed, up to a constant."""
    _, error, variance = model.leave_one_out()
    return -0.5 * float((error.square() / variance + variance.log()).sum())


def _near_and_far(starts: Array, layout: Layout) -> Array:
    """Return starts, and the same with tasks that are unrelated: a fit may not find from one to the other."""
    far = starts.copy()
    far[:, layout.groups["task_distance"]] = np.log(_UNRELATED)
    return np.concatenate([starts, far])


def stacked(tasks: list[Data]) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return points with the number of their task, `n x (d + 1)`, values, and variances if some are known."""
    numbers = [torch.full_like(one.x[:, :1], i) for i, one in enumerate(tasks)]
    x = torch.cat([torch.cat([one.x, number], 1) for one, number in zip(tasks, numbers, strict=True)])
    known = [known_variances(one) for one in tasks]
    y = torch.cat([one.y[:, 0] for one in tasks])
    if all(one is None for one in known):
        return x, y, None
    unknown = [torch.full_like(one.y[:, 0], torch.nan) for one in tasks]
    noise = [one if one is not None else nan for one, nan in zip(known, unknown, strict=True)]
    return x, y, torch.cat(noise)
