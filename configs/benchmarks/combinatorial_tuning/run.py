"""Regret after 50 evaluations on random combinatorial problems, and the CPU seconds.

    python configs/benchmarks/combinatorial_tuning/run.py results.csv --part tuning mcbo casmopolitan
    python configs/benchmarks/combinatorial_tuning/run.py results.csv --table

Runs whose row is in the file are not repeated. Regret is 0 at the best known value and 1 at the mean of
random search. It is cut off at 2. Choices are made on the tuning problems; the fresh ones check them.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from problems import Problem, problems
from variants import VARIANTS

from hebo.optimizer.optimizer import OptimizerRecipe

N_POINTS = 50
COLUMNS = ("part", "optimizer", "problem", "seed", "regret", "regret_25", "cpu")
N_BOOTSTRAP = 10_000


def main() -> None:
    """Read the command line, run what is missing, or print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("optimizers", nargs="*", help=f"of {', '.join(VARIANTS)}; none: all")
    parser.add_argument("--part", choices=["tuning", "fresh"], default="tuning")
    parser.add_argument("--instances", type=int, default=8, help="of each kind")
    parser.add_argument("--base", default="mcbo", help="what the others are compared with")
    parser.add_argument("--table", action="store_true")
    given = parser.parse_intermixed_args()
    torch.set_num_threads(1)
    if given.table:
        print_tables(pd.read_csv(given.file, dtype={"seed": str}), given.base)
        return
    names, known = given.optimizers or list(VARIANTS), done(given.file)
    for problem in problems(given.part, given.instances):
        for name in names:
            key = (given.part, name, problem.name, str(problem.seed))
            if key not in known:
                append(given.file, [*key, *measured(VARIANTS[name], problem)])


def measured(recipe: OptimizerRecipe, problem: Problem) -> tuple[float, float, float]:
    """Run once; return the regrets after all and after 25 evaluations, and the CPU seconds."""
    best, random = problem.best_known, problem.random_search(N_POINTS)
    optimizer, values = recipe.build(problem.space, seed=problem.seed), []
    begin = time.process_time()
    for _ in range(N_POINTS):
        points = optimizer.ask()
        values.append(problem(points.iloc[0].to_dict()))
        optimizer.tell(points, pd.DataFrame({"y": values[-1:]}))
    cpu = time.process_time() - begin
    early, late = ((min(some) - best) / (random - best) for some in (values[:25], values))
    return round(late, 4), round(early, 4), round(cpu, 2)


def done(file: Path) -> set[tuple[str, ...]]:
    """Return the keys of the rows of a file."""
    if not file.exists():
        return set()
    with file.open(newline="") as stream:
        return {tuple(row[:4]) for row in csv.reader(stream)}


def append(file: Path, row: list[object]) -> None:
    """Write a row, after a head in a new file."""
    is_new = not file.exists()
    with file.open("a", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([COLUMNS, row] if is_new else [row])


def print_tables(rows: pd.DataFrame, base: str) -> None:
    """Print mean regrets by kind, CPU, and paired differences to `base` with their 95 % intervals."""
    rows["regret"] = rows["regret"].clip(0, 2)
    rows["kind"] = rows["problem"].str.rsplit("-", n=1).str[0]
    for part, some in rows.groupby("part", sort=False):
        table = some.pivot_table(index="optimizer", columns="kind", values="regret", sort=False)
        table["mean"] = table.mean(axis=1)
        each = some.pivot_table(index="problem", columns="optimizer", values="regret", sort=False)
        against = {name: (each[name] - each[base]).dropna() for name in each}
        table["difference"] = {name: interval(gains.to_numpy()) for name, gains in against.items()}
        table["n"] = {name: len(gains) for name, gains in against.items()}
        table["worse"] = {name: ", ".join(worse_kinds(gains)) for name, gains in against.items()}
        table["cpu"] = some.groupby("optimizer")["cpu"].mean()
        print(f"{part}: mean regret, difference to {base}, kinds that lose, CPU seconds of a run")
        print(table.sort_values("mean").round(3).to_string())


def worse_kinds(gains: pd.Series[float]) -> list[str]:
    """Return the kinds in which the interval of the mean difference is above 0."""
    kinds = gains.groupby(gains.index.str.rsplit("-", n=1).str[0])
    return [str(kind) for kind, some in kinds if len(some) > 2 and bounds(some.to_numpy())[0] > 0]


def interval(gains: np.ndarray) -> str:
    """Return the mean and its interval as text."""
    low, high = bounds(gains)
    return f"{gains.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def bounds(gains: np.ndarray) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean of paired differences."""
    drawn = np.random.default_rng(0).integers(0, len(gains), (N_BOOTSTRAP, len(gains)))
    low, high = np.quantile(gains[drawn].mean(1), [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    main()
