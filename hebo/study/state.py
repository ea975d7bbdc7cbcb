"""State of a study: its problem, its optimizer, and the trials in its store, which the two follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hebo.experiment.config.parts import build, describe
from hebo.experiment.store import tables
from hebo.experiment.store.frames import frame_of, values_of
from hebo.experiment.store.order import in_order, n_events
from hebo.experiment.store.run_log import RunLog, Trial
from hebo.outcomes import Stated, outcomes_of
from hebo.study.function_task import FunctionTask
from hebo.study.options import checked_name
from hebo.study.short_space import Short, space_of
from hebo.study.storage import StudyStorage, problem_of

if TYPE_CHECKING:
    from hebo.optimizer.events import Event
    from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe


class StudyState:
    """What a study is; see `hebo.study.study.Study` for the arguments.

    Attributes:
        space: The parameters.
        outcomes: What is measured.
        name: Of the study.
        seed: Of the optimizer.
    """

    def __init__(
        self,
        space: Short,
        *,
        objectives: Sequence[Stated] | Mapping[str, Any] | Stated = "value",
        constraints: Sequence[Stated] | Stated = (),
        input_constraints: Sequence[Mapping[str, Any]] = (),
        optimizer: str | Mapping[str, Any] | OptimizerRecipe = "hebo",
        storage: str | Path | None = None,
        name: str = "study",
        seed: int = 0,
    ) -> None:
        self.space = space_of(space, input_constraints)
        self.outcomes = outcomes_of(objectives, constraints)
        self.name, self.seed = name, seed
        self._recipe, label = _recipe_of(optimizer)
        self._described = describe(cast(Any, self._recipe))
        self._task = FunctionTask(None, name, self.outcomes, self.space)
        self._optimizer = self._new_optimizer()
        self._storage = StudyStorage(storage, checked_name(name), label, seed)
        self._known: list[tuple[int, str, int | None]] = []
        self._register(1)

    def _new_optimizer(self) -> Optimizer:
        optimizer = self._recipe.build(self.space, seed=self.seed)
        optimizer.set_outcomes(self.outcomes)
        return optimizer

    def _register(self, n_trials: int) -> None:
        config = {"optimizer": self._described, "task": {"type": "study"}, "initial_trials": 0}
        self._storage.register(problem_of(self.name, self.space, self.outcomes), config, n_trials)

    def _log(self) -> RunLog:
        """Return the log of the run, to read it."""
        return RunLog(self._storage.engine, self.name, self._storage.run_id, "")

    def _refresh(self) -> None:
        if self._keys(self._log().trials()) != self._known:
            with self._storage.held() as log:
                self._up_to_date(log)

    def _up_to_date(self, log: RunLog) -> list[Trial]:
        """Return the stored trials, and let the optimizer know them as they are."""
        stored = log.trials()
        place = n_events(stored)
        for one in stored:
            if one.told is None and one.status != tables.PENDING:  # a crash that was recorded after a death
                log.note_told([one.number], place)
                place += 1
        stored = log.trials() if place != n_events(stored) else stored
        if self._keys(stored) != self._known or not self._known:
            self._optimizer = self._new_optimizer()
            self._optimizer.restore(self._events(stored))
        self._note(stored)
        return stored

    def _note(self, trials: Sequence[Trial]) -> None:
        self._known = self._keys(trials)

    @staticmethod
    def _keys(trials: Sequence[Trial]) -> list[tuple[int, str, int | None]]:
        return [(one.number, one.status, one.told) for one in trials]

    def _events(self, trials: Sequence[Trial]) -> list[Event]:
        from hebo.optimizer.events import Tell

        return [
            Tell(frame_of(group), self._told(group)) if is_tell else (frame_of(group), None)
            for group, is_tell in in_order(trials)
        ]

    def _told(self, trials: Sequence[Trial]) -> dict[str, Any]:
        limits = values_of(trials, self._task.constraints) if self._task.constraints else None
        return {"y": values_of(trials, self._task.objectives), "constraints": limits}


def _recipe_of(optimizer: Any) -> tuple[OptimizerRecipe, str]:
    """Return the recipe, and its name in the catalog: that of a preset, and not of what it is made of."""
    if not isinstance(optimizer, str | Mapping):
        optimizer = describe(optimizer)
    recipe: Any = build("optimizer", optimizer, ("optimizer",))
    return recipe, optimizer if isinstance(optimizer, str) else str(optimizer["type"])
