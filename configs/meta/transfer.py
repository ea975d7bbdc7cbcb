"""Transfer between tuning tasks: regret of models that learn from 28 tables, and of others that do not.

    python configs/meta/tables.py runs/meta --model svm_wide          # once for each model
    python configs/meta/transfer.py runs/meta --model svm_wide        # appends to the CSV file, goes on there
    python configs/meta/transfer.py runs/meta --model svm_wide --sources shuffled
    python configs/meta/transfer.py --table

Each run chooses 20 of the settings of a table, and learns from the 28 training tables where it can. Regret is
in units of the table: 0 for its best value, 1 for its worst. `--split training` has each training table as
the target in turn, and learns from the other 27: on these methods are tuned. `--sources shuffled` gives the
values of each source to its settings in random order, `reversed` takes what was good for bad, and `few` keeps
20 random settings of each.

`--methods nap nap-ei nap-alone` are policies that were trained on the training tables of `svm_wide` before:

    hebo pretrain configs/pretrain/policy.yaml
    hebo pretrain configs/pretrain/policy.yaml name=policy-ei learner.sizes.head=ei
    hebo pretrain configs/pretrain/policy.yaml name=policy-alone learner.auxiliary=0
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from transfer_rows import AT, Array, Row, append, read_rows, table

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.experiment.config.parts import build
from hebo.fallbacks import counting_fallbacks
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.random import derive_seed
from tasks.hpo.meta_hpo import MetaHPO
from tasks.hpo.meta_table import FAILED, held_out_names, training_names

RESULTS = Path(__file__).parents[2] / "docs" / "benchmarks" / "meta_transfer.csv"


def loop(surrogate: str) -> dict[str, Any]:
    """Return expected improvement with a surrogate, as YAML has it."""
    parts = {"acquisition": "log_ei", "acq_optimizer": "exhaustive", "output_transform": "standardize"}
    described = {key: {"type": name} for key, name in parts.items()}
    return {"type": "bayes_opt", "surrogate": {"type": surrogate}, **described}


METHODS: dict[str, dict[str, Any]] = {
    "random": {"type": "random_search"},
    "gp_ei": loop("warped_gp"),
    "multitask_gp": loop("multitask_gp"),
    "pretrained_gp": loop("pretrained_gp"),
    "transfer_pretrained_gp": {"type": "transfer", "max_points": 2, "of": loop("pretrained_gp")},
}
# Policies of NAP, that of `configs/pretrain/policy.yaml` and two that lack a part of it.
POLICIES = {
    f"nap{part}": {
        **loop("warped_gp"),
        "acquisition": {
            "type": "neural_acquisition",
            "weights": f"runs/pretrain/policy{part}/policy{part}.safetensors",
        },
        "n_initial": 1,
    }
    for part in ("", "-ei", "-alone")
}
ALONE = ("random", "gp_ei", *POLICIES)
N_FEW = 20


@dataclass(frozen=True)
class Table:
    """Settings of a model and what was measured, smaller is better; failures have NaN."""

    settings: pd.DataFrame
    loss: Array


def space_of(model: str) -> DesignSpace:
    """Return the space of the settings of a model."""
    return MetaHPO(model=cast(Any, model), dataset_seed=0).space


def read_table(path: Path, model: str) -> Table:
    """Return a table that `configs/meta/tables.py` wrote."""
    task = MetaHPO(model=cast(Any, model), dataset_seed=0)
    found = pd.read_csv(path, na_values=FAILED)
    sign = -1.0 if task.outcomes.objectives[0].goal == "maximize" else 1.0
    return Table(found[task.space.names], sign * found[task.objectives[0]].to_numpy(dtype=float))


def changed(source: Table, sources: str, seed: int) -> Table:
    """Return a source as `sources` says."""
    if sources == "few":
        some = np.random.default_rng(seed).permutation(len(source.loss))[:N_FEW]
        return Table(source.settings.iloc[some], source.loss[some])
    if sources == "reversed":
        return Table(source.settings, -source.loss)
    if sources == "shuffled":
        order = np.random.default_rng(seed).permutation(len(source.loss))
        return Table(source.settings, source.loss[order])
    return source


def run(
    method: str, target: Table, earlier: list[Table], space: DesignSpace, seed: int, n: int = max(AT)
) -> tuple[Array, int]:
    """Return the normalized regret after each evaluation, and the number of fallbacks."""
    recipe = cast(OptimizerRecipe, build("optimizer", (METHODS | POLICIES)[method]))
    listed = TableSpace(space, target.settings.assign(loss=target.loss))
    optimizer = recipe.build(listed, seed=seed)
    for one in () if method in ALONE else earlier:
        optimizer.learn_from(one.settings, one.loss)
    losses: list[float] = []
    with counting_fallbacks() as fallbacks:
        for _ in range(n):
            points = optimizer.ask()
            losses.append(float(listed.labels_of(listed.encode(points[space.names]))["loss"].iloc[0]))
            optimizer.tell(points, losses[-1:])
    low, high = np.nanmin(target.loss), np.nanmax(target.loss)
    best = np.fmin.accumulate(np.array([high, *losses]))[1:]
    return (best - low) / (high - low), sum(fallbacks.values())


def targets(split: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each target with the names of its sources."""
    training = training_names()
    for name in held_out_names() if split == "held-out" else training:
        yield name, [one for one in training if one != name]


def measure(given: argparse.Namespace) -> None:
    """Make the runs that the CSV file has not yet, and append their rows."""
    torch.set_num_threads(1)
    model, split = given.model, given.split
    done, space = {row.key for row in read_rows(given.results)}, space_of(model)
    names = {*training_names(), *(name for name, _ in targets(split))}
    tables = {name: read_table(given.folder / model / f"{name}.csv", model) for name in names}
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        for name, sources in targets(split):
            earlier = [changed(tables[one], given.sources, derive_seed(one, seed)) for one in sources]
            for method in given.methods:
                what = (model, split, "none" if method in ALONE else given.sources, method, name, seed)
                if what in done:
                    continue
                regret, n_fallbacks = run(method, tables[name], earlier, space, derive_seed(name, seed))
                append(given.results, Row(*what, *(round(float(regret[n - 1]), 6) for n in AT), n_fallbacks))
            print(name, seed, flush=True)


def main() -> None:
    """Read the command line, measure or print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="with a folder of tables for each model")
    parser.add_argument("--model", default="svm_wide")
    parser.add_argument("--methods", nargs="+", choices=[*METHODS, *POLICIES], default=list(METHODS))
    parser.add_argument("--split", choices=["held-out", "training"], default="held-out")
    parser.add_argument("--sources", choices=["related", "few", "shuffled", "reversed"], default="related")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--table", action="store_true", help="print the table of what was measured")
    given = parser.parse_args()
    if given.table:
        print("\n".join(table(read_rows(given.results))))
    elif given.folder is None:
        parser.error("name the folder of the tables, or ask for the --table")
    else:
        measure(given)


if __name__ == "__main__":
    main()
