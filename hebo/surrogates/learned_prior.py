"""Learned prior: what earlier tasks have in common, by exact marginal likelihood.

1. Hyperparameters that all earlier tasks share: the most likely ones, given the values of all.
2. The function of each earlier task: its posterior mean under these, on points of support that all share.
3. Hyperparameters of a new task: those under which the values of each earlier task are most likely together,
   when mean and covariance come from the others (leave one task out), a few observations of each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np
import torch
from torch import Generator

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.earlier_functions import EarlierFunctions, posterior_means
from hebo.surrogates.hyperparameters import Array, Columns, Layout
from hebo.surrogates.map_fit import most_likely
from hebo.surrogates.marginal_likelihood import LogPosterior
from hebo.surrogates.subset import best_and_random
from hebo.surrogates.warped_gp import WarpedGP

_MAX_ITERATIONS = 60
_SHARED_POINTS = 48
"""Most observations of each task that shared hyperparameters are fitted to."""
_FEW = (4, 8, 16, 32)
"""Numbers of observations of the tasks that are left out, in turn."""


@dataclass(frozen=True)
class Pretrained:
    """What was learned.

    Attributes:
        earlier: Functions of the earlier tasks.
        theta: `p` hyperparameters of a new task, those of a layout with an `offset`, which is the variance
            of the directions that tasks differ by.
    """

    earlier: EarlierFunctions
    theta: Array


@dataclass(frozen=True)
class LearnedLayout(Layout):
    """A layout whose priors are centered at what was learned.

    Attributes:
        learned: `p` hyperparameters.
        share: What the spreads of the priors are multiplied by.
    """

    learned: tuple[float, ...] = ()
    share: float = 1.0

    @cached_property
    def center(self) -> Array:
        """Means of the normal priors, `p`; the constant mean's is 0."""
        return np.array([*self.learned[:-1], 0.0])

    @cached_property
    def spread(self) -> Array:
        """Standard deviations of the priors, `p`; that of the constant mean stays."""
        usual = Layout(**{name: getattr(self, name) for name in Layout.__dataclass_fields__}).spread
        return np.array([*(self.share * usual[:-1]), usual[-1]])

    def starts(self, n: int, *, generator: Generator, scatter: float) -> Array:
        """Return `n x p` vectors: what was learned, then ones scattered around it."""
        first = super().starts(n, generator=generator, scatter=scatter)
        return np.clip(first - first[:1] + self.center, self.lower, self.upper)


@dataclass(frozen=True)
class Lesson:
    """What is learned from; compared by `digest`, so that it is learned once.

    Attributes:
        digest: Of all the rest.
        recipe: Of the processes.
        space: Of the points.
        tasks: Observations of the earlier tasks, each of zero mean and unit variance.
        freedom: See `EarlierFunctions.directions`.
        max_support: Most points of support.
    """

    digest: str
    recipe: WarpedGP = field(compare=False)
    space: DesignSpace = field(compare=False)
    tasks: tuple[Data, ...] = field(compare=False)
    freedom: float = field(compare=False)
    max_support: int = field(compare=False)


def lesson(
    recipe: WarpedGP, space: DesignSpace, tasks: Sequence[Data], freedom: float, max_support: int
) -> Lesson:
    """Return the lesson of earlier tasks; see `Lesson`."""
    state = hashlib.blake2b(repr((recipe, space.to_json(), freedom, max_support)).encode(), digest_size=16)
    for task in tasks:
        for values in (task.x, task.y, task.y_var):
            state.update(b"-" if values is None else values.cpu().numpy().tobytes())
    here = tuple(task.to("cpu") for task in tasks)
    return Lesson(state.hexdigest(), recipe, space, here, freedom, max_support)


@lru_cache(maxsize=8)
def pretrained(what: Lesson) -> Pretrained:
    """Return what a lesson teaches, on the CPU; the same lesson is learned once in a process."""
    generator = make_generator("pretraining", len(what.tasks))
    columns = Columns(what.space)
    shared = _shared(what, columns, generator)
    earlier = posterior_means(
        what.tasks,
        columns,
        what.recipe._layout(columns, _SHARED_POINTS),
        torch.from_numpy(shared),
        what.recipe.smoothness,
        max_support=what.max_support,
    )
    return Pretrained(earlier, _of_new_task(what, columns, shared, earlier, generator))


def standardized(task: Data) -> Data:
    """Return observations with zero mean and unit variance, whatever their size."""
    centered = task.y - task.y.mean(0)
    largest = centered.abs().amax(0)  # squares of tiny or huge values would be 0 or infinite
    scale = largest * (centered / largest).std(0, correction=0)
    variances = None if task.y_var is None else task.y_var / scale / scale
    return task.with_y(centered / scale, variances)


def layout_of(recipe: WarpedGP, columns: Columns, n: int, noise: float | None = None) -> Layout:
    """Return the layout of a new task: that of a single one, with a variance of the directions."""
    made = recipe._layout(columns, n) if noise is None else recipe._layout(columns, n, noise)
    return replace(made, has_offset=True)


class _Together:
    """The negative log posterior of hyperparameters that several tasks share.

    Args:
        each: That of each task, with the same prior.
    """

    def __init__(self, each: Sequence[LogPosterior]) -> None:
        self.each = each

    @property
    def bounds(self) -> list[tuple[float, float]]:
        return self.each[0].bounds

    def __call__(self, theta: Array) -> tuple[float, Array]:
        values, gradients = zip(*(one(theta) for one in self.each), strict=True)
        prior, slope = self.each[0].layout.log_prior(theta)
        n_more = len(self.each) - 1
        return float(sum(values)) + n_more * prior, np.sum(gradients, 0) + n_more * slope


def _shared(what: Lesson, columns: Columns, generator: Generator) -> Array:
    layout = what.recipe._layout(columns, _SHARED_POINTS)
    parts = [task.rows(best_and_random(task.y[:, 0], _SHARED_POINTS, generator)) for task in what.tasks]
    each = [density(what.recipe, layout, columns, part) for part in parts]
    starts = layout.starts(1, generator=generator, scatter=0.5)
    return most_likely(_Together(each), starts, max_iterations=_MAX_ITERATIONS)


def _of_new_task(
    what: Lesson, columns: Columns, shared: Array, earlier: EarlierFunctions, generator: Generator
) -> Array:
    """Return the hyperparameters of a new task; with a single earlier one those that it has itself."""
    layout = layout_of(what.recipe, columns, max(_FEW))
    start = _with_offset(shared, layout)
    if len(what.tasks) < 2:
        return start
    each = []
    for place, task in enumerate(what.tasks):
        n = _FEW[place % len(_FEW)]
        part = task.rows(best_and_random(task.y[:, 0], n, generator))
        if len(part.x) > 1 and float(part.y.std()) > 0:
            part = standardized(part)
            each.append(density(what.recipe, layout, columns, part, earlier.without(place), what.freedom))
    return most_likely(_Together(each), start[None], max_iterations=_MAX_ITERATIONS) if each else start


def _with_offset(theta: Array, layout: Layout) -> Array:
    """Return shared hyperparameters with the most likely variance of the directions before any data."""
    place = layout.groups["offset"].start
    made = np.insert(theta, place, layout.center[place])
    made[-1] = 0.0
    return np.clip(made, layout.lower, layout.upper)


def density(
    recipe: WarpedGP,
    layout: Layout,
    columns: Columns,
    data: Data,
    earlier: EarlierFunctions | None = None,
    freedom: float = 0.0,
) -> LogPosterior:
    """Return the negative log posterior of hyperparameters given one task; see `LogPosterior`.

    Args:
        recipe: Of the process.
        layout: Of the hyperparameters.
        columns: Splits points.
        data: Observations.
        earlier: Functions that give mean and directions; None: a process with neither.
        freedom: See `EarlierFunctions.directions`.
    """
    numeric, codes = (part.cpu().numpy() for part in columns.split(data.x))
    y, offset = data.y[:, 0], None
    if earlier is not None:
        x = data.x.to(earlier.z)
        y = y - earlier.at(x, earlier.mean_weights).to(y)
        directions = earlier.at(x, earlier.directions(freedom))
        offset = (directions @ directions.T).cpu().numpy()
    noise = None if data.y_var is None else data.y_var[:, 0].cpu().numpy()
    return LogPosterior(
        layout, numeric, codes, y.cpu().numpy(), recipe.smoothness, noise=noise, offset=offset
    )
