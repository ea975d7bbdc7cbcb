"""Contexts of generated tasks: uniform points, or points as an optimizer gathers them.

The points that Bayesian optimization has seen are no uniform sample: they gather where values are good. A
model trained on uniform contexts predicts worse there (probabilistic transformer surrogates, 2205.13902).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Annotated, Self

import torch
from pydantic import Field, model_validator
from torch import Generator, Tensor

from hebo.recipe import Recipe
from hebo.training.tasks import Columns, Functions, TaskBatch

_N_BEST = 3
_MOVE = 0.5
"""How likely a near point has another category or level in a column."""

Share = Annotated[float, Field(ge=0, le=1)]


class Shapes(Recipe):
    """How large tasks are; each batch draws a shape, small numbers more often than large ones.

    Attributes:
        n_columns: Fewest and most columns.
        n_context: Fewest and most observations.
        n_queries: Points to be predicted.
        mixed: Share of the batches that have integer and categorical columns beside continuous ones.
        max_categories: Most categories of a column. Integer columns have up to four times as many values.
    """

    n_columns: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] = (1, 6)
    n_context: tuple[Annotated[int, Field(ge=2)], Annotated[int, Field(ge=2)]] = (3, 50)
    n_queries: int = Field(default=32, ge=1)
    mixed: Share = 0.3
    max_categories: int = Field(default=8, ge=2)

    @model_validator(mode="after")
    def _check_ranges(self) -> Self:
        for name in ("n_columns", "n_context"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name}: [{low}, {high}] is empty; give the smaller number first")
        return self

    def draw_context(self, generator: Generator) -> int:
        """Draw the number of observations."""
        u = float(torch.rand((), generator=generator, device=generator.device))
        return _log_uniform(self.n_context, u)

    def draw_columns(self, generator: Generator) -> Columns:
        """Draw the columns of a batch."""
        high = self.n_columns[1]
        u = torch.rand(2 * high + 3, generator=generator, device=generator.device).tolist()
        d, is_mixed = _log_uniform(self.n_columns, u[0]), u[1] < self.mixed
        share = u[2] if is_mixed else 0.0  # of categories: now and then there is one kind of column alone
        levels: list[int] = []
        categories: list[int] = []
        for sort, size in zip(u[3 : 3 + d], u[3 + high : 3 + high + d], strict=True):
            if sort < share:
                categories.append(2 + int(size * (self.max_categories - 1)))
            else:
                is_integer = is_mixed and sort > 0.5 * (1 + share)
                levels.append(2 + int(size * (4 * self.max_categories - 1)) if is_integer else 0)
        return Columns(tuple(levels), tuple(categories))


class Contexts(Recipe):
    """Which points are observed, and which are to be predicted.

    BO-like contexts begin with a quarter of uniform points. In the following rounds most points lie near the
    best three so far, within a radius that each of them draws. Half of the queries of such a task lie near
    its best points, the others are uniform.

    Attributes:
        bo_like: Share of tasks whose context is BO-like; the others are uniform.
        n_rounds: Rounds after the uniform quarter.
        near: Share of the points of a round that lie near the best.
        radius: Smallest and largest radius, a share of each column.
    """

    bo_like: Share = 0.5
    n_rounds: int = Field(default=3, ge=1)
    near: Share = 0.75
    radius: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0, le=1)]] = (0.01, 0.4)

    @model_validator(mode="after")
    def _check_radius(self) -> Self:
        if self.radius[0] > self.radius[1]:
            raise ValueError(f"radius: {list(self.radius)} is empty; give the smaller number first")
        return self

    def batch(
        self, functions: Functions, columns: Columns, n_tasks: int, n: int, m: int, *, generator: Generator
    ) -> TaskBatch:
        """Return tasks with `n` observations and `m` queries each.

        Args:
            functions: `t` of them.
            columns: Their columns.
            n_tasks: `t`.
            n: Number of observations.
            m: Number of queries.
            generator: Source of every random decision.
        """
        is_near = torch.rand(n_tasks, 1, 1, generator=generator, device=generator.device) < self.bo_like
        uniform = columns.uniform(n_tasks, n + m, generator=generator)
        x, y = uniform[:, :0], uniform[:, :0, 0]
        for begin, end in _rounds(n, self.n_rounds):
            fresh = uniform[:, begin:end]
            if begin:
                fresh = torch.where(is_near, self._near(x, y, fresh, columns, self.near, generator), fresh)
            x = torch.cat([x, fresh], 1)
            y = torch.cat([y, _observed(functions, fresh, generator)], 1)
        queries = uniform[:, n:]
        near = self._near(x, y, queries, columns, 0.5, generator)
        return _batch(functions, columns, x, y, torch.where(is_near, near, queries), generator)

    def _near(
        self, x: Tensor, y: Tensor, fresh: Tensor, columns: Columns, share: float, generator: Generator
    ) -> Tensor:
        """Return points, `t x b x d`, a share of which lie near the best observed ones, others as given."""
        t, b, _ = fresh.shape
        u = torch.rand(t, b, 3, generator=generator, device=generator.device)
        best = y.topk(min(_N_BEST, y.shape[1]), dim=1).indices
        chosen = best.gather(1, (u[..., 0] * best.shape[1]).long())
        center = x.gather(1, chosen.unsqueeze(-1).expand(-1, -1, x.shape[-1]))
        low, high = map(math.log, self.radius)
        radius = (low + u[..., 1:2] * (high - low)).exp()
        step = torch.randn(fresh.shape, generator=generator, device=generator.device)
        moved = columns.snapped(center + radius * step)
        k = columns.n_numeric
        moves = torch.rand(fresh.shape, generator=generator, device=generator.device) < _MOVE * radius
        codes = torch.where(moves[..., k:], fresh[..., k:], center[..., k:])
        near = torch.cat([moved[..., :k], codes], -1)
        return torch.where(u[..., 2:3] < share, near, fresh)


def _log_uniform(ends: tuple[int, int], u: float) -> int:
    """Return an integer that a uniform number stands for: as many below as above the geometric mean."""
    low, high = ends
    return min(high, int(low * ((high + 1) / low) ** u))


def _rounds(n: int, n_rounds: int) -> list[tuple[int, int]]:
    """Return begin and end of the uniform quarter, at least two points, and of the rounds after it."""
    first = min(n, max(2, n // 4))
    ends = [first + (n - first) * i // n_rounds for i in range(n_rounds + 1)]
    return [(0, first), *((a, b) for a, b in pairwise(ends) if b > a)]


def _observed(functions: Functions, x: Tensor, generator: Generator) -> Tensor:
    noise = torch.randn(x.shape[:-1], generator=generator, device=generator.device)
    return functions(x) + functions.noise_sd(x) * noise


def _batch(
    functions: Functions, columns: Columns, x: Tensor, y: Tensor, queries: Tensor, generator: Generator
) -> TaskBatch:
    noise = torch.randn(queries.shape[:-1], generator=generator, device=generator.device)
    f, sd = functions(queries), functions.noise_sd(queries)
    return TaskBatch(columns, x, y, queries, f, f + sd * noise, sd).standardized()
