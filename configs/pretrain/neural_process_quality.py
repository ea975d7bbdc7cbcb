"""Likelihood, coverage and cost of a neural process beside a fitted Gaussian process, on held-out tasks.

    python configs/pretrain/neural_process_quality.py --weights runs/pretrain/NAME/NAME.safetensors

The tasks are drawn from the prior of the weights' own card, under a seed that no training step has.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.experiment.config.pretraining import build_pretraining
from hebo.experiment.yaml.document import Document
from hebo.random import make_generator
from hebo.surrogates.neural_process.neural_process import NeuralProcess
from hebo.surrogates.warped_gp import WarpedGP
from hebo.training.contexts import Contexts
from hebo.training.pretraining import Pretraining
from hebo.training.tasks import Columns, TaskBatch
from hebo.weights import read_weights

SHAPES = {
    "2 continuous": Columns((0, 0)),
    "6 continuous": Columns((0,) * 6),
    "10 continuous": Columns((0,) * 10),
    "3 continuous, 1 integer, 2 categorical": Columns((0, 0, 0, 8), (3, 5)),
}
SIZES = (5, 10, 20, 40)
DRAWS = (1, 2, 4)
_MOST = 10.0
"""Negative log likelihoods are clipped to it: a few of a Gaussian process would decide every mean."""


def main() -> None:
    """Read the command line, and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--weights", required=True, help="a file that `hebo pretrain` wrote")
    parser.add_argument("--tasks", type=int, default=32, help="of each shape and size, half of them BO-like")
    given = parser.parse_args()
    plan = plan_of(given.weights)
    models: dict[str, Any] = {
        "warped_gp": WarpedGP(),
        **{f"{n} draw{'s' * (n > 1)}": NeuralProcess(weights=given.weights, n_draws=n) for n in DRAWS},
    }
    rows = [
        row
        for shape in SHAPES
        for n in SIZES
        for bo_like in (0.0, 1.0)
        for row in compared(models, plan, shape, n, bo_like, given.tasks // 2)
    ]
    print_tables(pd.DataFrame(rows))


def plan_of(weights: str) -> Pretraining:
    """Return the plan that weights were trained by."""
    card = read_weights(weights, "neural_process").card
    return build_pretraining(Document(weights, dict(card["pretraining"])))


def compared(
    models: dict[str, Any], plan: Pretraining, shape: str, n: int, bo_like: float, n_tasks: int
) -> list[dict[str, Any]]:
    """Return one row per task and model: likelihood, coverage, error and seconds."""
    columns = SHAPES[shape]
    generator = make_generator("held out", shape, n, bo_like)
    functions = plan.prior.draw(n_tasks, columns, generator=generator)
    batch = Contexts(bo_like=bo_like).batch(functions, columns, n_tasks, n, 64, generator=generator)
    about = {"columns": shape, "n": n, "context": "BO-like" if bo_like else "uniform"}
    space = space_of(columns)
    return [
        {**about, "model": name, "task": task, **judged(recipe, batch, task, space)}
        for task in range(n_tasks)
        for name, recipe in models.items()
    ]


def judged(recipe: Any, batch: TaskBatch, task: int, space: DesignSpace) -> dict[str, float]:
    """Return how well one task is predicted: its noise-free values at the queries."""
    x, queries = (encoded(one[task], batch.columns) for one in (batch.x, batch.query_x))
    f = batch.query_f[task].double()
    began = time.process_time()
    with torch.no_grad():
        model = recipe.fit(
            Data(x, batch.y[task].double().unsqueeze(-1)), space, generator=make_generator(task)
        )
        fitted = time.process_time()
        mean, variance = model.marginals(queries)
        many = time.process_time()
        model.marginals(queries.repeat(16, 1)[:1000])
        done = time.process_time()
        density, low, high = law(model, queries, mean, variance.sqrt())
        nll = (-density(f)).clamp_max(_MOST)
    return {
        "nll": float(nll.mean()),
        "covered": float(((f >= low) & (f <= high)).double().mean()),
        "rmse": float((mean - f).clamp(-_MOST, _MOST).square().mean().sqrt()),
        "fit_ms": 1e3 * (fitted - began),
        "of_1000_ms": 1e3 * (done - many),
    }


def law(model: Any, x: Tensor, mean: Tensor, sd: Tensor) -> tuple[Callable[[Tensor], Tensor], Tensor, Tensor]:
    """Return the log density of predictions, and the ends of their central 90 % intervals."""
    if hasattr(model, "own_marginals"):
        found = model.own_marginals(x)
        return found.log_density, found.quantile(0.05), found.quantile(0.95)

    def density(f: Tensor) -> Tensor:
        return -0.5 * ((f - mean) / sd).square() - sd.log() - 0.5 * math.log(2 * math.pi)

    return density, mean - 1.645 * sd, mean + 1.645 * sd


def space_of(columns: Columns) -> DesignSpace:
    """Return the space of columns; integers count from 0."""
    numbers = [
        {"name": f"x{i}", "type": "int", "lb": 0, "ub": levels - 1}
        if levels
        else {"name": f"x{i}", "type": "num", "lb": 0, "ub": 1}
        for i, levels in enumerate(columns.levels)
    ]
    categories = [
        {"name": f"y{i}", "type": "cat", "categories": list(range(n))}
        for i, n in enumerate(columns.categories)
    ]
    return DesignSpace().parse([*numbers, *categories])


def encoded(x: Tensor, columns: Columns) -> Tensor:
    """Return points of a task as the space encodes them."""
    scale = torch.tensor([max(1, one - 1) for one in columns.levels] + [1] * columns.n_categorical)
    return x.double() * scale


def print_tables(rows: pd.DataFrame) -> None:
    """Print mean likelihoods by number of observations, and the rest by model."""
    order = list(dict.fromkeys(rows["model"]))
    for by in (["context", "n"], ["columns"]):
        table = rows.pivot_table(index=by, columns="model", values="nll", observed=True)[order]
        print(f"\nNegative log likelihood of noise-free values\n{table.round(3).to_string()}")
    means = rows.groupby("model")[["nll", "covered", "rmse", "fit_ms", "of_1000_ms"]].mean().loc[order]
    print(f"\n{means.round(3).to_string()}")
    base = rows[rows["model"] == order[0]].reset_index(drop=True)
    for name in order[1:]:
        ahead = (rows[rows["model"] == name].reset_index(drop=True)["nll"] < base["nll"]).mean()
        print(f"{name}: likelier than {order[0]} on {ahead:.0%} of the tasks")


if __name__ == "__main__":
    main()
