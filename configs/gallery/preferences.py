"""Hidden utilities found by comparisons: how often the top 5 % is reached, with and without wrong answers.

    python configs/gallery/preferences.py                          # six functions, 10 seeds, 25 comparisons
    python configs/gallery/preferences.py --tasks branin --error-rates 0.1 --optimizer sobol --processes 2
    python configs/gallery/preferences.py --part tuning            # what the defaults were chosen on

A run is a success if the value of `best_x` (for Sobol points, which have no model: of the point that won most
often) is below the 5 % quantile of 20,000 uniform random points. Printed are the successes of each function,
and the median share of random points that are better than what was found.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from statistics import median
from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from hebo.errors import ConfigError
from hebo.experiment.config.parts import build
from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe
from hebo.random import derive_seed, make_generator
from tasks.base import Task
from tasks.wrappers.hidden_utility import HiddenUtility

TOP = 0.05
N_RANDOM = 20_000
PARTS: dict[str, dict[str, dict[str, Any]]] = {
    "reporting": {
        "branin": {"type": "branin"},
        "hartmann3": {"type": "hartmann3"},
        "hartmann6": {"type": "hartmann6"},
        "sphere4": {"type": "sphere", "dim": 4},
        "michalewicz2": {"type": "michalewicz", "dim": 2},
        "dixon_price3, one nominal": {"type": "dixon_price", "dim": 3, "n_nominal": 1, "levels": 4},
    },
    "tuning": {
        "ackley2": {"type": "ackley", "dim": 2},
        "levy3": {"type": "levy", "dim": 3},
        "styblinski_tang4": {"type": "styblinski_tang", "dim": 4},
        "rosenbrock2": {"type": "rosenbrock"},
        "griewank3, one nominal": {"type": "griewank", "dim": 3, "n_nominal": 1, "levels": 4},
        "zakharov5": {"type": "zakharov", "dim": 5},
    },
}
FIRST_SEED = {"reporting": 0, "tuning": 100}
"""Defaults were chosen on other seeds than those reported."""


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        part: Of `PARTS`.
        name: Of the function.
        error_rate: Of the answers.
        seed: Of optimizer and answers.
        optimizer: As YAML has it.
        n_comparisons: Answers.
    """

    part: str
    name: str
    error_rate: float
    seed: int
    optimizer: str = "preferential"
    n_comparisons: int = 25


def found_share(run: Run) -> float:
    """Return the share of random points that are better than the point found by a run."""
    torch.set_num_threads(1)
    person = HiddenUtility(task=task_of(run.part, run.name), error_rate=run.error_rate)
    recipe = cast(OptimizerRecipe, build("optimizer", {"type": run.optimizer}))
    optimizer = recipe.build(person.space, seed=run.seed)
    for number in range(run.n_comparisons):
        pair = optimizer.ask(2)
        optimizer.prefer(*person.compare(pair, seed=derive_seed("pair", run.seed, number)))
    value = person.evaluate(_best(optimizer))[person.objectives[0]].item()
    return float((random_values(run.part, run.name) < value).mean())


def _best(optimizer: Optimizer) -> pd.DataFrame:
    """Return the best point by the model, or without one that with the most wins, the first of them."""
    if optimizer.max_objectives == 0:
        return optimizer.best_x
    better = optimizer.comparisons["better"]
    wins = better.groupby(list(better.columns), sort=False).size()
    return pd.DataFrame([wins.idxmax()], columns=better.columns)


def task_of(part: str, name: str) -> Task:
    """Return a function by its name."""
    return cast(Task, build("task", PARTS[part][name]))


@cache
def random_values(part: str, name: str) -> NDArray[np.float64]:
    """Return the values of uniform random points, the same ones for every run."""
    task = task_of(part, name)
    x = task.space.sample(N_RANDOM, generator=make_generator("random values"), method="random")
    return task.evaluate(task.space.decode(x))[task.objectives[0]].to_numpy()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the successes of each function, as runs end."""
    given = _arguments(arguments)
    names = given.tasks or list(PARTS[given.part])
    unknown = set(names) - set(PARTS[given.part])
    if unknown:
        raise ConfigError(f"no function {sorted(unknown)}; choose among {list(PARTS[given.part])}.")
    seeds = range(FIRST_SEED[given.part], FIRST_SEED[given.part] + given.n_seeds)
    make = partial(Run, given.part, optimizer=given.optimizer, n_comparisons=given.n_comparisons)
    with ProcessPoolExecutor(given.processes) as pool:
        for rate in given.error_rates:
            for name in names:
                shares = list(pool.map(found_share, [make(name, rate, seed) for seed in seeds]))
                hits = sum(share < TOP for share in shares)
                print(
                    f"{name}, {rate:.0%} wrong answers: {hits} of {len(shares)} in the top {TOP:.0%}, "
                    f"median share of better points {median(shares):.3f}",
                    flush=True,
                )


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--part", choices=list(PARTS), default="reporting")
    parser.add_argument("--tasks", nargs="+")
    parser.add_argument("--error-rates", nargs="+", type=float, default=[0.0, 0.1])
    parser.add_argument(
        "--optimizer", choices=["preferential", "sobol", "random_search"], default="preferential"
    )
    parser.add_argument("--n-seeds", type=int, default=10)
    parser.add_argument("--n-comparisons", type=int, default=25)
    parser.add_argument("--processes", type=int, default=1)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
