"""Functions that are sums of random trees: steps and plateaus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

import torch
from pydantic import Field, model_validator
from torch import Generator, Tensor

from hebo.training.priors.draws import Noiseless, Numbers, normal, rescaled, uniform, whole
from hebo.training.tasks import Columns, Functions, TaskPrior


class Trees(TaskPrior):
    """Sums of trees that test one column at each depth, as losses of tuning problems with steps.

    Attributes:
        n_trees: Most trees of a task; each task draws their number.
        depth: Fewest and most tests of a tree.
    """

    n_trees: int = Field(default=12, ge=1)
    depth: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1, le=10)]] = (1, 5)

    @model_validator(mode="after")
    def _check_depth(self) -> Self:
        if self.depth[0] > self.depth[1]:
            raise ValueError(f"depth: {list(self.depth)} is empty; give the smaller number first")
        return self

    def draw(self, n_tasks: int, columns: Columns, *, generator: Generator) -> Functions:
        """See `TaskPrior`."""
        shape, deepest = (n_tasks, self.n_trees), self.depth[1]
        depth = whole(*self.depth, n_tasks, 1, 1, generator=generator)
        is_tested = torch.arange(deepest, device=generator.device) < depth
        counts = whole(1, self.n_trees, n_tasks, 1, 1, generator=generator)
        is_used = torch.arange(self.n_trees, device=generator.device).unsqueeze(-1) < counts
        drawn = Forest(
            Numbers(n_tasks, columns, generator),
            whole(0, columns.n - 1, *shape, deepest, generator=generator),
            uniform(*shape, deepest, generator=generator),
            is_tested.expand(*shape, deepest),
            normal(*shape, 2**deepest, generator=generator) * is_used,
        )
        return rescaled(drawn, n_tasks, columns, generator=generator)


@dataclass(frozen=True)
class Forest(Noiseless):
    """Sums of `e` trees.

    Attributes:
        numbers: Turns points into numbers in `[0, 1]`.
        tested: Column that each depth tests, `t x e x depth`.
        thresholds: `t x e x depth`.
        is_tested: Whether there is a test at that depth, `t x e x depth`.
        leaves: `t x e x 2^depth` values.
    """

    numbers: Numbers
    tested: Tensor
    thresholds: Tensor
    is_tested: Tensor
    leaves: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        t, e, depth = self.tested.shape
        numbers = self.numbers(x)
        columns = self.tested.reshape(t, 1, e * depth).expand(-1, x.shape[1], -1)
        seen = numbers.gather(-1, columns).reshape(t, x.shape[1], e, depth)
        is_above = (seen > self.thresholds.unsqueeze(1)) & self.is_tested.unsqueeze(1)
        leaf = (is_above * 2 ** torch.arange(depth, device=x.device)).sum(-1)
        return self.leaves.gather(-1, leaf.transpose(1, 2)).sum(1)
