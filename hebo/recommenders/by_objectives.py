"""Composition by the number of objectives: one loop for a single objective, another one for several."""

from __future__ import annotations

from botorch.models.model import Model
from torch import Tensor

from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.recommenders.model_based import ModelBased, Proposal, proposal_of
from hebo.request import Request


class ByObjectives(ModelBased):
    """One recommender where one objective is told, and another one where several are.

    Attributes:
        one: Recommends points while there is a single objective, and before anything is told.
        several: Recommends points where there are more.
    """

    one: Recommender
    several: Recommender

    @property
    def title(self) -> str:
        """What messages call it."""
        return self.one.title

    @property
    def is_strict(self) -> bool:
        """Whether errors leave `Optimizer.ask`: not where one of the two is content with other points."""
        return self.one.is_strict and self.several.is_strict

    @property
    def max_objectives(self) -> int:
        """As many as `several` takes."""
        return self.several.max_objectives

    @property
    def takes_constraints(self) -> bool:
        """Whether both make use of measured constraints."""
        return self.one.takes_constraints and self.several.takes_constraints

    @property
    def takes_variances(self) -> bool:
        """Whether both make use of known variances."""
        return self.one.takes_variances and self.several.takes_variances

    @property
    def takes_gradients(self) -> bool:
        """Whether the first makes use of derivatives, which there are of a single objective alone."""
        return self.one.takes_gradients

    @property
    def takes_related(self) -> bool:
        """Whether both make use of related tasks."""
        return self.one.takes_related and self.several.takes_related

    @property
    def has_models(self) -> bool:
        """Whether its proposals have models."""
        return all(isinstance(each, ModelBased) and each.has_models for each in (self.one, self.several))

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that one of the two cannot search."""
        self.one.check(space)
        self.several.check(space)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Return the doubts of both, each once."""
        return tuple(dict.fromkeys((*self.one.doubts(space), *self.several.doubts(space))))

    def check_takes_constraints(self) -> None:
        """Refuse measured constraints that one of the two makes no use of."""
        self.one.check_takes_constraints()
        self.several.check_takes_constraints()

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        return self._for(request).recommend(request)

    def propose(self, request: Request) -> Proposal | None:
        """Return the proposal of the one that the number of objectives decides on."""
        return proposal_of(self._for(request), request)

    def space_filling(self, request: Request, n: int) -> Tensor:
        """Return the space-filling points of the one that the number of objectives decides on."""
        return self._for(request).space_filling(request, n)

    def fit_model(self, request: Request) -> Model:
        """Return the model of the one that the number of objectives decides on."""
        return self._for(request).fit_model(request)

    def _for(self, request: Request) -> Recommender:
        return self.one if request.data.y.shape[1] == 1 else self.several
