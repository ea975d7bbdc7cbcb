"""How good the best of 50 points is on random problems of several kinds, paired by problem.

    python configs/benchmarks/kinds/run.py runs.csv --seeds 0 9 --label off --settings '{exploration_rate: 0}'
    python configs/benchmarks/kinds/run.py runs.csv --seeds 0 9 --label gp --optimizer optuna_gp --kinds path
    python configs/benchmarks/kinds/run.py runs.csv --table off
    python configs/benchmarks/kinds/run.py batches.csv --points 96 --batch 8 --label off

Runs whose row is in the file are not repeated. Regret is 0 at the optimum and 1 at the mean of random search,
cut off at 2 in the table; where there is noise it is that of the noise-free value. `recommended` is that
of the point that the model recommends, `near` the share of asks 15 to 49 within a tenth of the best point in
every column.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import yaml
from problems import KINDS, Point, Problem, Record, problem

from hebo.design_space.design_space import DesignSpace
from hebo.experiment.config.parts import build

N_POINTS = 50
_LATE = 15
COLUMNS = ("label", "kind", "seed", "half", "regret", "recommended", "near", "cpu")


def main() -> None:
    """Read the command line, run what is missing, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--optimizer", default="hebo")
    parser.add_argument("--settings", default="{}", help="of the optimizer, as YAML")
    parser.add_argument("--label", default="default", help="name in the file")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--seeds", nargs=2, type=int, default=[0, 10], metavar=("FIRST", "END"))
    parser.add_argument("--points", type=int, default=N_POINTS)
    parser.add_argument("--batch", type=int, default=1, help="points of an ask")
    parser.add_argument("--column", default="regret", choices=["half", "regret"], help="of the table")
    parser.add_argument(
        "--table", metavar="LABEL", help="print the differences from this label, and run nothing"
    )
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.table:
        print_table(pd.read_csv(given.file), given.table, given.column)
        return
    recipe = build("optimizer", {"type": given.optimizer, **yaml.safe_load(given.settings)})
    for seed in range(*given.seeds):
        for kind in given.kinds:
            key = (given.label, kind, str(seed))
            if key not in done(given.file):
                append(given.file, [*key, *measured(recipe, problem(kind, seed), given.points, given.batch)])


def measured(recipe: Any, one: Problem, n: int | None = None, size: int = 1) -> list[float]:
    """Run once with `n` points (50) in batches of `size`; return what the columns after the key hold."""
    n = N_POINTS if n is None else n
    rng, began = np.random.default_rng([one.seed, 5]), time.process_time()
    optimizer = recipe.build(DesignSpace().parse(one.records), seed=one.seed)
    best, found, place, half, near = math.inf, math.nan, None, math.nan, list[bool]()
    for i in range(0, n, size):
        table, values = optimizer.ask(size), list[float]()
        points = [table.iloc[j].to_dict() for j in range(size)]
        if i >= _LATE:
            near += [place is not None and is_near(one.records, point, place) for point in points]
        for point in points:
            values.append(one.measure(point, rng))
            if values[-1] < best:
                best, found, place = values[-1], one.truth(point), point
        optimizer.tell(table, pd.DataFrame({"y": values}))
        half = found if i + size == n // 2 else half
    cpu, scale = time.process_time() - began, one.random_search(n)
    recommended = math.nan
    if one.observe is not None and hasattr(optimizer, "recommend"):
        recommended = one.truth(optimizer.recommend().iloc[0].to_dict())
    regrets = [(value - one.optimum) / scale for value in (half, found, recommended)]
    return [round(value, 5) for value in (*regrets, float(np.mean(near)), cpu)]


def is_near(records: list[Record], a: Point, b: Point) -> bool:
    """Say whether two points differ by at most a tenth of the range of each column."""
    return all(
        abs(_share(one, a[one["name"]]) - _share(one, b[one["name"]])) <= 0.1
        if "lb" in one
        else a[one["name"]] == b[one["name"]]
        for one in records
    )


def _share(record: Record, value: float) -> float:
    scale = math.log10 if record["type"] == "pow" else float
    lower, upper = scale(record["lb"]), scale(record["ub"])
    return (scale(value) - lower) / (upper - lower)


def done(file: Path) -> set[tuple[str, ...]]:
    """Return the keys of the rows of a file."""
    if not file.exists():
        return set()
    with file.open(newline="") as stream:
        return {tuple(row[:3]) for row in csv.reader(stream)}


def append(file: Path, row: list[object]) -> None:
    """Write a row, after a head in a new file."""
    is_new = not file.exists()
    with file.open("a", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([list(COLUMNS), row] if is_new else [row])


def print_table(rows: pd.DataFrame, reference: str, column: str = "regret") -> None:
    """Print mean regrets by kind, and differences from a label with bootstrap intervals over problems."""
    rows["regret"] = rows[column].fillna(2.0).clip(upper=2.0)
    regrets = rows.pivot_table(index=["kind", "seed"], columns="label", values="regret")
    rng = np.random.default_rng(0)
    kinds = [kind for kind in KINDS if kind in set(rows["kind"])]
    print(
        "label",
        *kinds,
        "all",
        "difference [95 %]",
        "better/worse",
        "worse than random",
        "near",
        "cpu",
        sep=" | ",
    )
    for label in regrets.mean().sort_values().index:
        mine = rows[rows["label"] == label]
        by_kind = mine.groupby("kind")["regret"].mean()
        gap = (regrets[label] - regrets[reference]).dropna()
        means = [rng.choice(gap.to_numpy(), len(gap)).mean() for _ in range(2000)] if len(gap) else [math.nan]
        low, high = np.quantile(means, [0.025, 0.975])
        cells = [f"{by_kind[kind]:.3f}" if kind in by_kind else "-" for kind in kinds]
        print(
            f"{label} ({len(mine)})",
            *cells,
            f"{mine['regret'].mean():.3f}",
            f"{gap.mean():+.3f} [{low:+.3f}, {high:+.3f}]",
            f"{(gap < -0.01).sum()}/{(gap > 0.01).sum()}",
            f"{(mine['regret'] > 1).mean():.2f}",
            f"{mine['near'].mean():.2f}",
            f"{mine['cpu'].mean():.2f}",
            sep=" | ",
        )


if __name__ == "__main__":
    main()
