"""A mixture of priors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

import torch
from pydantic import Field, model_validator
from torch import Generator, Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.training.tasks import Columns, Functions, TaskPrior


class Mixture(TaskPrior):
    """Functions of several priors, each in its share of the tasks.

    Attributes:
        members: The priors.
        weights: How often each is drawn, in proportion; by default all alike.
    """

    example: ClassVar[dict[str, Any]] = {"members": ["gaussian_processes", "trees"], "weights": [3, 1]}

    members: tuple[TaskPrior, ...] = Field(min_length=1)
    weights: tuple[Annotated[float, Field(ge=0)], ...] | None = None

    @model_validator(mode="after")
    def _check_weights(self) -> Self:
        if self.weights is None:
            return self
        if len(self.weights) != len(self.members):
            raise ValueError(
                f"weights: {len(self.weights)} of them for {len(self.members)} members; give each member one"
            )
        if not sum(self.weights):
            raise ValueError("weights: all are 0, so that no task can be drawn; give one member more than 0")
        return self

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        different = {one.columns for one in self.members if one.columns is not None}
        spaces = {str(one.design_space.to_json()) for one in self.members if one.design_space is not None}
        if len(different) > 1 or len(spaces) > 1:
            raise ValueError(
                "members: two of them have tasks of different spaces; train one network for each space"
            )
        return self

    @property
    def is_noisy(self) -> bool:
        """Whether those of a member are."""
        return any(one.is_noisy for one in self.members)

    @property
    def columns(self) -> Columns | None:
        """Those that members have."""
        return next((one.columns for one in self.members if one.columns is not None), None)

    @property
    def design_space(self) -> DesignSpace | None:
        """The one that members have."""
        return next((one.design_space for one in self.members if one.design_space is not None), None)

    def draw(self, n_tasks: int, columns: Columns, *, generator: Generator) -> Functions:
        """See `TaskPrior`."""
        weights = torch.tensor(self.weights or [1.0] * len(self.members), device=generator.device)
        chosen = torch.multinomial(weights, n_tasks, replacement=True, generator=generator)
        counts = torch.bincount(chosen, minlength=len(self.members)).tolist()
        drawn = [
            (member.draw(count, columns, generator=generator), count)
            for member, count in zip(self.members, counts, strict=True)
            if count
        ]
        return Joined([one for one, _ in drawn], [count for _, count in drawn])


@dataclass(frozen=True)
class Joined:
    """Functions of several priors, one group of tasks after the other.

    Attributes:
        groups: The functions.
        counts: How many tasks there are in each.
    """

    groups: Sequence[Functions]
    counts: Sequence[int]

    def __call__(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        return torch.cat([of(one) for of, one in zip(self.groups, _split(x, self.counts), strict=True)])

    def noise_sd(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        parts = zip(self.groups, _split(x, self.counts), strict=True)
        return torch.cat([of.noise_sd(one) for of, one in parts])


def _split(x: Tensor, counts: Sequence[int]) -> tuple[Tensor, ...]:
    parts: tuple[Tensor, ...] = torch.split(x, list(counts))
    return parts
