"""Regret of pretrained surrogates: a table of an experiment with paired differences.

    hebo run configs/pretrain/regret.yaml
    python configs/pretrain/regret.py runs/pretrain-regret docs/benchmarks/pretrain_regret.csv
    python configs/pretrain/regret.py docs/benchmarks/pretrain_regret.csv

Regrets are normalized by those of random search, task by task: the logarithm of a value's distance to the
best that any run found, over the median distance of random search.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from hebo.experiment.analysis.observations import observations
from hebo.experiment.analysis.paired import interval_of_means
from hebo.experiment.analysis.run_tables import scored_curve
from hebo.experiment.store.results import load_results

STEPS = (25, 50)
BASE, RANDOM = "warped_gp", "random_search"
FLOOR = 1e-3
"""Of a relative regret: closer to the best than this is as good as there."""


def main() -> None:
    """Read the command line; write the rows of an experiment, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", help="folder of the experiment, or a CSV file that this wrote")
    parser.add_argument("csv", nargs="?", type=Path, help="where to write the rows")
    given = parser.parse_args()
    rows = pd.read_csv(given.source) if given.source.endswith(".csv") else rows_of(given.source)
    if given.csv is not None:
        rows.to_csv(given.csv, index=False, float_format="%.6g", lineterminator="\n")
    print_table(rows)


def rows_of(source: str) -> pd.DataFrame:
    """Return one row per finished run: best values after each of `STEPS`, CPU time of an ask, fallbacks."""
    results = load_results(source)
    trials = dict(list(observations(results).groupby("run_id", sort=False)))
    found = []
    for _, run in results.runs[results.runs["status"] == "finished"].iterrows():
        one = trials[run["run_id"]]
        curve = scored_curve(one, max(STEPS))
        fallbacks = sum(sum(each.values()) for each in one["fallbacks"] if isinstance(each, dict))
        found.append(
            {
                "optimizer": run["optimizer"],
                "task": run["task"],
                "seed": run["seed"],
                "optimum": run["optimum"],
                **{f"best_{step}": curve[step - 1] for step in STEPS},
                "ask_cpu": one["ask_cpu_seconds"].astype(float).mean(),
                "fallbacks": fallbacks,
            }
        )
    return pd.DataFrame(found)


def scores(rows: pd.DataFrame, step: int) -> pd.DataFrame:
    """Return log10 of relative regrets, `task x seed` by optimizer."""
    values = rows.pivot(index=["task", "seed"], columns="optimizer", values=f"best_{step}")
    task = values.index.get_level_values("task")
    optimum = rows.groupby("task")["optimum"].first()
    least = rows.groupby("task")[[f"best_{one}" for one in STEPS]].min().min(axis=1)
    best = optimum.fillna(least).reindex(task).to_numpy()[:, None]
    regret = values - best
    unit = regret[RANDOM].groupby(task).median().reindex(task).to_numpy()[:, None]
    return np.log10((regret / np.maximum(unit, 1e-12)).clip(lower=FLOOR))


def print_table(rows: pd.DataFrame) -> None:
    """Print mean scores per task, and paired differences to the base."""
    others = [one for one in rows["optimizer"].unique() if one not in (BASE, RANDOM)]
    for step in STEPS:
        found = scores(rows, step).dropna()
        shown = [BASE, *others]
        print(f"\nAfter {step} evaluations: mean log10 of regret relative to random search.\n")
        print(f"| task | {' | '.join(shown)} | {' | '.join(f'p of {one}' for one in others)} |")
        print("|" + "---|" * (1 + len(shown) + len(others)))
        p_values = {}
        for task, cell in found.groupby(level="task", sort=False):
            p_values[task] = [p_of(cell[one] - cell[BASE]) for one in others]
            means = " | ".join(f"{cell[one].mean():+.2f}" for one in shown)
            print(f"| {task} | {means} | {' | '.join(f'{p:.3f}' for p in p_values[task])} |")
        for place, one in enumerate(others):
            summarize(found, one, [p[place] for p in p_values.values()])
    cpu = rows.groupby("optimizer")["ask_cpu"].median() * 1e3
    print(
        "\nCPU milliseconds of an ask, median of runs: " + ", ".join(f"{k} {v:.0f}" for k, v in cpu.items())
    )


def p_of(difference: pd.Series[float]) -> float:
    """Return the p-value of Wilcoxon's signed-rank test; 1 where all differences are 0."""
    return 1.0 if not difference.any() else float(stats.wilcoxon(difference).pvalue)


def summarize(found: pd.DataFrame, name: str, p_values: list[float]) -> None:
    """Print the paired difference over tasks, and counts of tasks."""
    difference = found[name] - found[BASE]
    groups = [one.to_numpy()[:, None] for _, one in difference.groupby(level="task", sort=False)]
    mean, lower, upper = interval_of_means(groups)
    means = [float(one.mean()) for one in groups]
    worse = sum(m > 0 and p < 0.05 for m, p in zip(means, p_values, strict=True))
    better = sum(m < 0 and p < 0.05 for m, p in zip(means, p_values, strict=True))
    beats = sum(one.mean() < 0 for _, one in (found[name] - found[RANDOM]).groupby(level="task"))
    print(
        f"\n{name} against {BASE}: {mean[0]:+.3f} ({lower[0]:+.3f} to {upper[0]:+.3f}); significantly worse "
        f"on {worse}, better on {better} of {len(groups)} tasks; ahead of random search on {beats}."
    )


if __name__ == "__main__":
    main()
