"""Summary tables of a report: the header's facts, best values, failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.measures import Measure
from hebo.experiment.analysis.statistics import Floats, quantile
from hebo.experiment.report.text import number

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

NOTHING = "–"


@dataclass(frozen=True)
class SummaryRow:
    """Best values of one optimizer on one task, as text.

    Attributes:
        optimizer: Label of the optimizer.
        index: Its place in the fixed order, which gives its color.
        median: Median over the runs of what they are compared by.
        interval: Its quartiles, or a dash for fewer than two runs.
        n_ok: Successful trials.
        n_bad: Failed trials, without those that were measured and are infeasible.
        runs: Finished runs of all runs.
        is_best: Whether its median is the best of this task, in the digits shown.
    """

    optimizer: str
    index: int
    median: str
    interval: str
    n_ok: int
    n_bad: int
    runs: str
    is_best: bool


def summary(
    results: Results, table: pd.DataFrame, found: Mapping[str, Measure], optimizers: Sequence[str]
) -> dict[str, list[SummaryRow]]:
    """Return the summary rows of each task.

    Args:
        results: The experiment.
        table: Its `observations`.
        found: Task -> what its runs are compared by.
        optimizers: The order that fixes their colors.
    """
    best = table.groupby("run_id")["so_far"].agg(lambda curve: curve.iloc[-1])
    runs = results.runs.assign(best=best.reindex(results.runs["run_id"]).to_numpy(dtype=float))
    rows = {}
    for task, group in runs.groupby("task", sort=False):
        quartiles = {name: _quartiles(mine["best"]) for name, mine in group.groupby("optimizer", sort=False)}
        lowest = np.nanmin([middle for _, middle, _ in quartiles.values()] + [np.inf])
        trials, shown = table[table["task"] == task], found[str(task)].shown
        rows[str(task)] = [
            _summary_row(
                name,
                optimizers,
                mine,
                trials[trials["optimizer"] == name],
                shown(np.array(quartiles[name])),
                float(shown(np.array([lowest]))[0]),
            )
            for name, mine in group.groupby("optimizer", sort=False)
        ]
    return rows


def _quartiles(best: pd.Series[float]) -> tuple[float, float, float]:
    column = np.asarray(best, dtype=float)[:, None]
    lower, middle, upper = (float(quantile(column, q)[0]) for q in (0.25, 0.5, 0.75))
    return lower, middle, upper


def _summary_row(
    name: Any,
    optimizers: Sequence[str],
    runs: pd.DataFrame,
    trials: pd.DataFrame,
    quartiles: Floats,
    best: float,
) -> SummaryRow:
    lower, middle, upper = quartiles.tolist()
    lower, upper = (upper, lower) if upper < lower else (lower, upper)
    n_ok = int((~trials["went_wrong"] & (trials["status"] != "infeasible")).sum())
    return SummaryRow(
        optimizer=str(name),
        index=optimizers.index(name),
        median=padded_or_dash(middle),
        interval=_interval(lower, upper) if len(runs) > 1 else NOTHING,
        n_ok=n_ok,
        n_bad=int(trials["went_wrong"].sum()),
        runs=f"{(runs['status'] == 'finished').sum()} / {len(runs)}",
        is_best=bool(np.isfinite(best)) and padded_or_dash(middle) == padded_or_dash(best),
    )


def _interval(lower: float, upper: float) -> str:
    if not np.isfinite([lower, upper]).any():
        return NOTHING
    return f"{padded_or_dash(lower)} … {padded_or_dash(upper)}"


def number_or_dash(value: float, *, n_digits: int = 4) -> str:
    """Return a short number, or a dash for NaN."""
    return number(value, n_digits=n_digits) if np.isfinite(value) else NOTHING


def padded_or_dash(value: float) -> str:
    """Return a number in four digits, for a column of them, or a dash for NaN."""
    return number(value, is_padded=True) if np.isfinite(value) else NOTHING


def facts(results: Results, table: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the header's (label, value) pairs."""
    runs = results.runs
    bad = table[table["went_wrong"]]
    n_aside = len(results.aside)
    n_infeasible = int((table["status"] == "infeasible").sum())
    has_limit = runs["max_cost"].notna().any()
    n_done = f"{len(table)}" if has_limit else f"{len(table)} of {int(runs['n_trials'].sum())}"
    limit = [("Cost per run", _range_text(runs["max_cost"]))] if has_limit else []
    return [
        ("Optimizers", str(runs["optimizer"].nunique())),
        ("Tasks", str(runs["task"].nunique())),
        ("Seeds", str(runs["seed"].nunique())),
        ("Trials per run", ("up to " if has_limit else "") + _range_text(runs["n_trials"])),
        *limit,
        ("Trials done", n_done),
        ("Failed", f"{len(bad)}" if len(table) else NOTHING),
        *([("Infeasible", str(n_infeasible))] if n_infeasible else []),
        *([("Kept, not counted", f"{n_aside} run{'s' * (n_aside > 1)}")] if n_aside else []),
    ]


def _range_text(counts: pd.Series[Any]) -> str:
    if not len(counts):
        return NOTHING
    low, high = (number(float(one), n_digits=10) for one in (counts.min(), counts.max()))
    return low if low == high else f"{low} to {high}"


def period(results: Results) -> str:
    """Return when the trials ran, in UTC."""
    started, finished = results.trials["started_at"].min(), results.trials["finished_at"].max()
    if not np.isfinite([started, finished]).all():
        return "no trial has ended yet"
    begin, end = _instant(started), _instant(finished)
    if begin == end:
        return f"{begin} UTC"
    day, _, time = end.rpartition(", ")
    return f"{begin} to {time if begin.startswith(day) else end} UTC"


def _instant(seconds: float) -> str:
    when = datetime.fromtimestamp(float(seconds), UTC)
    return f"{when.day} {when:%B %Y, %H:%M}"


def failures(results: Results, table: pd.DataFrame) -> list[tuple[str, str, str, int, str]]:
    """Return (optimizer, task, how it ended, count, a message) of trials and runs that went wrong."""
    bad = table[table["went_wrong"]].assign(
        # A trial may be `ok` and yet have measured nothing usable.
        how=lambda rows: rows["status"].replace("ok", "no finite value").str.replace("_", " ")
    )
    grouped = bad.groupby(["optimizer", "task", "how"], sort=False)["message"]
    rows = [
        (str(optimizer), str(task), str(how), len(messages), _first_line(messages))
        for (optimizer, task, how), messages in grouped
    ]
    return rows + [
        (str(run["optimizer"]), str(run["task"]), f"run {how}, seed {run['seed']}", 1, _line(run["message"]))
        for how in ("broken", "finished")
        for _, run in results.runs[results.runs["status"] == how].iterrows()
        if how == "broken" or run["message"]
    ]


def _first_line(messages: pd.Series[str]) -> str:
    return next((_line(one) for one in messages if isinstance(one, str) and one.strip()), "")


def _line(message: object) -> str:
    lines = message.strip().splitlines() if isinstance(message, str) else []
    return lines[-1].strip()[:300] if lines else ""
