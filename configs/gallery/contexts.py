"""Two related contexts learned together, against a run of its own for each.

    python configs/gallery/contexts.py                     # Branin with the offsets 0 and 5, 10 seeds
    python configs/gallery/contexts.py --task hartmann6 --offsets 0 5 --n-asks 12 --n-seeds 10

Together: one optimizer is asked in the contexts in turn, `n-asks` times in each. Apart: each context is a
task of its own, with an optimizer that knows nothing of the others, asked `n-asks` times. Printed is the
simple regret of each context at the end.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, cast

import torch

from hebo.errors import ConfigError
from hebo.experiment.config.parts import build
from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe
from hebo.random import derive_seed
from tasks.base import Task
from tasks.wrappers.related_contexts import RelatedContexts

HEBO: dict[str, Any] = {"type": "hebo"}


@dataclass(frozen=True)
class Setting:
    """What is compared.

    Attributes:
        task: A task as YAML has it, of which the contexts are copies.
        offsets: Of the values, one per context.
        n_asks: Asks in each context, of one point each.
        size: How far minimizers of the contexts lie apart, as a part of the range.
        optimizer: As YAML has it.
    """

    task: dict[str, Any]
    offsets: tuple[float, ...] = (0.0, 5.0)
    n_asks: int = 12
    size: float = 0.0
    optimizer: dict[str, Any] | None = None

    @property
    def problem(self) -> RelatedContexts:
        """The task in its contexts."""
        task = cast(Task, build("task", self.task))
        return RelatedContexts(task=task, offsets=self.offsets, size=self.size)

    def optimizer_for(self, problem: Task, seed: int) -> Optimizer:
        """Return a new optimizer of the space of a problem."""
        recipe = cast(OptimizerRecipe, build("optimizer", self.optimizer or HEBO))
        return recipe.build(problem.space, seed=seed)


def together(setting: Setting, seed: int) -> list[float]:
    """Return the simple regret of each context after asks in the contexts in turn."""
    problem = setting.problem
    optimizer = setting.optimizer_for(problem, seed)
    for _ in range(setting.n_asks):
        for name in problem.contexts:
            points = optimizer.ask(fixed={"context": name})
            optimizer.tell(points, problem.evaluate(points)[list(problem.objectives)])
    return [optimizer.best({"context": name})[1] - least(problem, name) for name in problem.contexts]


def apart(setting: Setting, seed: int) -> list[float]:
    """Return the simple regret of each context after a run of its own, which knows of no context."""
    problem = setting.problem
    found = []
    for place, name in enumerate(problem.contexts):
        optimizer = setting.optimizer_for(problem.of(name), derive_seed(seed, "apart", place))
        for _ in range(setting.n_asks):
            points = optimizer.ask()
            values = problem.evaluate(points.assign(context=name))
            optimizer.tell(points, values[list(problem.objectives)])
        found.append(optimizer.best_y - least(problem, name))
    return found


def least(problem: RelatedContexts, context: str) -> float:
    """Return the least value of a context."""
    optimum = problem.optimum_in({"context": context})
    if optimum is None:
        raise ConfigError(f"the least value of {problem.task.name} is not known; choose another task")
    return optimum


def measured(setting: Setting, seed: int) -> dict[str, list[float]]:
    """Return the regrets of each context with one seed, both ways."""
    torch.set_num_threads(1)
    began = time.monotonic()
    found = {"together": together(setting, seed), "apart": apart(setting, seed)}
    return found | {"seconds": [time.monotonic() - began]}


@dataclass(frozen=True)
class Row:
    """One context: medians and mean logarithms of regrets over seeds, and on how many seeds which is less."""

    context: str
    together: float
    apart: float
    log_together: float
    log_apart: float
    better: int
    worse: int

    def __str__(self) -> str:
        """Return a line of the table."""
        return (
            f"{self.context}: median regret {self.together:.4g} together, {self.apart:.4g} apart; mean log10 "
            f"{self.log_together:.2f}, {self.log_apart:.2f}; together is better on {self.better} seeds, "
            f"worse on {self.worse}"
        )


def summary(runs: Sequence[dict[str, list[float]]]) -> list[Row]:
    """Return one row per context."""
    rows = []
    for place in range(len(runs[0]["together"])):
        mine, theirs = ([one[key][place] for one in runs] for key in ("together", "apart"))
        rows.append(
            Row(
                context=f"c{place}",
                together=median(mine),
                apart=median(theirs),
                log_together=_mean_log(mine),
                log_apart=_mean_log(theirs),
                better=sum(a < b for a, b in zip(mine, theirs, strict=True)),
                worse=sum(a > b for a, b in zip(mine, theirs, strict=True)),
            )
        )
    return rows


def _mean_log(values: Sequence[float]) -> float:
    return sum(math.log10(max(one, 1e-12)) for one in values) / len(values)


def compare(setting: Setting, seeds: Sequence[int], *, n_workers: int = 1) -> list[Row]:
    """Measure some seeds, in processes if there are several, and return one row per context."""
    work = partial(measured, setting)
    if n_workers == 1:
        return summary([work(seed) for seed in seeds])
    with ProcessPoolExecutor(n_workers) as pool:
        return summary(list(pool.map(work, seeds)))


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", default="branin")
    parser.add_argument("--dim", type=int, default=None, help="of a task that takes any number of variables")
    parser.add_argument("--offsets", type=float, nargs="+", default=[0.0, 5.0])
    parser.add_argument("--size", type=float, default=0.0, help="how far the minimizers lie apart, below 0.5")
    parser.add_argument("--n-asks", type=int, default=12)
    parser.add_argument("--n-seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--n-workers", type=int, default=1)
    parser.add_argument("--optimizer", default="hebo")
    given = parser.parse_args()
    task = {"type": given.task, **({} if given.dim is None else {"dim": given.dim})}
    setting = Setting(task, tuple(given.offsets), given.n_asks, given.size, {"type": given.optimizer})
    seeds = range(given.first_seed, given.first_seed + given.n_seeds)
    print(f"{Path(__file__).name}: {setting}, seeds {seeds.start} to {seeds.stop - 1}")
    for row in compare(setting, seeds, n_workers=given.n_workers):
        print(row)


if __name__ == "__main__":
    main()
