"""What the changes to published combinatorial methods bring: kernel with free amplitude, log EI, MACE.

    python configs/benchmarks/mcbo_ablation/run.py --csv docs/benchmarks/mcbo_ablation.csv
    python configs/benchmarks/mcbo_ablation/run.py --quick

Casmopolitan (transformed overlap, interleaved search, trust region) with one part changed at a time, on three
combinatorial tasks. All variants of a seed begin with the same random points. Printed are the best values,
means over seeds with standard errors, and the differences from the default with paired 95 % intervals, in
units of the default's standard deviation over seeds.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from published import ExpectedImprovement, FixedAmplitudeGP, NormalizedOverlap

from hebo.acquisitions.mace import MACE
from hebo.experiment.analysis.paired import interval_of_means
from hebo.kernels.numeric_matern import NumericMatern
from hebo.random import derive_seed
from hebo.recommenders.random import RandomSearch
from mcbo.kernels.mallows import Mallows
from mcbo.presets import Casmopolitan
from tasks.base import Task
from tasks.combinatorial.nk_landscape import NKLandscape
from tasks.combinatorial.pest_control import PestControl
from tasks.synthetic.ackley import Ackley

TASKS: dict[str, Task] = {
    "ackley20_nominal": Ackley(dim=20, n_nominal=20, levels=11),
    "pest_control": PestControl(),
    "nk_landscape": NKLandscape(),
}
VARIANTS: dict[str, Casmopolitan] = {
    "default": Casmopolitan(),
    "published kernel": Casmopolitan(
        surrogate=FixedAmplitudeGP(kernels=[NormalizedOverlap(), NumericMatern(), Mallows()])
    ),
    "EI": Casmopolitan(acquisition=ExpectedImprovement()),
    "MACE": Casmopolitan(acquisition=MACE()),
}
N_INITIAL = 20


def main() -> None:
    """Read the command line, run, print, and write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one seed, 5 evaluations")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--csv", type=Path, help="where to write one row per run")
    arguments = parser.parse_args()
    n_seeds, n_trials = (1, 5) if arguments.quick else (arguments.seeds, 180)
    jobs = [(*names, seed, n_trials) for seed in range(n_seeds) for names in product(TASKS, VARIANTS)]
    with ProcessPoolExecutor(arguments.workers, mp_context=get_context("spawn")) as pool:
        runs = pd.DataFrame(pool.map(final, jobs))
    if arguments.csv:
        runs.to_csv(arguments.csv, index=False)
    print(summary(runs).to_string(float_format="%.3f"))


def final(job: tuple[str, str, int, int]) -> dict[str, Any]:
    """Return the best value that a variant finds on a task after points drawn at random."""
    name, variant, seed, n_trials = job
    torch.set_num_threads(1)
    task = TASKS[name]
    optimizer = VARIANTS[variant].build(task.space, seed=seed)
    first = RandomSearch().build(task.space, seed=derive_seed("ablation", seed)).ask(N_INITIAL)
    optimizer.tell(first, _values(task, first, seed))
    for _ in range(n_trials):
        asked = optimizer.ask()
        optimizer.tell(asked, _values(task, asked, seed))
    return {"task": name, "variant": variant, "seed": seed, "n_trials": n_trials, "best": optimizer.best_y}


def _values(task: Task, frame: pd.DataFrame, seed: int) -> Any:
    """Return what is minimized."""
    (objective,) = task.outcomes.objectives
    return objective.minimized(task.evaluate(frame, seed=seed)[objective.name].to_numpy())


def summary(runs: pd.DataFrame) -> pd.DataFrame:
    """Return means and standard errors by task, and the scaled difference from the default over all tasks."""
    by_task = runs.groupby(["variant", "task"])["best"].agg(["mean", "sem"]).unstack("task")
    by_task.columns = [f"{task} {what}" for what, task in by_task.columns]
    table = by_task.reindex([*VARIANTS])
    wide = runs.pivot_table(index=["task", "seed"], columns="variant", values="best")
    spread = wide["default"].groupby("task").transform("std").replace(0.0, 1.0)
    for variant in VARIANTS:
        scaled = (wide[variant] - wide["default"]) / spread
        table.loc[variant, ["difference", "lower", "upper"]] = _interval(scaled)
    return table


def _interval(differences: pd.Series[float]) -> list[float]:
    groups = [group.to_numpy(float)[:, None] for _, group in differences.groupby("task")]
    return [float(one[0]) for one in interval_of_means(groups)]


if __name__ == "__main__":
    main()
