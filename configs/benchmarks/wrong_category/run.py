"""How often the best of 25 points lies in the wrong category, and how good it is.

    python configs/benchmarks/wrong_category/run.py results.csv --part tuning --seeds 10 hebo optuna_tpe
    python configs/benchmarks/wrong_category/run.py results.csv --table

Runs whose row is in the file are not repeated. Regret is 0 at the optimum and 1 at the mean of random search,
cut off at 2 in the table. Choices are made on the tuning problems; the reporting ones are only reported.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import pandas as pd
import torch
from problems import REPORTING, TUNING, Additive
from scipy.stats import wilcoxon

from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.peers.optuna_samplers import OptunaTPE
from hebo.presets import HEBORecipe
from hebo.recommenders.random import RandomSearch

N_POINTS = 25
COLUMNS = ("part", "optimizer", "problem", "seed", "is_wrong", "regret", "asked")
OPTIMIZERS: dict[str, type[OptimizerRecipe]] = {
    "hebo": HEBORecipe,
    "optuna_tpe": OptunaTPE,
    "random_search": RandomSearch,
}


def main() -> None:
    """Read the command line, run what is missing, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("optimizers", nargs="*", help=f"of {', '.join(OPTIMIZERS)}")
    parser.add_argument("--part", choices=["tuning", "reporting"], default="tuning")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--label", help="another name of the optimizer in the file, such as that of a change")
    parser.add_argument("--table", action="store_true")
    given = parser.parse_intermixed_args()
    torch.set_num_threads(1)
    for name in given.optimizers:
        for seed in range(given.seeds):
            for problem in TUNING if given.part == "tuning" else REPORTING:
                key = (given.part, given.label or name, problem.name, str(seed))
                if key not in done(given.file):
                    append(given.file, [*key, *measured(OPTIMIZERS[name](), problem, seed)])
    if given.table:
        print_table(pd.read_csv(given.file))


def measured(recipe: OptimizerRecipe, problem: Additive, seed: int) -> tuple[int, float, str]:
    """Run once; return whether the category is wrong, the regret, and the categories asked for in order."""
    optimizer, seen = recipe.build(problem.space, seed=seed), []
    for _ in range(N_POINTS):
        points = optimizer.ask()
        point = points.iloc[0].to_dict()
        seen.append((problem(point), point["kind"]))
        optimizer.tell(points, pd.DataFrame({"y": [seen[-1][0]]}))
    value, kind = min(seen)
    regret = value / problem.random_search(N_POINTS)
    return int(kind != problem.best), round(regret, 5), "".join(kind for _, kind in seen)


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


def print_table(rows: pd.DataFrame) -> None:
    """Print shares of wrong categories and mean regrets, and each optimizer beside the first one."""
    rows["regret"] = rows["regret"].clip(upper=2)
    for part, some in rows.groupby("part", sort=False):
        print(f"{part}: share of wrong categories, mean regret")
        tables = (
            some.pivot_table(index="problem", columns="optimizer", values=one, sort=False)
            for one in ("is_wrong", "regret")
        )
        both_tables = pd.concat(tables, axis=1, keys=("wrong", "regret"))
        both_tables.loc["mean"] = both_tables.mean()
        print(both_tables.round(2).to_string())
        each = some.pivot_table(index=["problem", "seed"], columns="optimizer", values="regret", sort=False)
        for name in each.columns[1:]:
            both = each[[each.columns[0], name]].dropna()
            gain = both.iloc[:, 1] - both.iloc[:, 0]
            p = wilcoxon(gain).pvalue
            print(f"{name} - {each.columns[0]}: regret {gain.mean():+.3f}, n = {len(gain)}, p = {p:.2g}")


if __name__ == "__main__":
    main()
