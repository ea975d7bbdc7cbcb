"""Outcomes stated: what is measured, and what is wanted of it; values are told and shown as measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hebo.errors import DataError
from hebo.information import Information
from hebo.optimizer.capabilities import Capabilities
from hebo.optimizer.history import History, check_names
from hebo.optimizer.locking import locked
from hebo.outcomes import Outcomes, Stated, outcomes_of


class Stating(Capabilities, History):
    """The part of `Optimizer` that knows the names, goals and limits of what is measured."""

    @property
    @locked
    def outcomes(self) -> Outcomes | None:
        """What was stated by `set_outcomes`; None: objectives are minimized, constraints kept where <= 0."""
        return self._records.outcomes

    @locked
    def set_outcomes(
        self,
        objectives: Outcomes | Sequence[Stated] | Mapping[str, Any] | Stated,
        constraints: Sequence[Stated] | Stated = (),
    ) -> None:
        """State what is measured: names, goals and limits, in the user's own units.

        From then on `tell` takes the numbers as they were measured, `history` has columns of these names, and
        `best`, `front` and `recommendation` return numbers of the same kind. It is part of the state.

        Args:
            objectives: Names (minimized), mappings such as `{"name": "yield", "goal": "maximize"}` or
                `{"name": "pH", "target": 7.2}`, or name -> goal; or `Outcomes`, which have the constraints.
            constraints: Names (kept where <= 0), or mappings such as `{"name": "impurity", "ub": 5}`.

        Raises:
            ConfigError: If a goal is unknown, a limit is missing, or a name appears twice.
            DataError: If values were told that had other goals or limits, or a name is that of a parameter.
            IncompatibleError: If the optimizer takes fewer objectives, or no constraints.
        """
        stated = objectives if isinstance(objectives, Outcomes) else outcomes_of(objectives, constraints)
        was = self._records.outcomes
        if was is None or stated.meaning != was.meaning:  # units may change
            self._check_stated(stated)
        self._records.outcomes = stated

    def _check_stated(self, stated: Outcomes) -> None:
        records = self._records
        if not stated.objectives:
            raise DataError("no objective is stated; name one, such as objectives=['loss']")
        if records.measured is not None or records.related or len(records.better):
            raise DataError(
                "values or comparisons were told already, and what they mean cannot change; state objectives "
                "and constraints before the first `tell`, or tell the measured values to a new optimizer"
            )
        check_names([*self.space.names, *stated.names])
        for name in stated.names:
            if name in self.space.names:
                raise DataError(f"'{name}' is a parameter and something measured; rename one of the two")
        self.check_takes_objectives(len(stated.objectives))
        if stated.constraints:
            self.check_takes(Information.CONSTRAINTS)
        point = records.reference_point
        if point is not None and len(point) != len(stated.objectives):
            raise DataError(
                f"the stated reference point has {len(point)} values for {len(stated.objectives)} "
                "objective(s); state one value for each by `set_reference_point`"
            )
