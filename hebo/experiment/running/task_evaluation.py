"""Evaluation of trials of a task, as a function that any process can be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from hebo.experiment.config.parts import build
from hebo.experiment.running.evaluation import evaluate
from hebo.experiment.store.frames import frame_of
from hebo.experiment.store.run_log import Outcome, Trial

if TYPE_CHECKING:
    from hebo.base import Task


@dataclass
class TaskEvaluation:
    """Evaluates trials of a task, built where it is first needed.

    Attributes:
        recipe: Of the task, as `describe` writes it.
        label: Of the task.
        seed: Of the run; a trial's noise depends on it, the label and the number only.
        limit: Seconds an evaluation may take; None for no limit.
        hard: Whether the process may be ended if an objective does not come back in time.
        is_checked: Whether all points are known to lie in the space. Looking takes what a space is built on,
            which an evaluation by itself may do without.
    """

    recipe: Mapping[str, Any]
    label: str
    seed: int
    limit: float | None
    hard: bool
    is_checked: bool

    @cached_property
    def task(self) -> Task:
        """The task."""
        return cast("Task", build("task", self.recipe, ("task",)))

    def __call__(self, trial: Trial | None) -> Outcome | None:
        """Evaluate a trial; without one, only build the task and load what an evaluation needs."""
        from hebo.random import derive_seed

        task = self.task
        if trial is None:
            import pandas  # noqa: F401  (the first evaluation has it ready)

            return None
        return evaluate(
            task,
            frame_of([trial]),
            seed=derive_seed(self.seed, self.label, trial.number),
            limit=self.limit,
            hard=self.hard,
            is_checked=self.is_checked,
        )

    def in_full(self, trial: Trial) -> Outcome:
        """Evaluate a trial that may lie outside of the space: the task says what is wrong with it."""
        outcome = replace(self, is_checked=False)(trial)
        assert outcome is not None
        return outcome

    def __getstate__(self) -> dict[str, Any]:
        """Return what is sent: the recipe, and not what was built of it here."""
        return {name: value for name, value in self.__dict__.items() if name != "task"}
