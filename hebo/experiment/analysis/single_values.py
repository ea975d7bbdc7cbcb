"""Single values: of which tasks the values of any two trials can be compared.

Bayesmark's score takes every trial by its value. That says nothing of a task with several objectives, and of
one with contexts only within each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hebo.experiment.analysis.measures import context_names

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results


def several_objectives(results: Results) -> list[str]:
    """Return the labels of tasks with more than one objective."""
    return [task for task in _tasks(results) if len(results.objectives[task]) > 1]


def without_single_values(results: Results) -> str:
    """Return why values of trials cannot be compared, and of which tasks; "" if they can."""
    reasons = {
        task: f"objectives {', '.join(results.objectives[task])}" for task in several_objectives(results)
    }
    for task in _tasks(results):
        if task not in reasons and (names := context_names(results, task)):
            reasons[task] = f"contexts by {', '.join(names)}"
    return "; ".join(f"{task} ({reason})" for task, reason in reasons.items())


def _tasks(results: Results) -> list[str]:
    return [str(task) for task in dict.fromkeys(results.runs["task"])]
