"""`hebo show`: the runs of an experiment, the trials of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hebo.errors import ConfigError, did_you_mean
from hebo.experiment.cli.console import table
from hebo.experiment.running.progress import value_text
from hebo.experiment.store import tables
from hebo.experiment.texts import on_one_line

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.table import Table

    from hebo.experiment.store.results import Results


def runs_table(results: Results) -> Table:
    """Return one row per run: how far it is, its best value if it has one objective, where its time went.

    Times are means per trial; `runner` is the CPU time of the runner itself, in milliseconds.
    """
    numbers = ("trials", "failed", "best", "ask s", "evaluate s", "runner ms")
    shown = table(results.name, ("run", "status", *numbers), n_left=2)
    for _, run in results.runs.iterrows():
        trials = results.trials[results.trials["run_id"] == run["run_id"]]
        shown.add_row(*_run_texts(run, trials, results.objectives[run["task"]]))
    return shown


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
    names = list(trials["params"].iloc[0]) if len(trials) else []
    shown = table(run_id, map(on_one_line, ("#", *objectives)), n_left=0)
    for heading in ("status", *names, "message"):
        shown.add_column(on_one_line(heading), overflow="fold")
    for _, trial in trials.iterrows():
        values = [value_text(trial["values"].get(name)) for name in objectives]
        point = [_cell(trial["params"].get(name)) for name in names]
        shown.add_row(str(trial["number"]), *values, trial["status"], *point, trial["message"] or "")
    return shown


def _run_texts(run: Any, trials: DataFrame, objectives: Sequence[str]) -> list[str]:
    done = trials[(trials["status"] != tables.PENDING) & (trials["number"] >= 0)]
    ok = done[done["status"] == tables.OK]
    n_failed = len(done) - len(ok) - int((done["status"] == tables.INFEASIBLE).sum())
    # Of several objectives there is no single best value.
    only = objectives[0] if len(objectives) == 1 else None
    competing = ok.loc[ok["competes"], "values"]
    best = min((values[only] for values in competing if only is not None), default=None)
    status = run["status"] if not run["message"] else f"{run['status']}: {run['message']}"
    return [
        run["run_id"],
        status,
        f"{len(done)}/{run['n_trials']}",
        str(n_failed) if n_failed else "",
        value_text(best),
        _mean(done["ask_seconds"], "{:.3g}"),
        _mean(done["eval_seconds"], "{:.3g}"),
        _mean(1000 * done["overhead_seconds"], "{:.2f}"),
    ]


def _mean(column: Any, form: str) -> str:
    value = column.mean()
    return "" if value != value else form.format(value)  # NaN where nothing was measured


def _cell(value: object) -> str:
    return value_text(value) if isinstance(value, float) else "" if value is None else on_one_line(str(value))
