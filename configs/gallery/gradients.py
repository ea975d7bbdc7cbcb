"""One composition with and without gradients, on a function whose gradient is known by central differences.

    python configs/gallery/gradients.py                    # Rosenbrock's function in 4 dimensions, 10 seeds
    python configs/gallery/gradients.py --task levy --dim 4 --kernel rbf --n-asks 30 --n-seeds 5

Printed is the number of evaluations until the regret is 1 % (0.1 %, 0.01 %) of that of random points, which
is the median of 512 of them less the minimum. The differences cost no evaluations here: they stand for the
gradient that an adjoint solver or automatic differentiation returns.
"""

from __future__ import annotations

import argparse
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
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.random import make_generator
from tasks.base import Task

Array = NDArray[np.float64]
LEVELS = (0.01, 0.001, 0.0001)
STEP = 1e-6
"""Of the differences, as a part of the range."""


@dataclass(frozen=True)
class Setting:
    """What is compared.

    Attributes:
        task: As YAML has it; all its parameters are numbers on a linear scale.
        n_asks: Asks of one point each.
        optimizer: As YAML has it.
    """

    task: dict[str, Any]
    n_asks: int
    optimizer: dict[str, Any]

    @property
    def problem(self) -> Task:
        """The task; its minimum is known."""
        task = cast(Task, build("task", self.task))
        if task.optimum is None:
            raise ConfigError(f"the minimum of {task.name} is not known; choose another task")
        return task


def values(task: Task, points: DataFrame) -> Array:
    """Return the values of points, `n`."""
    found: Array = task.evaluate(points)[task.objectives[0]].to_numpy(dtype=float)
    return found


def gradient(task: Task, points: DataFrame) -> DataFrame:
    """Return the derivatives by all parameters, by differences that stay inside the bounds."""
    slopes = {}
    for name, (low, high) in zip(task.space.names, task.space.bounds.T.tolist(), strict=True):
        step = STEP * (high - low)
        up, down = (points[name] + step).clip(upper=high), (points[name] - step).clip(lower=low)
        rise = values(task, points.assign(**{name: up})) - values(task, points.assign(**{name: down}))
        slopes[name] = rise / (up - down).to_numpy()
    return DataFrame(slopes, index=points.index)


def regret(setting: Setting, seed: int, *, has_gradients: bool) -> Array:
    """Return the regret after each ask, in units of that of random points."""
    task = setting.problem
    recipe = cast(OptimizerRecipe, build("optimizer", setting.optimizer))
    optimizer = recipe.build(task.space, seed=seed)
    for _ in range(setting.n_asks):
        points = optimizer.ask()
        slopes = gradient(task, points) if has_gradients else None
        optimizer.tell(points, values(task, points), gradient=slopes)
    best = np.minimum.accumulate(optimizer.history["objective_0"].to_numpy(dtype=float))
    sampled = task.space.sample(512, generator=make_generator("random points"), method="random")
    assert task.optimum is not None
    scale = float(np.median(values(task, task.space.decode(sampled)))) - task.optimum
    regrets: Array = (best - task.optimum) / scale
    return regrets


def counts(setting: Setting, seed: int) -> dict[bool, list[int]]:
    """Return the evaluations until each level is reached, with and without gradients."""
    torch.set_num_threads(1)
    found = {}
    for has_gradients in (True, False):
        course = regret(setting, seed, has_gradients=has_gradients)
        reached = [np.flatnonzero(course <= level) for level in LEVELS]
        found[has_gradients] = [int(at[0]) + 1 if len(at) else setting.n_asks + 1 for at in reached]
    return found


def compare(setting: Setting, seeds: Sequence[int], *, n_workers: int = 1) -> list[dict[bool, list[int]]]:
    """Measure some seeds, in processes if there are several."""
    work = partial(counts, setting)
    if n_workers == 1:
        return [work(seed) for seed in seeds]
    with ProcessPoolExecutor(n_workers) as pool:
        return list(pool.map(work, seeds))


def table(found: Sequence[dict[bool, list[int]]]) -> str:
    """Return a line for each level: medians and means over seeds."""
    lines = []
    for place, level in enumerate(LEVELS):
        with_them, without = ([one[way][place] for one in found] for way in (True, False))
        lines.append(
            f"{level:.2%}: {median(with_them):g} evaluations with gradients, {median(without):g} without "
            f"(medians; means {mean(with_them):.1f}, {mean(without):.1f})"
        )
    return "\n".join(lines)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", default="rosenbrock")
    parser.add_argument("--dim", type=int, default=4)
    parser.add_argument("--n-asks", type=int, default=50)
    parser.add_argument("--kernel", default="matern52")
    parser.add_argument("--output-transform", default="power")
    parser.add_argument("--n-initial", type=int, default=None, help="points before the first model")
    parser.add_argument("--n-seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--n-workers", type=int, default=1)
    given = parser.parse_args()
    optimizer: dict[str, Any] = {
        "type": "hebo",
        "surrogate": {"type": "gradient_gp", "kernel": given.kernel},
        "output_transform": {"type": given.output_transform},
    }
    if given.n_initial is not None:
        optimizer["n_initial"] = given.n_initial
    setting = Setting({"type": given.task, "dim": given.dim}, given.n_asks, optimizer)
    seeds = range(given.first_seed, given.first_seed + given.n_seeds)
    print(f"{Path(__file__).name}: {setting}, seeds {seeds.start} to {seeds.stop - 1}")
    print(table(compare(setting, seeds, n_workers=given.n_workers)))


if __name__ == "__main__":
    main()
