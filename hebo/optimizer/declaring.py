"""Infeasibility declared: whether the models leave any point that keeps the measured constraints."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hebo.optimizer.locking import locked
from hebo.optimizer.recommending import Recommending
from hebo.random import make_generator


class Declaring(Recommending):
    """The part of `Optimizer` that says whether there is anything to be found."""

    _declared: tuple[Any, bool | None] | None = None

    @property
    @locked
    def declared_infeasible(self) -> bool | None:
        """Whether no point of the space can keep the measured constraints, as far as the models know.

        It is what the acquisition `config` says (`hebo.acquisitions.config`): true where the optimistic
        bounds of all constraints hold nowhere at once; false as soon as a told point is feasible. None where
        another acquisition chooses points, no constraint was told, or too little for a model. It is computed
        from the history when it is first asked for after a change, takes about as long as an `ask`, and
        changes neither the state nor later points. It may become false again: models learn.
        """
        records = self._records
        known = self._declared
        if known is None or known[0][0] is not records.x or known[0][1] is not records.measured:
            known = (records.x, records.measured), self._computed_infeasible()
            self._declared = known
        return known[1]

    def _computed_infeasible(self) -> bool | None:
        """Ask the recommender, of all contexts and at the targets of fidelities."""
        targets = self.space.targets
        request = self._request_for(1, self.space.fix(targets) if targets else self.space, frozenset())
        data, generator = request.data, make_generator(self.seed, "declared infeasible", len(request.data.x))
        told = replace(request, data=data.without_pending(), generator=generator)
        return self.recommender.declares_infeasible(told)
