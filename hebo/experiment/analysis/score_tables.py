"""Score table: optimisers compared by their normalised scores, with the first one as the reference."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hebo.errors import DataError, did_you_mean
from hebo.experiment.analysis.normalized import TASK, Scores
from hebo.experiment.analysis.paired import interval_of_means, wins_by_task


def score_table(scores: Scores, *, reference: str | None = None) -> pd.DataFrame:
    """Compare all optimisers with one of them.

    Args:
        scores: From `normalized_scores`.
        reference: Label of the one that the others are compared with; None for the first.

    Returns:
        One row per optimiser, best first: `mean` score over tasks of means over seeds with its 95 % bootstrap
        interval `lower`, `upper`, `n_tasks`, `n_runs`; `difference` from the reference (positive: worse than
        it) on the tasks and seeds both have, with `difference_lower`, `difference_upper` and their number
        `n_paired_tasks`, `n_paired`; the reference's `wins`, `ties`, `losses` by task (see `wins_by_task`)
        and `ahead`, on how many tasks its mean is smaller; `cpu_median` and `cpu_mean` seconds of an ask with
        its tell; `fallbacks`, the share of asks that fell back.

    Raises:
        DataError: If there is no such reference, or nothing is scored.
    """
    first = _reference(scores, reference)
    rows = {name: _row(scores.runs, name, first) for name in scores.optimizers}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = "optimizer"
    return table.sort_values("mean", kind="stable")


def _reference(scores: Scores, wanted: str | None) -> str:
    if not len(scores.runs):
        reason = next(iter(scores.left_out.values()), "there is no finished run")
        raise DataError(f"No task can be scored: {reason}.")
    name = scores.optimizers[0] if wanted is None else wanted
    if name not in scores.optimizers:
        raise DataError(f"There is no optimiser '{name}'.{did_you_mean(name, scores.optimizers)}")
    return name


def _row(runs: pd.DataFrame, name: str, first: str) -> dict[str, float]:
    mine = runs[runs["optimizer"] == name]
    if not len(mine):
        return {"mean": np.nan, "n_tasks": 0, "n_runs": 0}
    mean, lower, upper = (
        one[0]
        for one in interval_of_means([g[["score"]].to_numpy(float) for _, g in mine.groupby("problem")])
    )
    return {
        "mean": float(mean),
        "lower": float(lower),
        "upper": float(upper),
        "n_tasks": int(mine["problem"].nunique()),
        "n_runs": len(mine),
        **({} if name == first else _against(runs, name, first)),
        "cpu_median": float(mine["cpu_median"].median()),
        "cpu_mean": float((mine["ask_cpu"] + mine["tell_cpu"]).sum() / mine["n_asks"].sum()),
        "fallbacks": float(mine["n_fallback_asks"].sum() / mine["n_asks"].sum()),
    }


def paired_scores(runs: pd.DataFrame, names: tuple[str, str]) -> pd.DataFrame:
    """Return the scores of two optimisers on the tasks and seeds both have, `problem` and `seed` as index."""
    columns = [
        runs[runs["optimizer"] == name].set_index(["problem", "seed"])["score"].rename(name) for name in names
    ]
    return pd.concat(columns, axis=1, join="inner").sort_index()


def _against(runs: pd.DataFrame, name: str, first: str) -> dict[str, float]:
    pairs = paired_scores(runs, (first, name))
    if not len(pairs):
        return {"n_paired_tasks": 0, "n_paired": 0}
    differences = pairs[first] - pairs[name]
    groups = [-one.to_numpy(dtype=float)[:, None] for _, one in differences.groupby(level="problem")]
    mean, lower, upper = (one[0] for one in interval_of_means(groups))
    tasks = wins_by_task(differences)
    return {
        "difference": float(mean),
        "difference_lower": float(lower),
        "difference_upper": float(upper),
        "n_paired_tasks": len(groups),
        "n_paired": len(pairs),
        "wins": int((tasks["result"] > 0).sum()),
        "ties": int((tasks["result"] == 0).sum()),
        "losses": int((tasks["result"] < 0).sum()),
        "ahead": int((tasks["mean"] < 0).sum()),
    }


def cost_table(table: pd.DataFrame, *, reference: str | None = None) -> pd.DataFrame:
    """Return what an ask costs, also where nothing can be scored.

    Args:
        table: A run table.
        reference: Label of the optimiser that is 1 in `ratio`; None for the first.

    Returns:
        One row per suite, part and optimiser: `cpu_median`, the median over runs of the median CPU seconds
        of an ask with the tell after it; `ratio` of it to that of the reference; `fit`, `search`, `rest`,
        `tell`: mean CPU seconds per ask; `n_asks`; `fallbacks`, the share of asks that fell back.
    """
    first = str(table["optimizer"].iloc[0]) if reference is None else reference
    groups = table.groupby(["suite", "part", "optimizer"], sort=False)
    sums = groups[["fit_cpu", "search_cpu", "ask_cpu", "tell_cpu", "n_asks", "n_fallback_asks"]].sum()
    n = sums["n_asks"]
    costs = pd.DataFrame({"cpu_median": groups["cpu_median"].median()})
    base = costs["cpu_median"].where(costs.index.get_level_values("optimizer") == first)
    costs["ratio"] = costs["cpu_median"] / base.groupby(level=["suite", "part"]).transform("max")
    costs["fit"], costs["search"] = sums["fit_cpu"] / n, sums["search_cpu"] / n
    costs["rest"] = (sums["ask_cpu"] - sums["fit_cpu"] - sums["search_cpu"]) / n
    costs["tell"] = sums["tell_cpu"] / n
    return costs.assign(n_asks=n, fallbacks=sums["n_fallback_asks"] / n)


def task_table(scores: Scores) -> pd.DataFrame:
    """Return mean scores by task: one row per task, one column per optimiser."""
    parts = scores.runs[TASK].astype(str).to_numpy().tolist()
    labels = ["/".join(filter(None, one)) for one in parts]
    means = scores.runs.assign(task=labels).pivot_table(
        index=["problem", "task"], columns="optimizer", values="score", aggfunc="mean", sort=False
    )
    return means.droplevel("problem").reindex(columns=scores.optimizers)
