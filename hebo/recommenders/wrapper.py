"""Wrapper: a recommender around another one, which answers for it in all it does not change."""

from __future__ import annotations

from abc import ABC

from botorch.models.model import Model
from torch import Tensor

from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.explain.outcome_model import OutcomeModels
from hebo.information import Information, Takes
from hebo.request import Predicted, Request


class Wrapper(Recommender, ABC):
    """A recommender around another one.

    Attributes:
        of: The other one.
    """

    of: Recommender

    @property
    def title(self) -> str:
        """What messages call it: the name of the recommender inside."""
        return self.of.title

    @property
    def is_strict(self) -> bool:
        """Whether errors while points are computed leave `Optimizer.ask`."""
        return self.of.is_strict

    @property
    def max_objectives(self) -> int:
        """How many columns of `y` it takes."""
        return self.of.max_objectives

    @property
    def takes(self) -> Takes:
        """What it makes use of beside values."""
        return self.of.takes

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that cannot be searched; see `Recommends.check`."""
        self.of.check(space)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Say why little will be learnt in a space; see `Recommends.doubts`."""
        return self.of.doubts(space)

    def check_takes(self, kind: Information) -> None:
        """Refuse information that would have no effect; see `Recommends.check_takes`."""
        self.of.check_takes(kind)

    def check_unconstrained(self) -> None:
        """Refuse a problem without measured constraints; see `Recommends.check_unconstrained`."""
        self.of.check_unconstrained()

    def space_filling(self, request: Request, n: int) -> Tensor:
        """Return points that cover the domain; see `Recommends.space_filling`."""
        return self.of.space_filling(request, n)

    def predicted_best(self, request: Request) -> Predicted | None:
        """Return the point that the model thinks best; see `Recommends.predicted_best`."""
        return self.of.predicted_best(request)

    def outcome_models(self, request: Request) -> OutcomeModels | None:
        """Return the models of all that is measured; see `Recommends.outcome_models`."""
        return self.of.outcome_models(request)

    def declares_infeasible(self, request: Request) -> bool | None:
        """Say whether no point can keep the constraints; see `Recommends.declares_infeasible`."""
        return self.of.declares_infeasible(request)

    def fit_model(self, request: Request) -> Model:
        """Return the model that points would be chosen under; see `Recommends.fit_model`."""
        return self.of.fit_model(request)
