"""A run that learns from an earlier one, against a run that does not: a related task, and an unrelated one.

    python configs/gallery/transfer.py                     # Hartmann's function in 6 dimensions, 10 seeds
    python configs/gallery/transfer.py --task branin --other levy --dim 2 --n-asks 20 --n-seeds 10

The present task is `task` with its minimizer moved (wrapper `shifted`). Earlier, `n-earlier` points of `task`
itself were evaluated (related), or of `other` on the same box (unrelated), by HEBO. Printed is the number of
evaluations until the regret is 1 % of what random points have, which is the median of 512 of them less the
minimum, and the regret at the end.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from pandas import DataFrame

from hebo.errors import ConfigError
from hebo.experiment.config.parts import build
from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe
from hebo.random import derive_seed, make_generator
from tasks.base import Task

Array = NDArray[np.float64]
WAYS = ("alone", "related", "unrelated")


@dataclass(frozen=True)
class Setting:
    """What is compared.

    Attributes:
        task: The related earlier task, as YAML has it; the present one is this one, shifted.
        other: The unrelated earlier task, with as many parameters.
        size: How far the minimizer moves, as a part of the range.
        n_asks: Asks of one point each.
        n_earlier: Points of the earlier run.
        alone: The optimizer that learns of nothing, as YAML has it; it makes the earlier run as well.
        learning: The optimizer that learns from the earlier run.
    """

    task: dict[str, Any]
    other: dict[str, Any]
    size: float = 0.08
    n_asks: int = 30
    n_earlier: int = 40
    alone: str = "hebo"
    learning: str = "hebo_transfer"


def task_of(definition: dict[str, Any]) -> Task:
    """Return a task with a known minimum."""
    task = cast(Task, build("task", definition))
    if task.optimum is None:
        raise ConfigError(f"the minimum of {task.name} is not known; choose another task")
    return task


def optimizer_of(name: str, task: Task, seed: int) -> Optimizer:
    """Return a new optimizer of the space of a task."""
    return cast(OptimizerRecipe, build("optimizer", {"type": name})).build(task.space, seed=seed)


def run(optimizer: Optimizer, task: Task, n_asks: int) -> Array:
    """Ask and tell; return the best value so far after each ask."""
    for _ in range(n_asks):
        points = optimizer.ask()
        optimizer.tell(points, task.evaluate(points)[list(task.objectives)])
    values = optimizer.history["objective_0"].to_numpy(dtype=float)
    best: Array = np.minimum.accumulate(values)
    return best


def earlier(setting: Setting, definition: dict[str, Any], present: Task, seed: int) -> tuple[DataFrame, Any]:
    """Return the points of an earlier run on the box of the present task, and its values."""
    task = task_of(definition)
    optimizer = optimizer_of(setting.alone, task, derive_seed(seed, "earlier"))
    run(optimizer, task, setting.n_earlier)
    (low, high), (new_low, new_high) = task.space.bounds, present.space.bounds
    share = (optimizer.data.x - low) / (high - low)
    points = present.space.decode(new_low + share * (new_high - new_low))
    return points, optimizer.history["objective_0"].to_numpy()


def regrets(setting: Setting, seed: int) -> dict[str, Array]:
    """Return the regret after each ask in units of that of random points, for each way."""
    torch.set_num_threads(1)
    shifted = {"type": "shifted", "task": setting.task, "size": setting.size, "shift_seed": seed}
    present, found = task_of(shifted), {}
    for way in WAYS:
        optimizer = optimizer_of(setting.alone if way == "alone" else setting.learning, present, seed)
        if way != "alone":
            definition = setting.task if way == "related" else setting.other
            optimizer.learn_from(*earlier(setting, definition, present, seed))
        found[way] = (run(optimizer, present, setting.n_asks) - present.optimum) / scale(present)
    return found


def scale(task: Task) -> float:
    """Return the median of random points less the minimum."""
    points = task.space.sample(512, generator=make_generator("random points"), method="random")
    values = task.evaluate(task.space.decode(points))[task.objectives[0]]
    assert task.optimum is not None
    return float(values.median()) - task.optimum


def n_until(regret: Array, least: float = 0.01) -> int:
    """Return after how many evaluations a regret is reached; one more than there are where it is not."""
    reached = np.flatnonzero(regret <= least)
    return int(reached[0]) + 1 if len(reached) else len(regret) + 1


@dataclass(frozen=True)
class Row:
    """One way: evaluations until 1 % is reached, and the regret at the end, over seeds."""

    way: str
    n_median: float
    n_mean: float
    n_reached: int
    n_seeds: int
    final: float

    def __str__(self) -> str:
        """Return a line of the table."""
        return (
            f"{self.way:>9}: 1 % after {self.n_median:g} evaluations (median; mean {self.n_mean:.1f}), "
            f"reached on {self.n_reached} of {self.n_seeds} seeds; geometric mean of the last regret "
            f"{self.final:.2g}"
        )


def summary(runs: Sequence[dict[str, Array]]) -> list[Row]:
    """Return one row for each way."""
    rows = []
    for way in WAYS:
        counts = [n_until(one[way]) for one in runs]
        last = [math.log(max(float(one[way][-1]), 1e-12)) for one in runs]
        n_reached = sum(count <= len(one[way]) for count, one in zip(counts, runs, strict=True))
        rows.append(Row(way, median(counts), mean(counts), n_reached, len(runs), math.exp(mean(last))))
    return rows


def compare(setting: Setting, seeds: Sequence[int], *, n_workers: int = 1) -> list[Row]:
    """Measure some seeds, in processes if there are several, and return one row for each way."""
    work = partial(regrets, setting)
    if n_workers == 1:
        return summary([work(seed) for seed in seeds])
    with ProcessPoolExecutor(n_workers) as pool:
        return summary(list(pool.map(work, seeds)))


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", default="hartmann6")
    parser.add_argument("--other", default="levy")
    parser.add_argument("--dim", type=int, default=6, help="of tasks that take any number of variables")
    parser.add_argument("--size", type=float, default=0.08, help="how far the minimizer moves, below 0.5")
    parser.add_argument("--n-asks", type=int, default=30)
    parser.add_argument("--n-earlier", type=int, default=40)
    parser.add_argument("--n-seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--n-workers", type=int, default=1)
    given = parser.parse_args()
    setting = Setting(
        definition(given.task, given.dim),
        definition(given.other, given.dim),
        given.size,
        given.n_asks,
        given.n_earlier,
    )
    seeds = range(given.first_seed, given.first_seed + given.n_seeds)
    print(f"{Path(__file__).name}: {setting}, seeds {seeds.start} to {seeds.stop - 1}")
    for row in compare(setting, seeds, n_workers=given.n_workers):
        print(row)


def definition(name: str, dim: int) -> dict[str, Any]:
    """Return a task as YAML has it, in `dim` dimensions if it has a choice."""
    fields = type(build("task", {"type": name})).model_fields
    return {"type": name, **({"dim": dim} if "dim" in fields else {})}


if __name__ == "__main__":
    main()
