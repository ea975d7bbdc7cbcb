"""Contents of the page of one problem: everything that it shows, computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.fronts import Front, task_fronts
from hebo.experiment.analysis.measures import Measure
from hebo.experiment.analysis.observations import measured, observations
from hebo.experiment.report.best_run import BestRun, best_runs
from hebo.experiment.report.curves import TaskCurves, cost_curves
from hebo.experiment.report.pictures import Pictures, task_pictures
from hebo.experiment.report.problem.learnt import Learnt, learn
from hebo.experiment.report.problem.trials import best_row, front_rows, run_trials
from hebo.outcomes import Outcomes

if TYPE_CHECKING:
    from hebo.design_space.design_space import DesignSpace
    from hebo.experiment.store.results import Results


@dataclass(frozen=True)
class ProblemContents:
    """The numbers behind the page of one problem.

    Attributes:
        results: The experiment.
        task: Label of its only task.
        outcomes: What is measured.
        measure: What runs are compared by.
        space: The parameters, without constraints.
        run: The run in front: the best one.
        reached: Id of each run -> the leading quantity at its end, as it is shown; NaN without a success.
        table: `observations` of all runs.
        trials: `run_trials` of the run in front.
        best: Row of its best trial; None without one, with several objectives and with contexts.
        bests: Context -> row of its best trial there, where there are contexts and one objective.
        front: Rows of the Pareto front of several objectives.
        fronts: The same with the other runs, for the figure.
        learnt: What the model says; None without one.
        no_model: Why there is none, a sentence.
        costs: Best values against costs, where trials have some.
        drawn: The run in front, laid out for parallel coordinates, where its values can be compared.
        pictures: What the task draws of its best points.
    """

    results: Results
    task: str
    outcomes: Outcomes
    measure: Measure
    space: DesignSpace
    run: Mapping[str, Any]
    reached: Mapping[str, float]
    table: pd.DataFrame
    trials: pd.DataFrame
    best: int | None
    bests: Mapping[str, int]
    front: Sequence[int]
    fronts: Sequence[Front]
    learnt: Learnt | None
    no_model: str
    costs: Sequence[TaskCurves]
    drawn: BestRun | None
    pictures: Pictures = field(default_factory=Pictures)

    @property
    def optimizers(self) -> list[str]:
        """The label of the optimizer, as a list like that of a comparison."""
        return [str(self.run["optimizer"])]

    @property
    def context(self) -> dict[str, Any]:
        """The values of context parameters that the model is asked about: those of the last trial."""
        ended = self.trials[self.trials["kind"] != "pending"]
        last = ended["params"].iloc[-1] if len(ended) else {}
        return {name: last.get(name) for name in self.measure.contexts}


def is_one_problem(results: Results) -> bool:
    """Say whether there is one optimizer on one task, so that there is nothing to compare."""
    names = (results.runs["optimizer"].nunique(), results.runs["task"].nunique())
    return len(results.runs) > 0 and (results.kind != "experiment" or names == (1, 1))


def collect_problem(results: Results) -> ProblemContents:
    """Compute all that the page of one problem shows."""
    table, found = observations(results), measured(results)
    ((task, measure),) = found.items()
    outcomes = results.outcomes_of(task)
    ends = table.groupby("run_id", sort=False)["so_far"].last()
    reached = {run_id: float(ends.get(run_id, np.nan)) for run_id in results.runs["run_id"]}
    run = _leading_run(results, reached)
    trials = run_trials(results, run)
    learnt = learn(results, task, trials)
    is_single = len(outcomes.objectives) == 1 and not measure.contexts
    names = outcomes.objective_names
    return ProblemContents(
        results=results,
        task=task,
        outcomes=outcomes,
        measure=measure,
        space=results.space_of(task),
        run=run,
        reached=dict(zip(reached, measure.shown(np.array(list(reached.values()))).tolist(), strict=True)),
        table=table,
        trials=trials,
        best=best_row(trials, names[0]) if is_single else None,
        bests=_by_context(trials, names[0]) if measure.contexts and len(names) == 1 else {},
        front=front_rows(trials, names) if len(names) > 1 else [],
        fronts=task_fronts(table, found) if not measure.contexts else [],
        learnt=None if isinstance(learnt, str) else learnt,
        no_model=learnt if isinstance(learnt, str) else "",
        costs=cost_curves(results, table, found, {}),
        drawn=next(iter(best_runs(results, table, [task])), None) if is_single else None,
        pictures=task_pictures(results, table, [task]).get(task, Pictures()) if is_single else Pictures(),
    )


def _leading_run(results: Results, reached: Mapping[str, float]) -> dict[str, Any]:
    """Return the run that has reached the least; without a success the one with the most trials."""
    ends = np.array([reached[run_id] for run_id in results.runs["run_id"]])
    counts = results.trials["run_id"].value_counts()
    lengths = [counts.get(run_id, 0) for run_id in results.runs["run_id"]]
    row = int(np.nanargmin(ends)) if np.isfinite(ends).any() else int(np.argmax(lengths))
    return {str(name): value for name, value in results.runs.iloc[row].items()}


def _by_context(trials: pd.DataFrame, name: str) -> dict[str, int]:
    found = {}
    for context, group in trials.groupby("context", sort=False):
        row = best_row(group, name)
        if row is not None:
            found[str(context)] = int(group.index[row])
    return found
