"""Hypervolume of an experiment with several objectives: the median share per task and optimizer.

    python configs/gallery/multi_objective.py runs/multi-objective
    python configs/gallery/multi_objective.py runs/multi-objective --after 30

A share is the hypervolume of a run's feasible trials, at the reference point of its task, divided by that of
the true front; where that is unknown, by the median of the optimizer that `--relative-to` names, or of the
best one. Such tasks are marked with a star.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hebo.base import Task
from hebo.errors import ConfigError, HeboError
from hebo.experiment.config.tasks import build_task
from hebo.experiment.store.results import Results, load_results
from hebo.pareto import hypervolume


def problems(results: Results) -> dict[str, Task]:
    """Return task label -> task, of those that have a reference point.

    Raises:
        ConfigError: If there is none, or the recipes of the tasks are missing.
    """
    if not results.recipes:
        raise ConfigError("the recipes of the tasks are missing; name the run folder, not its database")
    named = {label: build_task(results.recipes[label]) for label in results.runs["task"].unique()}
    found = {label: task for label, task in named.items() if task.reference_point is not None}
    if not found:
        raise ConfigError(f"none of the tasks {list(named)} has a reference point")
    return found


def hypervolumes(results: Results, tasks: Mapping[str, Task], *, after: int | None = None) -> pd.DataFrame:
    """Return `task`, `optimizer`, `seed` and `hypervolume` of each finished run.

    Args:
        results: Of an experiment.
        tasks: Label -> task; runs on others are left out.
        after: How many trials count, from the first; None for all.
    """
    runs = results.runs
    kept = runs[(runs["status"] == "finished") & runs["task"].isin(list(tasks))]
    trials = {run: frame.iloc[:after] for run, frame in results.trials.groupby("run_id")}
    rows = kept[["task", "optimizer", "seed"]].reset_index(drop=True)
    return rows.assign(
        hypervolume=[
            _dominated(trials[run], tasks[task])
            for run, task in zip(kept["run_id"], kept["task"], strict=True)
        ]
    )


def _dominated(trials: pd.DataFrame, task: Task) -> float:
    """Return the hypervolume of the successful trials of a run, which keep all constraints."""
    values = [
        [one[name] for name in task.objectives] for one in trials.loc[trials["status"] == "ok", "values"]
    ]
    table = np.array(values, dtype=float).reshape(-1, len(task.objectives))
    assert task.reference_point is not None
    return hypervolume(table, task.reference_point)


def shares(table: pd.DataFrame, tasks: Mapping[str, Task], *, relative_to: str | None = None) -> pd.DataFrame:
    """Return the median share of each task (rows) and optimizer (columns).

    Args:
        table: What `hypervolumes` returns.
        tasks: Label -> task.
        relative_to: The optimizer whose median is 1 where the front is unknown; None for the best one.

    Raises:
        ConfigError: If no run has finished, or no optimizer has that name.
    """
    if table.empty:
        raise ConfigError(
            "no run on a task with a reference point has finished yet; `hebo show` says how far it is"
        )
    medians = table.pivot_table("hypervolume", "task", "optimizer", "median", sort=False)
    if relative_to is not None and relative_to not in medians:
        raise ConfigError(f"no optimizer is called '{relative_to}'; there are {list(medians)}")
    known = {label: tasks[label].front_hypervolume for label in medians.index}
    base = medians.max(axis=1) if relative_to is None else medians[relative_to]
    whole = [base[label] if value is None else value for label, value in known.items()]
    divided = medians.div(pd.Series(whole, index=medians.index), axis=0)
    return divided.rename(index={label: f"{label}*" for label, value in known.items() if value is None})


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", help="run folder, or the YAML of the experiment")
    parser.add_argument("--after", type=int, help="count so many trials of each run only")
    parser.add_argument("--relative-to", help="optimizer whose median is 1 where the front is unknown")
    given = parser.parse_args(arguments)
    try:
        results = load_results(given.source)
        tasks = problems(results)
        table = hypervolumes(results, tasks, after=given.after)
        print(shares(table, tasks, relative_to=given.relative_to).to_string(float_format="{:.4f}".format))
    except HeboError as error:
        parser.error(str(error))
    counts = table.groupby(["task", "optimizer"]).size()
    print(f"runs per cell: {counts.min()} to {counts.max()}; * as a share of an optimizer's median")


if __name__ == "__main__":
    main()
