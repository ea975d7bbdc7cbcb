"""Standing of a run while it goes on: its best value, or its hypervolume."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hebo.experiment.store import tables
from hebo.experiment.store.frames import competing_points
from hebo.experiment.store.leading import Seen, Standing, context_of, optimum_in

if TYPE_CHECKING:
    from hebo.base import Task
    from hebo.experiment.store.run_log import Trial


class RunStanding:
    """How good a run is so far; see `hebo.experiment.store.leading`.

    Args:
        task: Of the run. Where it has several objectives and states no reference point, a hypervolume is
            known once all runs can be looked at, and not before.
    """

    def __init__(self, task: Task) -> None:
        self._space, self._n_objectives = task.space, len(task.objectives)
        self._contexts = [name for name, role in task.space.roles.items() if role == "context"]
        self._optima: dict[str, float | None] = {}
        self._is_known = self._n_objectives == 1 or task.reference_point is not None
        self._outcomes = task.outcomes
        corner = zip(task.outcomes.objectives, task.reference_point or (), strict=False)
        self._standing = Standing(task.objectives, [one.minimized(value) for one, value in corner])

    def add(self, trial: Trial) -> None:
        """Add a trial that has ended."""
        if not self._is_known:
            return
        does = trial.status == tables.OK and competing_points([trial.found_at], self._space)[0]
        context = context_of(trial.found_at, self._contexts)
        values = self._outcomes.minimized(trial.values or {})
        self._standing.add(Seen(values if does else None, context))
        known = optimum_in(trial.extras, self._outcomes.objectives[0]) if self._contexts else None
        self._optima[context] = self._optima.get(context) if known is None else known

    @property
    def best(self) -> float | None:
        """The leading quantity of one objective, smaller is better; None before the first success."""
        return self._value() if self._n_objectives == 1 else None

    @property
    def hypervolume(self) -> float | None:
        """The hypervolume of several objectives; None where no reference point is stated."""
        value = self._value() if self._n_objectives > 1 and self._is_known else None
        return None if value is None else -value

    def _value(self) -> float | None:
        optima = {context: value for context, value in self._optima.items() if value is not None}
        value = self._standing.value(optima if len(optima) == len(self._optima) else {})
        return value if math.isfinite(value) else None
