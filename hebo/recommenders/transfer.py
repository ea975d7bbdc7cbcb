"""Warm start from related tasks: what was best there is evaluated here first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor

from hebo.design_space.domains.distinct import distinct
from hebo.information import Information
from hebo.profile import phase
from hebo.recommenders.portfolio_start import portfolio
from hebo.recommenders.wrapper import Wrapper
from hebo.request import Request


class Transfer(Wrapper):
    """The best points of related tasks, and then the points of another recommender.

    Where a task is related its optimum is a good place to begin with; where it is not, little is lost, and
    the values there tell a model so. See `hebo.surrogates.multitask_gp` for what a model learns of them.

    Attributes:
        of: Recommends all points after the first ones, and learns from related tasks.
        n_best: How many points of each related task are evaluated first, the best ones.
        max_points: How many of these at most, of all related tasks together: a portfolio, see
            `hebo.recommenders.portfolio_start`. None: all of them.
    """

    example: ClassVar[dict[str, Any]] = {"of": {"type": "hebo", "surrogate": "multitask_gp"}}

    n_best: int = Field(default=1, ge=1)
    max_points: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _learns(self) -> Self:
        if Information.RELATED not in self.of.takes:
            raise ValueError(
                f"{self.of.title} inside makes no use of related tasks; give it a surrogate that does: "
                "`surrogate: {type: multitask_gp}`"
            )
        return self

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        with phase("search"):
            x = self._first(request)
        if len(x) == request.n:
            return x
        rest = replace(request.after(x), n=request.n - len(x))
        return torch.cat([x, self.of.recommend(rest)])

    def _first(self, request: Request) -> Tensor:
        """Return the best points of related tasks that are due, at most `n x d`."""
        nothing = request.data.x[:0]
        n_all = self.n_best * len(request.data.related)
        n_first = n_all if self.max_points is None else min(n_all, self.max_points)
        n_due = min(request.n, n_first - len(request.data.seen))
        if n_due <= 0:
            return nothing
        # In turn: the best of each task, then the second best of each.
        ranked = [x for task in request.data.related if len(x := task.ranked())]
        turns = [x[[place]] for place in range(self.n_best) for x in ranked if place < len(x)]
        first = torch.cat([nothing, *turns])
        if n_first < n_all:
            first = portfolio(first, ranked, n_first, request.space)
        return distinct(request.domain.project(first), request.data.seen, request.domain)[:n_due]
