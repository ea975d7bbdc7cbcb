"""Alternating recommenders: members take turns, point by point."""

from __future__ import annotations

from typing import Any, ClassVar

from botorch.models.model import Model
from pydantic import Field
from torch import Tensor

from hebo.base import Recommender
from hebo.explain.outcome_model import OutcomeModels
from hebo.information import Information, Takes
from hebo.recommenders.group import Group, Shared, fits_models
from hebo.recommenders.model_based import Proposal, proposal_of
from hebo.request import Predicted, Request, heard_by


class Alternating(Group):
    """Members that take turns: the `k`-th point that is asked for is that of member `k` modulo their number.

    Different acquisitions fail on different problems; half of the points of each are seldom far from those of
    the better one. A `hebo.recommenders.committee.Committee` shares out batches and leaves single points to
    its first member.

    Attributes:
        members: Recommenders. In a batch each chooses all of its points at once, and knows those before.
    """

    example: ClassVar[dict[str, Any]] = {"members": ["hebo", "random_search"]}

    members: tuple[Recommender, ...] = Field(min_length=2)

    @property
    def group(self) -> tuple[Recommender, ...]:
        """The members."""
        return self.members

    @property
    def takes(self) -> Takes:
        """What all take, and a reference point if one of them does."""
        common = frozenset.intersection(*(each.takes for each in self.members))
        return common | (super().takes & {Information.REFERENCE})

    @property
    def has_models(self) -> bool:
        """Whether the proposals of all members have models."""
        return all(map(fits_models, self.members))

    def space_filling(self, request: Request, n: int) -> Tensor:
        """Return the space-filling points of the member whose turn it is."""
        return self._in_turn(request)[0].space_filling(request, n)

    def predicted_best(self, request: Request) -> Predicted | None:
        """Return the point that the model of the first member thinks best."""
        return self.members[0].predicted_best(request)

    def outcome_models(self, request: Request) -> OutcomeModels | None:
        """Return the models of the first member."""
        return self.members[0].outcome_models(heard_by(self.members[0], request))

    def fit_model(self, request: Request) -> Model:
        """Return the model of the member whose turn it is."""
        return self._in_turn(request)[0].fit_model(request)

    def propose(self, request: Request) -> Proposal | None:
        """Return the proposal of the member whose turn it is; the others follow with their points."""
        members = self._in_turn(request)
        first = proposal_of(members[0], heard_by(members[0], request))
        if first is None:
            return None
        size = len(members)
        return Shared(first, request, members[1:], lambda n: [len(range(j, n, size)) for j in range(1, size)])

    def _in_turn(self, request: Request) -> tuple[Recommender, ...]:
        """Return the members, the one whose turn it is first."""
        turn = request.n_asked % len(self.members)
        return self.members[turn:] + self.members[:turn]
