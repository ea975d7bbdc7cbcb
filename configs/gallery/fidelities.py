"""Cheap levels of a function, against evaluations at the full level alone, at the same cost.

    python configs/gallery/fidelities.py                      # both two-level tasks, 5 seeds
    python configs/gallery/fidelities.py --tasks branin_two_level --cost 10 --first-seed 100

HEBO chooses the level by what it costs (`fidelity_costs`), or stays at the full one. A run ends before the
evaluation that would bring it over `cost`, in units of an evaluation at the full level. Printed is the regret
of the best evaluation at the full level at that time. All other settings are the defaults of HEBO, unless
`--n-initial` gives another number of evaluations before the first model where levels are chosen.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from statistics import median
from typing import Any, cast

import torch

from hebo.experiment.config.parts import build
from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe
from tasks.synthetic.two_level import COST, LEVELS, TwoLevel

TASKS = ("branin_two_level", "hartmann6_two_level")
WAYS = ("levels", "full")


@dataclass(frozen=True)
class Setting:
    """What is compared.

    Attributes:
        cost: What a run may spend; an evaluation at the full level costs 1.
        levels: Settings of `hebo` where it chooses the level.
        full: Settings of `hebo` where all evaluations are at the full level.
    """

    cost: float
    levels: dict[str, Any]
    full: dict[str, Any]


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        task: Its task.
        way: How levels are chosen, one of `WAYS`.
        seed: Its seed.
        regret: Of the best evaluation at the full level.
        n_full: Evaluations there.
        n_cheap: Evaluations at the cheap level.
    """

    task: str
    way: str
    seed: int
    regret: float
    n_full: int
    n_cheap: int

    def __str__(self) -> str:
        """Return a line of the log."""
        return (
            f"{self.task} {self.way} seed {self.seed}: regret {self.regret:.3g}, {self.n_full} full and "
            f"{self.n_cheap} cheap evaluations"
        )


def task_of(name: str) -> TwoLevel:
    """Return a task by its name."""
    return cast(TwoLevel, build("task", {"type": name}))


def optimizer_of(setting: Setting, task: TwoLevel, way: str, seed: int) -> Optimizer:
    """Return a new optimizer."""
    settings: dict[str, Any] = setting.full
    if way == "levels":
        settings = {"fidelity_costs": [task.cheap_cost, 1.0], **setting.levels}
    recipe = cast(OptimizerRecipe, build("optimizer", {"type": "hebo", **settings}))
    return recipe.build(task.space, seed=seed)


def run(setting: Setting, which: tuple[str, str, int]) -> Run:
    """Ask and tell one point after the other until the next one would cost too much."""
    torch.set_num_threads(1)
    name, way, seed = which
    task = task_of(name)
    optimizer, values, spent, n_cheap = optimizer_of(setting, task, way, seed), list[float](), 0.0, 0
    while True:
        found = task.evaluate(points := optimizer.ask())
        spent += float(found[COST].iloc[0])
        if spent > setting.cost + 1e-9:
            break
        optimizer.tell(points, found["y"])
        if points["level"].iloc[0] == LEVELS[1]:
            values.append(float(found["y"].iloc[0]))
        else:
            n_cheap += 1
    return Run(name, way, seed, min(values) - task.optimum, len(values), n_cheap)


def runs(
    setting: Setting, tasks: Sequence[str], seeds: Sequence[int], *, n_workers: int = 1
) -> Iterator[Run]:
    """Yield one run after the other, of every task, seed and way, in processes if there are several."""
    work, every = (
        partial(run, setting),
        [(task, way, seed) for task, seed, way in product(tasks, seeds, WAYS)],
    )
    if n_workers == 1:
        yield from map(work, every)
        return
    with ProcessPoolExecutor(n_workers) as pool:
        yield from pool.map(work, every)


def medians(done: Sequence[Run]) -> dict[tuple[str, str], float]:
    """Return (task, way) -> median regret."""
    keys = sorted({(one.task, one.way) for one in done})
    return {key: median(one.regret for one in done if (one.task, one.way) == key) for key in keys}


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", nargs="+", default=TASKS, choices=TASKS)
    parser.add_argument("--cost", type=float, default=20.0)
    parser.add_argument("--n-seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--n-initial", type=int, help="evaluations first, with levels")
    parser.add_argument("--n-workers", type=int, default=1)
    given = parser.parse_args()
    levels = {} if given.n_initial is None else {"n_initial": given.n_initial}
    setting = Setting(given.cost, levels, {})
    done = []
    for one in runs(
        setting,
        given.tasks,
        range(given.first_seed, given.first_seed + given.n_seeds),
        n_workers=given.n_workers,
    ):
        print(one, flush=True)
        done.append(one)
    for (task, way), regret in medians(done).items():
        print(f"{task} {way:>6}: median regret {regret:.3g} at cost {given.cost:g}")


if __name__ == "__main__":
    main()
