"""Evaluations at conditions: designs by a model averaged over conditions, each evaluated under one of them.

Notation: `n` points, `m` conditions, `d` columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from pydantic import field_validator
from torch import Tensor

from hebo.base import FittedModels, Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.plain_values import is_missing
from hebo.errors import IncompatibleError, SpaceError
from hebo.random import make_generator
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.model_based import ModelBased, Proposal
from hebo.recommenders.telling import Placed, is_allowed, most_telling
from hebo.recommenders.wrapper import Wrapper
from hebo.request import Predicted, Request
from hebo.surrogates.averaged import Averaged, Condition, Replaced, encoded_conditions


class AtConditions(Wrapper, ModelBased):
    """The designs of a loop whose surrogate is `averaged`, each evaluated under one of its conditions.

    The acquisition of the loop, under a model of the mean over conditions, chooses the design. The condition
    is the one whose observation takes away most of the variance of that mean (`hebo.recommenders.telling`).
    Space-filling points take the conditions in turn.

    Where `ask` pins the parameters of a condition, its values are taken.

    Attributes:
        of: The loop.
    """

    example: ClassVar[dict[str, Any]] = {
        "of": {
            "type": "bayes_opt_loop",
            "surrogate": {"type": "averaged", "of": "warped_gp", "conditions": [{"x1": -1.0}, {"x1": 1.0}]},
            "acquisition": "log_ei",
            "acq_optimizer": "nsga2",
            "output_transform": "standardize",
            "n_initial": 8,
        },
    }

    @field_validator("of")
    @classmethod
    def _averages(cls, of: Recommender) -> Recommender:
        if not (isinstance(of, BayesOptRecipe) and isinstance(of.surrogate, Averaged)):
            raise ValueError(
                f"{type(of).__name__} says nothing about conditions; use bayes_opt_loop with the surrogate "
                "`averaged`, or write `averaged_over` around the whole optimizer"
            )
        return of

    @property
    def _averaged(self) -> Averaged:
        surrogate = self._loop.surrogate
        assert isinstance(surrogate, Averaged)  # see the validator
        return surrogate

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that the loop cannot search, conditions without a point, and tables."""
        if space.is_listed:
            raise IncompatibleError(
                "the rows of a table come with their conditions, so that a design cannot be evaluated under "
                "another one; use a space without a table, or leave out averaged_over"
            )
        super().check(space)
        for condition in self._averaged.conditions:
            try:
                space.fix(condition).sample(1, generator=make_generator("condition"))
            except SpaceError as error:
                raise IncompatibleError(
                    f"condition {condition} is out of reach: {error} Or leave it out."
                ) from error

    def propose(self, request: Request) -> Proposal | None:
        """Return the proposal of the loop, with a condition for each of its points."""
        conditions = self._conditions(request)
        if conditions is None:
            return self._loop.propose(request)
        proposal = self._loop.propose(conditions.anchored(request))
        return None if proposal is None else Placed(proposal, request, conditions.placed)

    def space_filling(self, request: Request, n: int) -> Tensor:
        """Return the points of a Sobol sequence, at each condition in turn."""
        conditions = self._conditions(request)
        if conditions is None:
            return super().space_filling(request, n)
        return conditions.in_turn(super().space_filling(conditions.anchored(request), n), request)

    def predicted_best(self, request: Request) -> Predicted | None:
        """Return the design of the best mean; where the caller leaves it open, at the first condition."""
        conditions = self._conditions(request)
        if conditions is None:
            return self._loop.predicted_best(request)
        return self._loop.predicted_best(replace(conditions, turn=0).anchored(request))

    @property
    def _loop(self) -> BayesOptRecipe:
        assert isinstance(self.of, BayesOptRecipe)
        return self.of

    def _conditions(self, request: Request) -> Conditions | None:
        """Return the conditions among which there is a choice; None where the caller pinned one.

        Raises:
            IncompatibleError: If only a part of the parameters of a condition is pinned.
        """
        names = self._averaged.names
        pinned = [name for name in names if name in request.fixed]
        if pinned and len(pinned) < len(names):
            left = ", ".join(f"'{name}'" for name in names if name not in pinned)
            raise IncompatibleError(
                f"'{pinned[0]}' is pinned and {left} is not, which together are a condition; pin all or none"
            )
        return None if pinned else Conditions.of(self._averaged.conditions, request)


@dataclass(frozen=True)
class Conditions:
    """The conditions of one ask.

    Attributes:
        rows: `m` conditions.
        replaced: Makes the `m` variants of points.
        pinned: What else has a given value in the ask.
        turn: Place of the condition at which designs are searched: another one in each ask, since a design
            that was evaluated there is not chosen again, and may be worth a look under others.
    """

    rows: list[Condition]
    replaced: Replaced
    pinned: dict[str, Any]
    turn: int

    @classmethod
    def of(cls, rows: list[Condition], request: Request) -> Conditions:
        """Return conditions in the domain of a request."""
        space, names = request.space, {*request.space.targets, *request.fixed}
        example = space.decode(request.domain.sample(1, generator=make_generator("pinned")))
        values = {name: example[name].iloc[0] for name in space.names if name in names}
        pinned = {name: value for name, value in values.items() if not is_missing(value)}
        return cls(rows, Replaced(*encoded_conditions(rows, space)), pinned, request.iteration % len(rows))

    def anchored(self, request: Request) -> Request:
        """Return the request with one of the conditions pinned, where designs are searched."""
        here = request.space.fix({**self.pinned, **self.rows[self.turn]})
        return replace(request, domain=here)

    def in_turn(self, x: Tensor, request: Request) -> Tensor:
        """Return designs (`n x d`), each at the next condition, or as it is where it is not new there."""
        choices, places = self.replaced(x), (request.n_asked + torch.arange(len(x))) % len(self.rows)
        rows = torch.arange(len(x))
        chosen = choices[rows, places]
        return torch.where(is_allowed(chosen, request).unsqueeze(1), chosen, choices[:, self.turn])

    def placed(self, x: Tensor, models: FittedModels, request: Request) -> Tensor:
        """Return each design (`n x d`) at the condition that tells most about its mean over all of them."""
        return most_telling(x, self.replaced, models, request, fallback=self.turn)
