"""Generated tasks: columns, random functions over them, and batches of contexts and queries.

Notation: `t` tasks of one batch, `d` columns of which the first `k` are numeric and the other `c` categories,
`n` context points, `m` query points. Numeric columns lie in `[0, 1]`, categories are codes `0, 1, ...`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Generator, Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.recipe import Recipe

MIN_SPREAD = 1e-6
"""Context values with less spread than this are only centered."""


@dataclass(frozen=True)
class Columns:
    """The columns of a task.

    Attributes:
        levels: Number of equidistant values of each numeric column (an integer parameter has them), 0 where
            it is continuous; `k` entries.
        categories: Number of categories of each categorical column; `c` entries.
    """

    levels: tuple[int, ...]
    categories: tuple[int, ...] = ()

    @property
    def n_numeric(self) -> int:
        """`k`."""
        return len(self.levels)

    @property
    def n_categorical(self) -> int:
        """`c`."""
        return len(self.categories)

    @property
    def n(self) -> int:
        """`d`."""
        return self.n_numeric + self.n_categorical

    def uniform(self, *shape: int, generator: Generator) -> Tensor:
        """Return independent uniform points, `shape x d`, on the device of the generator."""
        u = torch.rand(*shape, self.n, generator=generator, device=generator.device)
        return self.snapped(u, of_codes=u)

    def snapped(self, x: Tensor, of_codes: Tensor | None = None) -> Tensor:
        """Return points whose numeric columns are in `[0, 1]` and on their levels.

        Args:
            x: `... x d` points.
            of_codes: Uniform numbers, `... x d`, that categories are drawn with; None keeps those of `x`.
        """
        u = x[..., : self.n_numeric].clamp(0, 1)
        gaps = torch.tensor([max(one - 1, 1) for one in self.levels], dtype=x.dtype, device=x.device)
        is_stepped = torch.tensor([one > 0 for one in self.levels], device=x.device, dtype=torch.bool)
        u = torch.where(is_stepped, (u * gaps).round() / gaps, u)
        if of_codes is None:
            return torch.cat([u, x[..., self.n_numeric :]], -1)
        counts = torch.tensor(self.categories, dtype=x.dtype, device=x.device)
        codes = (of_codes[..., self.n_numeric :] * counts).floor().minimum(counts - 1)
        return torch.cat([u, codes], -1)


class Functions(Protocol):
    """`t` random functions."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return values without noise, `t x b`, at `t x b x d` points; larger is better."""

    def noise_sd(self, x: Tensor) -> Tensor:
        """Return the standard deviations of observation noise, `t x b`, at `t x b x d` points."""


class TaskPrior(Recipe, ABC):
    """A recipe of a distribution over functions, of about zero mean and unit variance over the space."""

    @property
    def is_noisy(self) -> bool:
        """Whether the values of its functions are observed with noise."""
        return False

    @property
    def columns(self) -> Columns | None:
        """The columns of all its tasks; None where functions of any columns can be drawn."""
        return None

    @property
    def design_space(self) -> DesignSpace | None:
        """The space of all its tasks; None where there is no particular one."""
        return None

    @abstractmethod
    def draw(self, n_tasks: int, columns: Columns, *, generator: Generator) -> Functions:
        """Draw functions, on the device of the generator, which makes every random decision.

        Args:
            n_tasks: `t`.
            columns: Of all the tasks.
            generator: Source of every random decision.
        """


@dataclass(frozen=True)
class TaskBatch:
    """Tasks of one shape, each with observed points and points to be predicted.

    Values are in units of the context: its mean is 0 and its standard deviation is 1 in every task, as those
    that a surrogate is fitted to.

    Attributes:
        columns: Of all tasks.
        x: `t x n x d` context points.
        y: `t x n` noisy values.
        query_x: `t x m x d` points to be predicted.
        query_f: `t x m` values there without noise.
        query_y: `t x m` noisy values there.
        query_noise: `t x m` standard deviations of that noise.
    """

    columns: Columns
    x: Tensor
    y: Tensor
    query_x: Tensor
    query_f: Tensor
    query_y: Tensor
    query_noise: Tensor

    def __len__(self) -> int:
        """`t`."""
        return len(self.x)

    def standardized(self) -> TaskBatch:
        """Return the tasks with values in units of their contexts."""
        mean = self.y.mean(-1, keepdim=True)
        spread = self.y.std(-1, correction=0, keepdim=True)
        scale = torch.where(spread > MIN_SPREAD, spread, torch.ones_like(spread))
        return replace(
            self,
            y=(self.y - mean) / scale,
            query_f=(self.query_f - mean) / scale,
            query_y=(self.query_y - mean) / scale,
            query_noise=self.query_noise / scale,
        )
