"""Infeasible problems declared, and a small feasible region found: counts over seeds.

    python configs/gallery/infeasible.py                      # 10 seeds, 60 evaluations, both problems
    python configs/gallery/infeasible.py --dim 3 --level 0.8824 --n-seeds 10 --first-seed 0

Both problems are the task `feasible_island`: with `--level` a small part of the space keeps the measured
limit (1 % of two variables for 0.9686), with `--infeasible-level` no point does. The optimizer is asked
whether the problem is infeasible after every evaluation. Regret is that of the best feasible evaluation, as a
share of the range of the objective, which is 1.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any, cast

import torch

from hebo.errors import DataError
from hebo.experiment.config.parts import build
from hebo.optimizer.optimizer import OptimizerRecipe
from tasks.synthetic.feasible_island import FeasibleIsland

CLOSE = 0.02
"""Regret that counts as found, as a share of the range of the objective."""


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        declared: After how many evaluations the problem was first declared infeasible; None: never.
        n_declared: How often it was.
        feasible: After how many evaluations a feasible point was found; None: never.
        regret: Of the best feasible evaluation; None where there is none, or no optimum.
    """

    declared: int | None
    n_declared: int
    feasible: int | None
    regret: float | None


def run(task: FeasibleIsland, optimizer: dict[str, Any], n: int, seed: int) -> Run:
    """Return what one optimizer finds out in `n` evaluations; where nothing is feasible, until it says so."""
    torch.set_num_threads(1)
    found = cast(OptimizerRecipe, build("optimizer", optimizer)).build(task.space, seed=seed)
    declared, n_declared, feasible = None, 0, None
    for number in range(1, n + 1):
        points = found.ask()
        values = task.evaluate(points)
        found.tell(points, values[["y"]], constraints=values[["too_low"]])
        if feasible is None and bool((values["too_low"] <= 0).any()):
            feasible = number
        if found.declared_infeasible:
            declared, n_declared = declared or number, n_declared + 1
            if not task.is_feasible:
                break
    try:
        regret = None if task.optimum is None else found.best_y - task.optimum
    except DataError:
        regret = None
    return Run(declared, n_declared, feasible, regret)


def summary(feasible: Sequence[Run], infeasible: Sequence[Run]) -> list[str]:
    """Return the counts, a line each."""
    n = len(feasible)
    when = sorted(one.declared for one in infeasible if one.declared is not None)
    regrets = [one.regret for one in feasible if one.regret is not None]
    wrong = sum(one.n_declared > 0 for one in feasible)
    first = sorted(one.feasible for one in feasible if one.feasible is not None)
    return [
        f"infeasible: declared on {len(when)} of {len(infeasible)} seeds, after {when} evaluations",
        f"feasible: declared infeasible on {wrong} of {n} seeds "
        f"({[one.n_declared for one in feasible]} times)",
        f"feasible: a feasible point on {len(first)} of {n} seeds, after {first} evaluations",
        f"feasible: regret at most {CLOSE} on {sum(one <= CLOSE for one in regrets)} of {n} seeds"
        + (f", median {median(regrets):.2g}, largest {max(regrets):.2g}" if regrets else ""),
    ]


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dim", type=int, default=2)
    parser.add_argument("--level", type=float, default=0.9686, help="0.9686 of 2, 0.8824 of 3: 1 %%")
    parser.add_argument("--infeasible-level", type=float, default=1.1)
    parser.add_argument("--center", type=float, default=0.7)
    parser.add_argument("--n-trials", type=int, default=60)
    parser.add_argument("--n-seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--n-workers", type=int, default=1)
    parser.add_argument("--constraint-kappa", type=float, default=None)
    parser.add_argument("--declaring-kappa", type=float, default=None)
    parser.add_argument("--margin", type=float, default=None)
    given = parser.parse_args()
    settings = {key: getattr(given, key) for key in ("constraint_kappa", "declaring_kappa", "margin")}
    acquisition = {"type": "config", **{key: value for key, value in settings.items() if value is not None}}
    optimizer = {"type": "hebo", "acquisition": acquisition}
    seeds = range(given.first_seed, given.first_seed + given.n_seeds)
    print(f"{optimizer}, {given.n_trials} evaluations, seeds {seeds.start} to {seeds.stop - 1}")
    found = []
    for level in (given.level, given.infeasible_level):
        task = FeasibleIsland(dim=given.dim, level=level, center=given.center)
        work = partial(run, task, optimizer, given.n_trials)
        if given.n_workers == 1:
            found.append([work(seed) for seed in seeds])
        else:
            with ProcessPoolExecutor(given.n_workers) as pool:
                found.append(list(pool.map(work, seeds)))
        print(f"  {task}")
    print("\n".join(summary(*found)))


if __name__ == "__main__":
    main()
