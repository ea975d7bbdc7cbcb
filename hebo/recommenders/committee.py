"""Committee: several recommenders choose shares of each batch, one after the other."""

from __future__ import annotations

import math
<<<<<<< HEAD
from dataclasses import dataclass, replace
from typing import Annotated, Any, Self
=======
from typing import Annotated, Self
>>>>>>> main

from botorch.models.model import Model
from pydantic import Field, model_validator
from torch import Tensor

from hebo.base import Recommender
from hebo.recommenders.group import Group, Shared, fits_models
from hebo.recommenders.model_based import Proposal, proposal_of
from hebo.request import Request


class Committee(Group):
    """Members that choose in turn; each knows the points of those before: different models err differently.

    Attributes:
        members: Recommenders; the first one says when there is enough to learn from, and what is
            space-filling.
        shares: Of the points, one for each member after the first, rounded down: of a single point they are
            none. The first member has the rest.
    """

    members: tuple[Recommender, ...] = Field(min_length=1)
    shares: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()

    @model_validator(mode="after")
    def _shares_belong_to_members(self) -> Self:
        if len(self.shares) != len(self.members) - 1:
            raise ValueError(
                f"{len(self.members)} members need {len(self.members) - 1} shares, one for each after the "
                f"first, not {len(self.shares)}"
            )
        if math.fsum(self.shares) >= 1:
            raise ValueError(
                f"the shares add up to {math.fsum(self.shares):g}; leave some for the first member"
            )
        return self

    @property
    def group(self) -> tuple[Recommender, ...]:
        """The members."""
        return self.members

    @property
    def has_models(self) -> bool:
        """Whether the first member, whose models the proposals have, fits some."""
<<<<<<< HEAD
        first = self.members[0]
        return isinstance(first, ModelBased) and first.has_models

    @property
    def max_objectives(self) -> int:
        """The least number that a member takes."""
        return min(member.max_objectives for member in self.members)

    @property
    def takes_constraints(self) -> bool:
        """Whether all members make use of measured constraints."""
        return all(member.takes_constraints for member in self.members)

    @property
    def takes_variances(self) -> bool:
        """Whether the first member makes use of known variances; the others are told none then."""
        return self.members[0].takes_variances

    @property
    def takes_gradients(self) -> bool:
        """Whether the first member makes use of derivatives; the others are told none then."""
        return self.members[0].takes_gradients

    @property
    def takes_related(self) -> bool:
        """Whether the first member makes use of related tasks; the others are told none then."""
        return self.members[0].takes_related

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that a member cannot search."""
        for member in self.members:
            member.check(space)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Return the doubts of all members, each once."""
        return tuple(dict.fromkeys(doubt for member in self.members for doubt in member.doubts(space)))

    def check_takes_constraints(self) -> None:
        """Refuse measured constraints that would have no effect on a member."""
        for member in self.members:
            member.check_takes_constraints()
=======
        return fits_models(self.members[0])
>>>>>>> main

    def space_filling(self, request: Request, n: int) -> Tensor:
        """Return the space-filling points of the first member."""
        return self.members[0].space_filling(request, n)

    def fit_model(self, request: Request) -> Model:
        """Return the model of the first member."""
        return self.members[0].fit_model(request)

    def propose(self, request: Request) -> Proposal | None:
        """Return the proposal of the first member, of whose points the others choose their shares."""
        first = proposal_of(self.members[0], request)
<<<<<<< HEAD
        return None if first is None else _Shared(self, request, first)


@dataclass(frozen=True)
class _Shared:
    """A proposal whose points are shared out."""

    committee: Committee
    request: Request
    first: Proposal

    @property
    def observed(self) -> tuple[Model, ...]:
        return self.first.observed

    @property
    def models(self) -> FittedModels | None:
        return self.first.models

    def _heard_by(self, member: Recommender) -> Request:
        """Return the request without what a member makes no use of."""
        data = self.request.data
        kept: dict[str, Any] = {}
        if data.y_var is not None and not member.takes_variances:
            kept["y_var"] = None
        if data.gradients is not None and not member.takes_gradients:
            kept["gradients"] = None
        if data.related and not member.takes_related:
            kept["related"] = ()
        return replace(self.request, data=replace(data, **kept)) if kept else self.request

    def choose(self, n: int) -> Tensor:
        counts = [int(share * n) for share in self.committee.shares]
        x = self.first.choose(n - sum(counts))
        for member, count in zip(self.committee.members[1:], counts, strict=True):
            if count:
                request = replace(self._heard_by(member).after(x), n=n)
                proposal = proposal_of(member, request)
                chosen = member.space_filling(request, count) if proposal is None else proposal.choose(count)
                x = torch.cat([x, chosen])
        return x
=======
        if first is None:
            return None
        return Shared(request, first, self.members[1:], lambda n: [int(share * n) for share in self.shares])
>>>>>>> main
