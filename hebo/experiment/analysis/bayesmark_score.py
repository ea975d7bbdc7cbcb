"""Bayesmark's score of the optimizers of an experiment; the formulas are in `bayesmark_formulas`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hebo.errors import DataError, did_you_mean
from hebo.experiment.analysis.bayesmark_formulas import (
    Baseline,
    compute_baseline,
    lower_quantile,
    mean_loss,
    median_loss,
    random_mean_loss,
)
from hebo.experiment.analysis.observations import observations
from hebo.experiment.analysis.single_values import without_single_values
from hebo.experiment.analysis.statistics import Floats

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

RANDOM_SEARCH = "random_search"
"""Type name of the optimizer that the scores are measured against."""


@dataclass(frozen=True)
class Studies:
    """The studies of one optimizer on one problem.

    Attributes:
        evaluations: Every single value of the scored metric, `+inf` where failed (`n`).
        finals: Score metric of the point that each study would return (`studies`).
    """

    evaluations: Floats
    finals: Floats


def bayesmark_table(results: Results, *, metric: str | None = None) -> pd.DataFrame:
    """Score the optimizers of an experiment as Bayesmark does, after their last round.

    Failed trials count as `+inf`.

    Args:
        results: An experiment with a `random_search` optimizer; all runs finished, in batches of one size.
        metric: Name of an extra column to score instead of the objective, such as `generalization`;
            the point to score is still chosen by the objective.

    Returns:
        One row per optimizer, best first. Columns: `mean` (100 = best known, 0 = one random point),
        `normalized` (100 = best known, 0 = random search), `median` (likewise by medians), `n_runs`,
        then the mean score on each task, in columns named `task: <label>`.

    Raises:
        DataError: If a task has several objectives or contexts, there is no random search, a run is
            unfinished, the batches differ, the metric was not recorded, or random search failed in half of
            its trials.
    """
    if others := without_single_values(results):
        raise DataError(
            f"Bayesmark's score needs tasks with one objective and no contexts; these have more: {others}. "
            "`hebo scores` compares them."
        )
    n_rounds, batch_size = protocol(results)
    studies = collect_studies(results, (n_rounds, batch_size), metric)
    optimizers = list(dict.fromkeys(results.runs["optimizer"]))
    means, medians, random_losses = {}, {}, []
    for task in dict.fromkeys(results.runs["task"]):
        mine = {name: studies[task, name] for name in optimizers if (task, name) in studies}
        baseline = _baseline_of(results, str(task), mine, (n_rounds, batch_size))
        means[f"task: {task}"] = {name: mean_loss(one.finals, baseline) for name, one in mine.items()}
        medians[task] = {name: median_loss(one.finals, baseline) for name, one in mine.items()}
        random_losses.append(random_mean_loss(baseline))
    losses = pd.DataFrame(means, index=optimizers)
    table = pd.DataFrame(index=pd.Index(optimizers, name="optimizer"))
    table["mean"] = 100 * (1 - losses.mean(axis=1))
    table["normalized"] = 100 * (1 - losses.mean(axis=1) / np.mean(random_losses))
    table["median"] = 100 * (1 - pd.DataFrame(medians, index=optimizers).apply(_middle, axis=1))
    table["n_runs"] = results.runs.groupby("optimizer").size()
    return table.join(100 * (1 - losses)).sort_values("mean", ascending=False, kind="stable")


def random_search_labels(results: Results) -> list[str]:
    """Return the labels of the optimizers whose recipe is `random_search`."""
    types = zip(results.runs["optimizer"], results.runs["config"], strict=True)
    return list(dict.fromkeys(str(label) for label, config in types if _type(config) == RANDOM_SEARCH))


def _type(config: dict[str, Any]) -> object:
    return config.get("optimizer", {}).get("type")


def protocol(results: Results) -> tuple[int, int]:
    """Return (rounds, batch size) of an experiment whose runs are all finished and alike.

    Raises:
        DataError: If they are not.
    """
    unfinished = results.runs[results.runs["status"] != "finished"]
    if len(unfinished):
        raise DataError(
            f"Bayesmark's score needs finished runs; {len(unfinished)} of {len(results.runs)} are not, first "
            f"'{unfinished['run_id'].iloc[0]}'. `hebo run` with the same configuration continues them."
        )
    sizes = results.trials[results.trials["number"] >= 0].groupby(["run_id", "round"]).size()
    if sizes.nunique() != 1:
        raise DataError(
            f"Bayesmark's score needs rounds of one size; here they have {_listed(sizes)} trials. Choose an "
            "n_trials that batch_size divides, the same for all runs."
        )
    rounds = sizes.groupby(level="run_id").size()
    if rounds.nunique() != 1 or len(rounds) != len(results.runs):
        raise DataError(
            f"Bayesmark's score needs equally long runs; here they have {_listed(rounds)} rounds."
        )
    return int(rounds.iloc[0]), int(sizes.iloc[0])


def _listed(counts: pd.Series[int]) -> str:
    return ", ".join(str(count) for count in sorted(set(counts)))


def collect_studies(
    results: Results, shape: tuple[int, int], metric: str | None
) -> dict[tuple[str, str], Studies]:
    """Collect the studies of each (task, optimizer) from runs of `shape` (rounds, batch size)."""
    table = observations(results)
    table["seen"] = table["value"].fillna(np.inf)
    table["scored"] = table["seen"] if metric is None else _extra(results, table, metric)
    studies = {}
    for (task, optimizer), trials in table.groupby(["task", "optimizer"], sort=False):
        grids = [
            (_grid(run["seen"], shape), _grid(run["scored"], shape)) for _, run in trials.groupby("run_id")
        ]
        finals = np.array([final_value(seen, scored) for seen, scored in grids])
        studies[str(task), str(optimizer)] = Studies(trials["scored"].to_numpy(), finals)
    return studies


def _grid(values: pd.Series[float], shape: tuple[int, int]) -> Floats:
    return np.asarray(values, dtype=float).reshape(shape)


def _extra(results: Results, table: pd.DataFrame, metric: str) -> list[float]:
    """Return what is minimized of the extra column `metric`, `+inf` for failed trials.

    It has the goal of the objective, as the same measure on other data has.
    """
    found = [extras.get(metric) if isinstance(extras, dict) else None for extras in table["extras"]]
    missing = [value is None and np.isfinite(seen) for value, seen in zip(found, table["seen"], strict=True)]
    if any(missing):
        known = sorted({key for extras in table["extras"] if isinstance(extras, dict) for key in extras})
        raise DataError(
            f"{sum(missing)} successful trials have no extra '{metric}'.{did_you_mean(metric, known)}"
        )
    goals = {task: results.outcomes_of(task).objectives[0] for task in results.objectives}
    return [
        np.inf if value is None or not np.isfinite(value) else float(goals[task].minimized(value))
        for task, value in zip(table["task"], found, strict=True)
    ]


def final_value(seen: Floats, scored: Floats) -> float:
    """Return the scored metric of the best seen point of one study (both `rounds x batch`).

    Ties within a round go to the first point, ties between rounds to the later one, as in Bayesmark.
    """
    first = seen.argmin(axis=1)
    per_round = seen[np.arange(len(seen)), first]
    last = int(np.flatnonzero(per_round == per_round.min())[-1])
    return float(scored[last, first[last]])


def _baseline_of(
    results: Results, task: str, studies: dict[str, Studies], shape: tuple[int, int]
) -> Baseline:
    labels = [label for label in random_search_labels(results) if label in studies]
    if not labels:
        raise DataError(
            f"Bayesmark's score measures against random search, and task '{task}' has none; add "
            "`{type: random_search}` to the optimizers."
        )
    random_values = np.concatenate([studies[label].evaluations for label in labels])
    if not np.isfinite(lower_quantile(random_values, 0.5)):
        raise DataError(
            f"Random search failed in half of its trials on task '{task}': no median to score against."
        )
    best = min(float(one.evaluations.min()) for one in studies.values())
    return compute_baseline(random_values, best=best, batch_size=shape[1], n_rounds=shape[0])


def _middle(row: pd.Series[float]) -> float:
    return lower_quantile(np.asarray(row.dropna(), dtype=float), 0.5)
