"""Learnt models: all that was measured, modeled as it was measured, for explanations."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

import torch

from hebo.catalog import PARTS
from hebo.data import Data
from hebo.errors import DataError, IncompatibleError
from hebo.explain.calibration import calibrated
from hebo.explain.outcome_model import OutcomeModel, OutcomeModels
from hebo.optimizer.history import History
from hebo.optimizer.locking import locked
from hebo.optimizer.oriented import first_excesses, untargeted
from hebo.outcomes import Constraint, Outcomes
from hebo.random import make_generator
from hebo.request import Recommends, Request, heard_by

MIN_POINTS = 3
"""Fewer different points tell a model nothing."""

DEFAULT = "hebo"
"""Name of the optimizer in the catalog whose models stand in for those that a recommender lacks."""


class Learning(History):
    """The part of `Optimizer` that fits models for explanations; they are kept until something is told."""

    recommender: Recommends
    seed: int
    _learnt: tuple[Any, OutcomeModels] | None = None

    @locked
    def outcome_models(self) -> OutcomeModels:
        """Return the models of all that is measured, in its own units and calibrated.

        They are what the next `ask` would fit, before any pending point: the surrogate of the recommender,
        from three different points on. Of an objective with a target the measured quantity is modeled, not
        its distance. For a recommender without a model (random search, CMA-ES, other libraries) they are
        those of HEBO. They depend on the seed and on what was told, on nothing else.

        Raises:
            DataError: If too little was told.
            IncompatibleError: If comparisons were told in place of values.
        """
        records = self._records
        key = records.x, records.measured, records.related, records.outcomes, self.recommender
        known = self._learnt
        if known is None or any(a is not b for a, b in zip(known[0], key, strict=True)):
            known = key, self._fitted()
            self._learnt = known
        return known[1]

    @property
    def _stated(self) -> Outcomes:
        """The outcomes as they are modeled: with the names that explanations use, and without targets."""
        records = self._records
        if records.outcomes is not None:
            return untargeted(records.outcomes)
        n, c = records.n_objectives or 1, records.n_constraints or 0
        objectives = records.objective_names or [f"objective_{j}" for j in range(n)]
        constraints = records.constraint_names or [f"constraint_{j}" for j in range(c)]
        return Outcomes.model_validate({"objectives": list(objectives), "constraints": list(constraints)})

    def _fitted(self) -> OutcomeModels:
        stated, data = self._stated, self._data_to_learn()
        request = self._request_to_learn(data)
        found = self.recommender.outcome_models(request)
        if found is None:
            recommender = _default()
            found = recommender.outcome_models(heard_by(recommender, request))
            assert found is not None  # it has models of everything
        signs = [1.0 if one.goal == "maximize" else -1.0 for one in stated.objectives]
        return OutcomeModels(
            tuple(
                calibrated(one.measured_as(sign)) for one, sign in zip(found.objectives, signs, strict=True)
            ),
            tuple(
                calibrated(_in_own_units(one, limit))
                for one, limit in zip(found.constraints, stated.constraints, strict=True)
            ),
            found.success,
        )

    def _request_to_learn(self, data: Data) -> Request:
        generator = make_generator(self.seed, "outcome models", len(data.x))
        return Request(1, data, self.space, self.space, 0, 0, self.seed, generator=generator)

    def _data_to_learn(self) -> Data:
        """Return what was told, as it was measured, with one column for each constraint."""
        records = self._records
        if len(records.better):
            raise IncompatibleError(
                f"{len(records.better)} comparisons were told and no values, so that nothing measured can be "
                "predicted; `recommend` returns the point that was found best by them"
            )
        data = records.data_for(untargeted(records.outcomes)).without_pending()
        if records.measured is not None:
            data = replace(data, constraints=first_excesses(records.measured.constraints, records.outcomes))
        known = data.successes()
        n = len(torch.unique(known.x, dim=0))
        if n < MIN_POINTS:
            raise DataError(
                f"{n} different points were told with values, too few for a model; tell {MIN_POINTS - n} more"
            )
        if bool((known.y == known.y[:1]).all()):
            raise DataError(
                f"all {len(known.y)} values are equal, so that there is nothing to learn yet; tell other "
                "points"
            )
        return data


def _in_own_units(model: OutcomeModel, limit: Constraint) -> OutcomeModel:
    """Return the model of a measured constraint, given that of how far it is beyond its first limit."""
    if limit.ub is not None:
        return model.measured_as(1.0, limit.ub)
    assert limit.lb is not None  # there is one limit at least
    return model.measured_as(-1.0, limit.lb)


def _default() -> Recommends:
    """Return HEBO, by its name in the catalog: its composition is made of what lies above this package."""
    module, _, name = PARTS["optimizer"][DEFAULT][0].partition(":")
    found: Recommends = getattr(import_module(module), name)()
    return found
