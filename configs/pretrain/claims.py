"""Claims of 2205.13902: BO-like contexts against uniform ones, the regularizer, and tasks seen.

    python configs/pretrain/claims.py runs/claims docs/benchmarks/pretrain_claims.csv
    python configs/pretrain/claims.py --table docs/benchmarks/pretrain_claims.csv

trains twelve small transformers, two kinds of contexts with and without regularizer, three seeds each, and
measures each of their snapshots: the negative log likelihood of noise-free values of held-out tasks, and the
regret of expected improvement on functions that the prior did not make. Interrupted, the command goes on.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from hebo.experiment.cli.pretrain import train_plan
from hebo.experiment.config.overrides import override
from hebo.experiment.config.parts import build
from hebo.experiment.config.pretraining import build_pretraining
from hebo.experiment.yaml.document import read_yaml
from hebo.random import make_generator
from hebo.surrogates.neural_process.transformer import network_of
from hebo.training.neural_process import predicted, value_loss
from hebo.training.pretraining import Pretraining
from hebo.training.processes import Processes
from hebo.training.tasks import Columns
from hebo.weights import read_weights

CONFIG = Path(__file__).with_name("claims.yaml")
VARIANTS = {
    "uniform": {"contexts.bo_like": 0.0, "learner.regularizer": 0.0},
    "uniform, regularized": {"contexts.bo_like": 0.0, "learner.regularizer": 1.0},
    "bo_like": {"contexts.bo_like": 0.75, "learner.regularizer": 0.0},
    "bo_like, regularized": {"contexts.bo_like": 0.75, "learner.regularizer": 1.0},
}
SEEDS = (0, 1, 2)
SIZES, DIMENSIONS, N_TASKS = (5, 10, 20, 40), (1, 2, 4, 6), 64
FUNCTIONS: dict[str, dict[str, Any]] = {
    "branin": {"type": "branin"},
    "hartmann3": {"type": "hartmann3"},
    "levy4": {"type": "levy", "dim": 4},
    "ackley5": {"type": "ackley", "dim": 5},
    "hartmann6": {"type": "hartmann6"},
}
N_RUNS, N_EVALUATIONS = 4, 25
FIELDS = ("variant", "seed", "tasks", "measure", "where", "value")


def main() -> None:
    """Read the command line; train, measure, or print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="of the trainings")
    parser.add_argument("csv", type=Path)
    parser.add_argument("--table", action="store_true", help="only print")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if not given.table:
        for (variant, changes), seed in product(VARIANTS.items(), SEEDS):
            plan = plan_of(given.folder, variant, changes, seed)
            train_plan(plan, Processes(0, 1, torch.device("cpu")))
            measure(plan, variant, seed, given.csv)
    print_tables(pd.read_csv(given.csv))


def plan_of(folder: Path, variant: str, changes: dict[str, Any], seed: int) -> Pretraining:
    """Return the training of a variant."""
    document = read_yaml(str(CONFIG))
    output = folder / f"{variant.replace(', ', '-')}-{seed}"
    settings = {**changes, "seed": seed, "output": output}
    override(document, [f"{key}={value}" for key, value in settings.items()])
    return build_pretraining(document)


def measure(plan: Pretraining, variant: str, seed: int, path: Path) -> None:
    """Append the figures of a network, of each of its snapshots, that the file does not have."""
    known: set[tuple[str, ...]] = set()
    if path.exists():
        known = set(pd.read_csv(path, dtype=str)[list(FIELDS[:5])].itertuples(index=False, name=None))
    for step in plan.snapshots:
        weights = plan.folder / "snapshots" / f"{plan.name}-{step:07d}.safetensors"
        tasks = step * plan.batch_size
        rows = []
        for what, where, value in figures(plan, weights, known, (variant, str(seed), str(tasks))):
            rows.append((variant, seed, tasks, what, where, f"{value:.5g}"))
        append(path, rows)


def figures(
    plan: Pretraining, weights: Path, known: set[tuple[str, ...]], place: tuple[str, ...]
) -> Iterator[tuple[str, str, float]]:
    """Yield measure, where, and value of weights."""
    for (context, share), n in product({"uniform": 0.0, "bo_like": 1.0}.items(), SIZES):
        where = f"{context}, n={n}"
        if (*place, "nll", where) not in known:
            yield "nll", where, likelihood(plan, weights, share, n)
    for name, run in product(FUNCTIONS, range(N_RUNS)):
        where = f"{name} {run}"
        if (*place, "regret", where) not in known:
            yield "regret", where, regret(weights, FUNCTIONS[name], run)


def likelihood(plan: Pretraining, weights: Path, share: float, n: int) -> float:
    """Return the mean negative log density of noise-free values of held-out tasks."""
    read = read_weights(weights, "neural_process")
    network = network_of(dict(read.card["architecture"]))
    network.load_state_dict(dict(read.tensors))
    contexts = plan.contexts.model_copy(update={"bo_like": share})
    found = []
    for d in DIMENSIONS:
        columns, generator = Columns((0,) * d), make_generator("claims", share, n, d)
        functions = plan.prior.draw(N_TASKS, columns, generator=generator)
        batch = contexts.batch(functions, columns, N_TASKS, n, 64, generator=generator)
        with torch.no_grad():
            prediction = predicted(network, batch, generator)
            found.append(float(value_loss(network, prediction, batch)))
    return float(np.mean(found))


def regret(weights: Path, task: dict[str, Any], run: int) -> float:
    """Return the regret after `N_EVALUATIONS` of expected improvement."""
    problem: Any = build("task", task)
    recipe: Any = build(
        "optimizer",
        {
            "type": "bayes_opt",
            "surrogate": {"type": "neural_process", "weights": str(weights)},
            "acquisition": "log_ei",
            "acq_optimizer": "nsga2",
            "output_transform": "power",
            "exploration": 0.0,
        },
    )
    optimizer, best = recipe.build(problem.space, seed=run), np.inf
    for _ in range(N_EVALUATIONS):
        point = optimizer.ask()
        value = problem.evaluate(point).iloc[:, [0]].to_numpy()
        optimizer.tell(point, value)
        best = min(best, float(value[0, 0]))
    return best - float(problem.optimum)


def append(path: Path, rows: list[tuple[Any, ...]]) -> None:
    """Append rows, with a heading to a new file."""
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(FIELDS)
        writer.writerows(rows)


def print_tables(found: pd.DataFrame) -> None:
    """Print the likelihoods and regrets of the variants, and both against the tasks seen."""
    last = found[found["tasks"] == found["tasks"].max()]
    print("\nNLL of noise-free values, mean over seeds (standard deviation between seeds)\n")
    _print(_by_variant(last[last["measure"] == "nll"]))
    print("\nRegret, mean over seeds and runs (standard deviation between seeds)\n")
    _print(_by_variant(_by_function(last)))
    print("\nBy tasks seen: mean NLL, and mean regret over that of the same function after all tasks\n")
    print(curve(found).round(3).to_string())


def _by_variant(found: pd.DataFrame) -> pd.DataFrame:
    """Return means and standard deviations over seeds, by place and variant."""
    functions = ["mean", "std"]
    return found.pivot_table(index="where", columns="variant", values="value", aggfunc=functions, sort=False)


def _by_function(found: pd.DataFrame) -> pd.DataFrame:
    """Return the regrets, means over runs."""
    runs = found[found["measure"] == "regret"]
    runs = runs.assign(where=runs["where"].str.rsplit(n=1).str[0])
    return runs.groupby(["where", "variant", "tasks", "seed"], sort=False)["value"].mean().reset_index()


def _print(table: pd.DataFrame) -> None:
    means, spreads = table["mean"], table["std"]
    print(f"| | {' | '.join(means.columns)} |\n|---|{'---|' * means.shape[1]}")
    for where in means.index:
        cells = [f"{means.loc[where, one]:.3g} ({spreads.loc[where, one]:.2g})" for one in means.columns]
        print(f"| {where} | {' | '.join(cells)} |")


def curve(found: pd.DataFrame) -> pd.DataFrame:
    """Return mean NLL and relative regret by variant and tasks seen."""
    nll = found[found["measure"] == "nll"].groupby(["variant", "tasks"], sort=False)["value"].mean()
    runs = _by_function(found).groupby(["variant", "tasks", "where"], sort=False)["value"].mean()
    means = runs.unstack("where")
    unit = means.xs(found["tasks"].max(), level="tasks").mean()
    return pd.DataFrame({"nll": nll, "regret": (means / unit).mean(axis=1)})


if __name__ == "__main__":
    main()
