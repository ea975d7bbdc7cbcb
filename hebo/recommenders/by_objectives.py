"""Composition by the number of objectives: one loop for a single objective, another one for several."""

from __future__ import annotations

from botorch.models.model import Model
from torch import Tensor

from hebo.base import Recommender
from hebo.explain.outcome_model import OutcomeModels
from hebo.information import Information, Takes
from hebo.recommenders.group import Group, fits_models
from hebo.recommenders.model_based import Proposal, proposal_of
from hebo.request import Predicted, Request


class ByObjectives(Group):
    """One recommender where one objective is told, and another one where several are.

    Attributes:
        one: Recommends points while there is a single objective, and before anything is told.
        several: Recommends points where there are more.
    """

    one: Recommender
    several: Recommender

    @property
    def group(self) -> tuple[Recommender, ...]:
        """Both of them."""
        return self.one, self.several

    @property
    def max_objectives(self) -> int:
        """As many as `several` takes."""
        return self.several.max_objectives

    @property
    def takes(self) -> Takes:
        """What both take, derivatives as the first one does, and a reference point as the second one does.

        There are derivatives of a single objective alone, and reference points of several ones.
        """
        one, several = self.one.takes, self.several.takes
        return (one & several) | (one & {Information.GRADIENTS}) | (several & {Information.REFERENCE})

    @property
    def has_models(self) -> bool:
        """Whether the proposals of both have models."""
        return fits_models(self.one) and fits_models(self.several)

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        return self._for(request).recommend(request)

    def propose(self, request: Request) -> Proposal | None:
        """Return the proposal of the one that the number of objectives decides on."""
        return proposal_of(self._for(request), request)

    def space_filling(self, request: Request, n: int) -> Tensor:
        """Return the space-filling points of the one that the number of objectives decides on."""
        return self._for(request).space_filling(request, n)

    def predicted_best(self, request: Request) -> Predicted | None:
        """Return the point that the model of the one that the number of objectives decides on thinks best."""
        return self._for(request).predicted_best(request)

    def outcome_models(self, request: Request) -> OutcomeModels | None:
        """Return the models of the one that the number of objectives decides on."""
        return self._for(request).outcome_models(request)

    def declares_infeasible(self, request: Request) -> bool | None:
        """Say what the one that the number of objectives decides on says."""
        return self._for(request).declares_infeasible(request)

    def fit_model(self, request: Request) -> Model:
        """Return the model of the one that the number of objectives decides on."""
        return self._for(request).fit_model(request)

    def _for(self, request: Request) -> Recommender:
        return self.one if request.data.y.shape[1] == 1 else self.several
