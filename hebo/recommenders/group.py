"""Group of recommenders: what holds several ones answers for all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.information import Information, Takes
from hebo.recommenders.model_based import Around, ModelBased, Proposal, proposal_of
from hebo.request import Request, heard_by

_OF_ALL = frozenset({Information.CONSTRAINTS, Information.COMPARISONS})
"""What no recommender of a group could do without, if it were told."""


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
    def takes(self) -> Takes:
        """What the first one takes, constraints and comparisons if all do, a reference point if one does.

        Those that make no use of variances, derivatives or related tasks are told none (`heard_by`).
        """
        taken = [each.takes for each in self.group]
        by_all, by_one = frozenset.intersection(*taken), frozenset.union(*taken)
        return (taken[0] - _OF_ALL) | (by_all & _OF_ALL) | (by_one & {Information.REFERENCE})

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that one of them cannot search, and a group that does not learn from one thing."""
        if not all(each.max_objectives for each in self.group) and Information.COMPARISONS not in self.takes:
            raise IncompatibleError(
                f"of {' and '.join(each.title for each in self.group)} some learn from values, others from "
                "comparisons alone, so nothing could be told to all; use recommenders of one kind"
            )
        for each in self.group:
            each.check(space)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Return the doubts of all, each once."""
        return tuple(dict.fromkeys(doubt for each in self.group for doubt in each.doubts(space)))

    def check_takes(self, kind: Information) -> None:
        """Refuse information that would have no effect, constraints also where one of them refuses them."""
        super().check_takes(kind)
        for each in self.group if kind is Information.CONSTRAINTS else ():
            each.check_takes(kind)

    def check_unconstrained(self) -> None:
        """Refuse a problem without measured constraints where one of them does."""
        for each in self.group:
            each.check_unconstrained()

    def declares_infeasible(self, request: Request) -> bool | None:
        """Say what the first one says."""
        return self.group[0].declares_infeasible(request)


def fits_models(recommender: Recommender) -> bool:
    """Say whether the proposals of a recommender have models."""
    return isinstance(recommender, ModelBased) and recommender.has_models


@dataclass(frozen=True)
class Shared(Around[Proposal]):
    """A proposal whose points are shared out: each recommender knows the points of those before.

    Attributes:
        request: The ask.
        others: The following ones.
        counts: Returns how many of `n` points each has, the first one's last.
    """

    request: Request
    others: tuple[Recommender, ...]
    counts: Callable[[int], list[int]]

    def choose(self, n: int) -> Tensor:
        """Let each choose its share, one after the other."""
        counts = self.counts(n)
        n_first = n - sum(counts)
        x = self.proposal.choose(n_first) if n_first else self.request.data.x[:0]
        for recommender, count in zip(self.others, counts, strict=True):
            if count:
                request = replace(heard_by(recommender, self.request).after(x), n=n)
                proposal = proposal_of(recommender, request)
                chosen = (
                    recommender.space_filling(request, count) if proposal is None else proposal.choose(count)
                )
                x = torch.cat([x, chosen])
        return x
