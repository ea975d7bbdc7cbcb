"""`hebo show`: the runs of an experiment, the trials of a run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hebo.errors import ConfigError, did_you_mean
from hebo.experiment.analysis.measures import Measure
from hebo.experiment.analysis.observations import measured, observations
from hebo.experiment.cli.console import table
from hebo.experiment.running.progress import value_text
from hebo.experiment.texts import on_one_line

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.table import Table

    from hebo.experiment.store.results import Results


def runs_table(results: Results) -> Table:
    """Return one row per run: how far it is, the best it has reached, where its time went.

    The best is what its task is compared by, which a line under the table says where it is no plain value.
    Times are means per trial; `runner` is the CPU time of the runner itself, in milliseconds.
    """
    found, ended = measured(results), observations(results)
    costs = ("cost",) if any(one.has_costs for one in found.values()) else ()
    numbers = ("trials", *costs, "failed", "best", "ask s", "evaluate s", "runner ms")
    captions = [text for text in map(_caption, found.values()) if text]
    shown = table(results.name, ("run", "status", *numbers), caption=captions, n_left=2)
    trials = dict(list(ended.groupby("run_id", sort=False)))
    for _, run in results.runs.iterrows():
        done = trials.get(run["run_id"], ended.iloc[:0])
        shown.add_row(*_run_texts(run, done, found[run["task"]], has_costs=bool(costs)))
    return shown


def _caption(measure: Measure) -> str:
    """Return what the best of a task is; "" for the value of its objective."""
    if measure.is_hypervolume:
        return f"best of {measure.task}: {measure.title} {measure.corner}, higher is better"
    is_plain = not measure.contexts and measure.objectives[0].goal == "minimize"
    return "" if is_plain else f"best of {measure.task}: {measure.title}, {_better(measure)}"


def _better(measure: Measure) -> str:
    return f"{'higher' if measure.is_higher_better else 'lower'} is better"


def trials_table(results: Results, run_id: str) -> Table:
    """Return one row per trial of a run: its point, its values, how it ended.

    Raises:
        ConfigError: If there is no such run.
    """
    ids = list(results.runs["run_id"])
    if run_id not in ids:
        raise ConfigError(f"There is no run '{run_id}' in {results.name}.{did_you_mean(run_id, ids)}")
    trials = results.trials[results.trials["run_id"] == run_id]
    task = results.runs.set_index("run_id")["task"][run_id]
    objectives = results.objectives[task]
    headings = [one.title for one in results.outcomes_of(task).objectives]
    names = list(trials["params"].iloc[0]) if len(trials) else []
    costs = ("cost",) if trials["cost"].notna().any() else ()
    shown = table(run_id, map(on_one_line, ("#", *headings, *costs)), n_left=0)
    for heading in ("status", *names, "message"):
        shown.add_column(on_one_line(heading), overflow="fold")
    for _, trial in trials.iterrows():
        values = [value_text(trial["values"].get(name)) for name in objectives]
        values += [_number(trial["cost"]) for _ in costs]
        point = [_cell(trial["params"].get(name)) for name in names]
        shown.add_row(str(trial["number"]), *values, trial["status"], *point, trial["message"] or "")
    return shown


def _run_texts(run: Any, done: DataFrame, measure: Measure, *, has_costs: bool) -> list[str]:
    status = run["status"] if not run["message"] else f"{run['status']}: {run['message']}"
    reached = measure.shown(done["so_far"].to_numpy(dtype=float)[-1:])
    n_failed = int(done["went_wrong"].sum())
    return [
        run["run_id"],
        status,
        f"{len(done)}/{run['n_trials']}",
        *([_spent_text(run, done, measure)] if has_costs else []),
        str(n_failed) if n_failed else "",
        _number(reached[0] if len(reached) else math.nan),
        _mean(done["ask_seconds"], "{:.3g}"),
        _mean(done["eval_seconds"], "{:.3g}"),
        _mean(1000 * done["overhead_seconds"], "{:.2f}"),
    ]


def _spent_text(run: Any, done: DataFrame, measure: Measure) -> str:
    if not measure.has_costs:
        return ""
    spent = f"{done['spent'].iloc[-1] if len(done) else 0.0:.6g}"
    return spent if math.isnan(run["max_cost"]) else f"{spent}/{run['max_cost']:.6g}"


def _number(value: float) -> str:
    return value_text(None if math.isnan(value) else float(value))


def _mean(column: Any, form: str) -> str:
    value = column.mean()
    return "" if value != value else form.format(value)  # NaN where nothing was measured


def _cell(value: object) -> str:
    return value_text(value) if isinstance(value, float) else "" if value is None else on_one_line(str(value))
