"""Model-based recommenders: models are fitted first, then points are chosen; wrappers step in between."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from botorch.models.model import Model
from torch import Tensor

from hebo.base import FittedModels, Recommender
from hebo.request import Request


class Proposal(Protocol):
    """An ask half way: what was fitted, before any point is chosen."""

    @property
    def observed(self) -> tuple[Model, ...]:
        """The models of the objectives, fitted to what was observed alone; none where there are none."""

    @property
    def models(self) -> FittedModels | None:
        """All models, conditioned on pending points; None where there are none."""

    def choose(self, n: int) -> Tensor:
        """Return `n` points, `n x d`."""


Held = TypeVar("Held", bound=Proposal)


@dataclass(frozen=True)
class Around(Generic[Held]):
    """Base of proposals that choose points of their own under the models of another proposal.

    Attributes:
        proposal: The other one.
    """

    proposal: Held

    @property
    def observed(self) -> tuple[Model, ...]:
        """Those of the other proposal."""
        return self.proposal.observed

    @property
    def models(self) -> FittedModels | None:
        """Those of the other proposal."""
        return self.proposal.models


class ModelBased(Recommender, ABC):
    """A recommender that fits models before it chooses points."""

    @property
    def has_models(self) -> bool:
        """Whether its proposals have models."""
        return True

    @abstractmethod
    def propose(self, request: Request) -> Proposal | None:
        """Fit the models; None while there is too little to learn from."""

    def recommend(self, request: Request) -> Tensor:
        """Return the points that the models choose, space-filling ones before there are models."""
        proposal = self.propose(request)
        return self.space_filling(request, request.n) if proposal is None else proposal.choose(request.n)


@dataclass(frozen=True)
class _Plain:
    """The proposal of a recommender without models."""

    recommender: Recommender
    request: Request
    observed: tuple[Model, ...] = ()
    models: None = None

    def choose(self, n: int) -> Tensor:
        return self.recommender.recommend(replace(self.request, n=n))


def proposal_of(recommender: Recommender, request: Request) -> Proposal | None:
    """Return what any recommender proposes; None while a model-based one has too little to learn from."""
    if isinstance(recommender, ModelBased):
        return recommender.propose(request)
    return _Plain(recommender, request)
