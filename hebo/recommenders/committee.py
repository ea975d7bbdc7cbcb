"""Committee: several recommenders choose shares of each batch, one after the other."""

from __future__ import annotations

import math
from typing import Annotated, Self

from botorch.models.model import Model
from pydantic import Field, model_validator
from torch import Tensor

from hebo.base import Recommender
from hebo.explain.outcome_model import OutcomeModels
from hebo.recommenders.group import Group, Shared, fits_models
from hebo.recommenders.model_based import Proposal, proposal_of
from hebo.request import Predicted, Request, heard_by


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
        return fits_models(self.members[0])

    def space_filling(self, request: Request, n: int) -> Tensor:
        """Return the space-filling points of the first member."""
        return self.members[0].space_filling(request, n)

    def predicted_best(self, request: Request) -> Predicted | None:
        """Return the point that the model of the first member thinks best."""
        return self.members[0].predicted_best(request)

    def outcome_models(self, request: Request) -> OutcomeModels | None:
        """Return the models of the first member."""
        return self.members[0].outcome_models(heard_by(self.members[0], request))

    def fit_model(self, request: Request) -> Model:
        """Return the model of the first member."""
        return self.members[0].fit_model(request)

    def propose(self, request: Request) -> Proposal | None:
        """Return the proposal of the first member, of whose points the others choose their shares."""
        first = proposal_of(self.members[0], request)
        if first is None:
            return None
        return Shared(first, request, self.members[1:], lambda n: [int(share * n) for share in self.shares])
