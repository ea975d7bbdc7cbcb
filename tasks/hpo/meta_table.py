"""Cached tables of tuning tasks: one design of settings, evaluated on every data set, a CSV file for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from hebo.errors import DataError
from hebo.random import make_generator
from tasks.hpo.data import DATASETS
from tasks.hpo.meta_hpo import HELD_OUT_SEEDS, TRAINING_SEEDS, MetaHPO
from tasks.hpo.spaces import ModelName, Problem

FAILED = "failed"
"""What a cell says where an evaluation has no value."""


def meta_tasks(model: ModelName, problem: Problem = "classification") -> dict[str, MetaHPO]:
    """Return name -> task of all data sets of a kind of problem: training, held-out, and real ones."""
    seeds = [*TRAINING_SEEDS, *HELD_OUT_SEEDS]
    made = {_name(seed, problem): MetaHPO(model=model, dataset_seed=seed, problem=problem) for seed in seeds}
    real = [name for name, kind in DATASETS.items() if kind == problem]
    return made | {name: MetaHPO(model=model, dataset=name) for name in real}


def training_names(problem: Problem = "classification") -> list[str]:
    """Return the names of the data sets to learn from."""
    return [_name(seed, problem) for seed in TRAINING_SEEDS]


def held_out_names(problem: Problem = "classification") -> list[str]:
    """Return the names of the data sets to report on, the real ones last."""
    real = [one for one, kind in DATASETS.items() if kind == problem]
    return [_name(seed, problem) for seed in HELD_OUT_SEEDS] + real


def _name(seed: int, problem: Problem) -> str:
    return f"{problem}{seed:03d}"


def settings_of(task: MetaHPO, n: int) -> pd.DataFrame:
    """Return the design: `n` settings of a scrambled Sobol sequence, the same for all data sets."""
    x = task.space.sample(n, generator=make_generator("meta table", task.model), method="sobol")
    return task.space.decode(x)


def write_tables(tasks: dict[str, MetaHPO], folder: Path, n: int) -> Iterator[Path]:
    """Write the table of each task that has none yet, and yield its path.

    A table has a column for each parameter and one for the objective, where `failed` stands for no value:
    what the task `measured_library` reads. Files appear when they are complete. So after an interruption the
    same call goes on with the next table.

    Args:
        tasks: Name of the file -> task; all of one model and kind of problem.
        folder: Where to write; made if there is none.
        n: Settings in each table.

    Raises:
        DataError: If a file is there already that has other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, task in tasks.items():
        path, settings = folder / f"{name}.csv", settings_of(task, n)
        if path.exists():
            _check_same(path, settings)
            continue
        objective = task.objectives[0]
        values = task.evaluate(settings)[objective]
        table = settings.assign(**{objective: values.astype(object).where(values.notna(), FAILED)})
        part = path.with_suffix(".part")
        table.to_csv(part, index=False)
        os.replace(part, path)
        yield path


def _check_same(path: Path, settings: pd.DataFrame) -> None:
    """Refuse a table that was made for another design."""
    there = pd.read_csv(path)
    same = len(there) == len(settings) and set(settings.columns) <= set(there.columns)
    if not same or not all(_agree(there[name], settings[name]) for name in settings.columns):
        raise DataError(
            f"{path} has {len(there)} settings that are not the {len(settings)} of this design; delete it, "
            "choose another folder, or ask for the same number of settings"
        )


def _agree(a: pd.Series, b: pd.Series) -> bool:
    return bool(np.allclose(a.to_numpy(dtype=float), b.to_numpy(dtype=float), rtol=1e-9))
