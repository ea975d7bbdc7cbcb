"""Group of recommenders: what holds several ones answers for all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.base import FittedModels, Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.recommenders.model_based import ModelBased, Proposal, proposal_of
from hebo.request import Request


class Group(ModelBased, ABC):
    """A recommender that holds several others; the first one gives it its title."""

    @property
    @abstractmethod
    def group(self) -> tuple[Recommender, ...]:
        """The recommenders that it holds."""

    @property
    def title(self) -> str:
        """What messages call it: the name of the first one."""
        return self.group[0].title

    @property
    def is_strict(self) -> bool:
        """Whether errors leave `Optimizer.ask`: not where one of them is content with other points."""
        return all(each.is_strict for each in self.group)

    @property
    def max_objectives(self) -> int:
        """The least number that one of them takes."""
        return min(each.max_objectives for each in self.group)

    @property
    def takes_constraints(self) -> bool:
        """Whether all make use of measured constraints."""
        return all(each.takes_constraints for each in self.group)

    @property
    def takes_variances(self) -> bool:
        """Whether the first one makes use of known variances; those that do not are told none."""
        return self.group[0].takes_variances

    @property
    def takes_gradients(self) -> bool:
        """Whether the first one makes use of derivatives; those that do not are told none."""
        return self.group[0].takes_gradients

    @property
    def takes_reference(self) -> bool:
        """Whether one of them makes use of a stated reference point."""
        return any(each.takes_reference for each in self.group)

    @property
    def takes_related(self) -> bool:
        """Whether the first one makes use of related tasks; those that do not are told none."""
        return self.group[0].takes_related

    @property
    def takes_comparisons(self) -> bool:
        """Whether all learn from comparisons."""
        return all(each.takes_comparisons for each in self.group)

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that one of them cannot search, and a group that does not learn from one thing."""
        if not all(each.max_objectives for each in self.group) and not self.takes_comparisons:
            raise IncompatibleError(
                f"of {' and '.join(each.title for each in self.group)} some learn from values, others from "
                "comparisons alone, so nothing could be told to all; use recommenders of one kind"
            )
        for each in self.group:
            each.check(space)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Return the doubts of all, each once."""
        return tuple(dict.fromkeys(doubt for each in self.group for doubt in each.doubts(space)))

    def check_takes_constraints(self) -> None:
        """Refuse measured constraints that would have no effect on one of them."""
        for each in self.group:
            each.check_takes_constraints()

    def declares_infeasible(self, request: Request) -> bool | None:
        """Say what the first one says."""
        return self.group[0].declares_infeasible(request)


def fits_models(recommender: Recommender) -> bool:
    """Say whether the proposals of a recommender have models."""
    return isinstance(recommender, ModelBased) and recommender.has_models


@dataclass(frozen=True)
class Shared:
    """A proposal whose points are shared out: each recommender knows the points of those before.

    Attributes:
        request: The ask.
        first: What the first recommender proposes.
        others: The following ones.
        counts: Returns how many of `n` points each has, the first one's last.
    """

    request: Request
    first: Proposal
    others: tuple[Recommender, ...]
    counts: Callable[[int], list[int]]

    @property
    def observed(self) -> tuple[Model, ...]:
        """See `Proposal`."""
        return self.first.observed

    @property
    def models(self) -> FittedModels | None:
        """See `Proposal`."""
        return self.first.models

    def choose(self, n: int) -> Tensor:
        """Let each choose its share, one after the other."""
        counts = self.counts(n)
        n_first = n - sum(counts)
        x = self.first.choose(n_first) if n_first else self.request.data.x[:0]
        for recommender, count in zip(self.others, counts, strict=True):
            if count:
                request = replace(heard_by(recommender, self.request).after(x), n=n)
                proposal = proposal_of(recommender, request)
                chosen = (
                    recommender.space_filling(request, count) if proposal is None else proposal.choose(count)
                )
                x = torch.cat([x, chosen])
        return x


def heard_by(recommender: Recommender, request: Request) -> Request:
    """Return the request without what a recommender makes no use of."""
    data, left_out = request.data, dict[str, Any]()
    if data.y_var is not None and not recommender.takes_variances:
        left_out["y_var"] = None
    if data.gradients is not None and not recommender.takes_gradients:
        left_out["gradients"] = None
    if data.related and not recommender.takes_related:
        left_out["related"] = ()
    return replace(request, data=replace(data, **left_out)) if left_out else request
