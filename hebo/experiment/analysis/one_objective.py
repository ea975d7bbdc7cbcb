"""Single-objective tasks: what may be compared.

The least value of the first of several objectives says little, and a rank by it less; until fronts can be
compared, such tasks have no curves, ranks, scores or best runs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

NOT_YET = "several objectives cannot be compared yet: no best values, curves, ranks or scores"


def several_objectives(results: Results) -> list[str]:
    """Return the labels of tasks with more than one objective."""
    return [str(task) for task in dict.fromkeys(results.runs["task"]) if has_several(results, task)]


def has_several(results: Results, task: str) -> bool:
    """Say whether a task has more than one objective."""
    return len(results.objectives[task]) > 1


def with_one_objective(results: Results) -> Results:
    """Return the results of the tasks with a single objective."""
    left_out = several_objectives(results)
    if not left_out:
        return results
    runs = results.runs[~results.runs["task"].isin(left_out)]
    trials = results.trials[results.trials["run_id"].isin(runs["run_id"])]
    return replace(results, runs=runs.reset_index(drop=True), trials=trials.reset_index(drop=True))


def why_left_out(results: Results) -> str:
    """Return a sentence about the tasks left out, "" if there are none."""
    tasks = several_objectives(results)
    if not tasks:
        return ""
    named = ", ".join(f"{task} ({', '.join(results.objectives[task])})" for task in tasks)
    return f"Left out: {named}, as {NOT_YET}."
