"""Transfer from tuning tasks to other ones: normalized regret of models that learn from 28 tables, and others.

    python configs/meta/tables.py runs/meta --model svm_wide                 # once for each model
    python configs/meta/transfer.py runs/meta --model svm_wide               # appends to the CSV, goes on there
    python configs/meta/transfer.py runs/meta --model svm_wide --sources shuffled
    python configs/meta/transfer.py --table

Each run chooses 20 of the settings of a table, and learns from the 28 training tables where it can. Regret is
in units of the table: 0 for its best value, 1 for its worst. `--split training` has each training table as
the target in turn, and learns from the other 27: on these methods are tuned. `--sources shuffled` gives the
values of each source to its settings in random order, `reversed` takes what was good for bad.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.experiment.config.parts import build
from hebo.fallbacks import counting_fallbacks
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.random import derive_seed
from tasks.hpo.meta_hpo import MetaHPO
from tasks.hpo.meta_table import FAILED, held_out_names, training_names

Array = NDArray[np.float64]
N_EVALUATIONS, AT = 20, (5, 10, 20)
RESULTS = Path(__file__).parents[2] / "docs" / "benchmarks" / "meta_transfer.csv"


def loop(surrogate: str) -> dict[str, Any]:
    """Return expected improvement with a surrogate, as YAML has it."""
    parts = {"acquisition": "log_ei", "acq_optimizer": "exhaustive", "output_transform": "standardize"}
    return {"type": "bayes_opt", "surrogate": {"type": surrogate}, **{k: {"type": v} for k, v in parts.items()}}


METHODS: dict[str, dict[str, Any]] = {
    "random": {"type": "random_search"},
    "gp_ei": loop("warped_gp"),
    "multitask_gp": loop("multitask_gp"),
    "pretrained_gp": loop("pretrained_gp"),
}
LEARNING = ("multitask_gp", "pretrained_gp")


@dataclass(frozen=True)
class Row:
    """One run.

    Attributes:
        model: Whose settings are tuned.
        split: Which data sets are targets, `held-out` or `training`.
        sources: What is learned from: `related`, `shuffled` or `reversed`; `none` where nothing is.
        method: Of `METHODS`.
        dataset: The target.
        seed: Of the run.
        regret_5: After 5 evaluations, as those below.
        regret_10: After 10.
        regret_20: After 20.
        fallbacks: How often a surrogate did without what it had learned.
    """

    model: str
    split: str
    sources: str
    method: str
    dataset: str
    seed: int
    regret_5: float
    regret_10: float
    regret_20: float
    fallbacks: int


@dataclass(frozen=True)
class Table:
    """Settings of a model and what was measured, smaller is better; failures have NaN."""

    settings: pd.DataFrame
    loss: Array


def read_table(path: Path, model: str) -> Table:
    """Return a table that `configs/meta/tables.py` wrote."""
    task = MetaHPO(model=cast(Any, model), dataset_seed=0)
    found = pd.read_csv(path, na_values=FAILED)
    sign = -1.0 if task.outcomes.objectives[0].goal == "maximize" else 1.0
    return Table(found[task.space.names], sign * found[task.objectives[0]].to_numpy(dtype=float))


def changed(table: Table, sources: str, seed: int) -> Table:
    """Return a source as `sources` says."""
    if sources == "reversed":
        return Table(table.settings, -table.loss)
    if sources == "shuffled":
        order = np.random.default_rng(derive_seed("shuffled", seed)).permutation(len(table.loss))
        return Table(table.settings, table.loss[order])
    return table


def run(method: str, target: Table, earlier: list[Table], space: DesignSpace, seed: int) -> tuple[Array, int]:
    """Return the normalized regret after each evaluation, and the number of fallbacks."""
    recipe = cast(OptimizerRecipe, build("optimizer", METHODS[method]))
    optimizer = recipe.build(TableSpace(space, target.settings), seed=seed)
    if method in LEARNING:
        for one in earlier:
            optimizer.learn_from(one.settings, one.loss)
    keys = {tuple(row): loss for row, loss in zip(target.settings.to_numpy(), target.loss, strict=True)}
    losses: list[float] = []
    with counting_fallbacks() as fallbacks:
        for _ in range(N_EVALUATIONS):
            points = optimizer.ask()
            losses.append(keys[tuple(points[target.settings.columns].to_numpy()[0])])
            optimizer.tell(points, losses[-1:])
    low, high = np.nanmin(target.loss), np.nanmax(target.loss)
    best = np.fmin.accumulate(np.array([high, *losses]))[1:]
    return (best - low) / (high - low), sum(fallbacks.values())


def targets(given: argparse.Namespace) -> Iterator[tuple[str, list[str]]]:
    """Yield each target with the names of its sources."""
    training = training_names()
    for name in held_out_names() if given.split == "held-out" else training:
        yield name, [one for one in training if one != name]


def measure(given: argparse.Namespace) -> None:
    """Make the runs that the CSV file has not yet, and append their rows."""
    torch.set_num_threads(1)
    done = {(r.model, r.split, r.sources, r.method, r.dataset, r.seed) for r in read_rows(given.results)}
    folder = given.folder / given.model
    space = MetaHPO(model=given.model, dataset_seed=0).space
    tables = {name: read_table(folder / f"{name}.csv", given.model) for name in {*training_names(), *held_out_names()}}
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        for name, names in targets(given):
            earlier = [changed(tables[one], given.sources, derive_seed(one, seed)) for one in names]
            for method in given.methods:
                sources = given.sources if method in LEARNING else "none"
                if (given.model, given.split, sources, method, name, seed) in done:
                    continue
                regret, n_fallbacks = run(method, tables[name], earlier, space, derive_seed(name, seed))
                values = (round(float(regret[at - 1]), 6) for at in AT)
                append(given.results, Row(given.model, given.split, sources, method, name, seed, *values, n_fallbacks))
            print(name, seed, flush=True)


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a CSV file; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        kinds: dict[str, Any] = {"int": int, "float": float, "str": str}
        return [
            Row(**{one.name: kinds[str(one.type)](cells[one.name]) for one in fields(Row)})
            for cells in csv.DictReader(file)
        ]


def append(path: Path, row: Row) -> None:
    """Add a row to a CSV file."""
    is_new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow([one.name for one in fields(Row)])
        writer.writerow(astuple(row))


def print_table(rows: list[Row]) -> None:
    """Print mean regrets of each method, and what is gained over `gp_ei` on the same targets and seeds."""
    for model, split in sorted({(row.model, row.split) for row in rows}):
        part = [row for row in rows if (row.model, row.split) == (model, split)]
        found = {}
        for row in part:
            found.setdefault((row.method, row.sources), {})[row.dataset, row.seed] = row
        peers = found.get(("gp_ei", "none"), {})
        print(f"{model}, {split} data sets: {len({row.dataset for row in part})}")
        for (method, sources), runs in found.items():
            print(f"  {method:>14} {sources:>9}: {_line(runs, peers)}")


def _line(runs: dict[Any, Row], peers: dict[Any, Row]) -> str:
    shared = sorted(runs.keys() & peers.keys())
    parts = [f"{len(runs)} runs"]
    for at in AT:
        values = np.array([getattr(runs[key], f"regret_{at}") for key in sorted(runs)])
        parts.append(f"{at}: {values.mean():.4f}")
        if shared and runs is not peers:
            parts[-1] += f" {_against([runs[one] for one in shared], [peers[one] for one in shared], at)}"
    parts.append(f"fallbacks {sum(one.fallbacks for one in runs.values())}")
    return ", ".join(parts)


def _against(rows: list[Row], peers: list[Row], at: int) -> str:
    """Return the mean difference with a 95 % interval over data sets, and on how many it is lower or higher."""
    by_dataset: dict[str, list[float]] = {}
    for row, peer in zip(rows, peers, strict=True):
        difference = getattr(row, f"regret_{at}") - getattr(peer, f"regret_{at}")
        by_dataset.setdefault(row.dataset, []).append(difference)
    means = np.array([np.mean(one) for one in by_dataset.values()])
    rng = np.random.default_rng(0)
    drawn = means[rng.integers(len(means), size=(10_000, len(means)))].mean(1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    ratio = np.mean([getattr(row, f"regret_{at}") for row in rows]) / np.mean([getattr(row, f"regret_{at}") for row in peers])
    lower, higher = int((means < -1e-9).sum()), int((means > 1e-9).sum())
    return f"(x {ratio:.2f}; {means.mean():+.4f} [{low:+.4f}, {high:+.4f}]; lower {lower}, higher {higher} of {len(means)})"


def main() -> None:
    """Read the command line, measure or print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="with a folder of tables for each model")
    parser.add_argument("--model", default="svm_wide")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--split", choices=["held-out", "training"], default="held-out")
    parser.add_argument("--sources", choices=["related", "shuffled", "reversed"], default="related")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--table", action="store_true", help="print the table of what was measured")
    given = parser.parse_args()
    if given.table:
        print_table(read_rows(given.results))
    elif given.folder is None:
        parser.error("name the folder of the tables, or ask for the --table")
    else:
        measure(given)


if __name__ == "__main__":
    main()
