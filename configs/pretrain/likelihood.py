"""Held-out likelihood: surrogates on functions that a prior draws, beside each other.

    python configs/pretrain/likelihood.py docs/benchmarks/pretrain_likelihood.csv
    python configs/pretrain/likelihood.py docs/benchmarks/pretrain_likelihood.csv --table
    python configs/pretrain/likelihood.py out.csv --surrogates amortised_gp '{type: neural_process}'

Functions come from the prior of a YAML for `hebo pretrain`, by seeds that no training has. Values went
through a power transform as in the training, and are in units of their contexts. What the file has is not
measured again. Losses of single points are cut at 10 nats in the column `nll_clipped`, as in
`hebo fit-quality`.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.experiment.analysis.paired import interval_of_means
from hebo.experiment.config.parts import build
from hebo.experiment.config.pretraining import build_pretraining
from hebo.experiment.yaml.document import parse_yaml, read_yaml
from hebo.random import make_generator
from hebo.surrogates.neural_process.model import NeuralProcessModel
from hebo.training.amortized_gp import AmortizedGPLearner
from hebo.training.contexts import Contexts, Shapes
from hebo.training.normalized import normalized
from hebo.training.pretraining import Pretraining
from hebo.training.tasks import Columns, TaskBatch

CONFIG = Path(__file__).with_name("amortised_gp.yaml")
BASE = "warped_gp"
SIZES = (5, 10, 20, 40)
CONTEXTS = {"uniform": 0.0, "bo_like": 1.0}
DIMENSIONS = (1, 2, 4, 6, 10)
N_QUERIES = 64
KEY = ["surrogate", "context", "columns", "n", "task"]
CLIP = 10.0
Z = 1.6448536269514722
"""Half the width of a normal 90 % interval, in standard deviations."""


def main() -> None:
    """Read the command line, measure what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("csv", type=Path)
    parser.add_argument("--surrogates", nargs="+", default=[BASE, "amortised_gp"], metavar="YAML")
    parser.add_argument("--config", type=Path, default=CONFIG, help="the prior and the contexts")
    parser.add_argument("--tasks", type=int, default=32, help="of each cell")
    parser.add_argument("--seed", type=int, default=1000, help="of the tasks; tuning used those below 1000")
    parser.add_argument("--table", action="store_true", help="only print")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if not given.table:
        measure_missing(given)
    print_table(pd.read_csv(given.csv))


def measure_missing(given: argparse.Namespace) -> None:
    """Append the rows that the file does not have."""
    plan = build_pretraining(read_yaml(str(given.config)))
    known = set()
    if given.csv.exists():
        known = set(pd.read_csv(given.csv)[KEY].itertuples(index=False, name=None))
    models = {text: surrogate(text) for text in given.surrogates}
    for cell in cells(plan, given.tasks, given.seed):
        space = space_of(cell.batch.columns)
        rows: list[tuple[Any, ...]] = []
        for task in range(len(cell.batch)):
            place = (cell.context, cell.columns, cell.n, cell.first + task)
            missing = {name: model for name, model in models.items() if (name, *place) not in known}
            for name, model in missing.items():
                rows.append((name, *place, *measured(model, cell.batch, task, space, place)))
        append(given.csv, rows)


@dataclass(frozen=True)
class Cell:
    """Tasks of one row of the table.

    Attributes:
        context: `uniform` or `bo_like`.
        columns: Which columns they have.
        n: Number of observations.
        first: Number of the first task.
        batch: The tasks.
    """

    context: str
    columns: str
    n: int
    first: int
    batch: TaskBatch


def surrogate(text: str) -> Surrogate:
    """Return a surrogate by its name or YAML."""
    document = parse_yaml(text, file="--surrogates") if text.startswith("{") else None
    found = build("surrogate", text if document is None else document.data)
    assert isinstance(found, Surrogate)
    return found


def cells(plan: Pretraining, n_tasks: int, seed: int) -> Iterator[Cell]:
    """Yield the tasks; those of mixed columns four at a time, each time with others."""
    for context, share in CONTEXTS.items():
        contexts = plan.contexts.model_copy(update={"bo_like": share})
        for n in SIZES:
            for d in DIMENSIONS:
                batch = drawn(plan, contexts, Columns((0,) * d), n, n_tasks, seed, context, n, d)
                yield Cell(context, f"d={d}", n, 0, batch)
            for first in range(0, n_tasks, 4):
                label = (seed, context, n, "mixed", first)
                columns, size = mixed_columns(plan, *label), min(4, n_tasks - first)
                yield Cell(context, "mixed", n, first, drawn(plan, contexts, columns, n, size, *label))


def mixed_columns(plan: Pretraining, *label: object) -> Columns:
    """Return 2 to 10 columns of which some are integers or categories."""
    shapes = Shapes(n_columns=(2, 10), mixed=1.0, max_categories=plan.shapes.max_categories)
    generator = make_generator("likelihood columns", *label)
    while True:
        columns = shapes.draw_columns(generator)
        if columns.n_categorical or any(columns.levels):
            return columns


def drawn(
    plan: Pretraining, contexts: Contexts, columns: Columns, n: int, n_tasks: int, *label: object
) -> TaskBatch:
    """Draw tasks."""
    generator = make_generator("likelihood", *label)
    functions = plan.prior.draw(n_tasks, columns, generator=generator)
    batch = contexts.batch(functions, columns, n_tasks, n, N_QUERIES, generator=generator)
    share = plan.learner.normalized if isinstance(plan.learner, AmortizedGPLearner) else 0.0
    return normalized(batch, share, generator=generator)


def space_of(columns: Columns) -> DesignSpace:
    """Return a space with such columns, in their order."""
    numeric = [
        {"name": f"x{i}", "type": "int", "lb": 0, "ub": one - 1}
        if one
        else {"name": f"x{i}", "type": "num", "lb": 0.0, "ub": 1.0}
        for i, one in enumerate(columns.levels)
    ]
    nominal = [
        {"name": f"c{i}", "type": "cat", "categories": [f"v{j}" for j in range(one)]}
        for i, one in enumerate(columns.categories)
    ]
    return DesignSpace().parse([*numeric, *nominal])


def encoded(x: Tensor, space: DesignSpace) -> Tensor:
    """Return points of a task as the space encodes them: numbers in units of the column."""
    lower, upper = space.bounds
    scale = upper - lower
    scale[list(space.categorical_dims)] = 1.0
    return x.double() * scale


def measured(
    model: Surrogate, batch: TaskBatch, task: int, space: DesignSpace, place: Sequence[Any]
) -> tuple[float, ...]:
    """Return NLL, clipped NLL, coverage of 90 % intervals, RMSE and CPU milliseconds of the fit."""
    data = Data(encoded(batch.x[task], space), batch.y[task].double().unsqueeze(-1))
    began = time.process_time()
    fitted: Any = model.fit(data, space, generator=make_generator("likelihood fit", *place))
    taken = time.process_time() - began
    x, y = encoded(batch.query_x[task], space), batch.query_y[task].double()
    with torch.no_grad():
        nll, inside, error = losses(fitted, x, y)
    clipped = nll.clamp_max(CLIP)
    return (
        float(nll.mean()),
        float(clipped.mean()),
        float(inside.double().mean()),
        float(error.square().mean().sqrt()),
        1e3 * taken,
    )


def losses(model: Any, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return negative log densities, whether the 90 % interval holds the value, and errors of the mean.

    Densities are those of the bars where a model has some; intervals are normal ones in any case.
    """
    posterior = model.posterior(x.unsqueeze(-2), observation_noise=True)
    mean, variance = posterior.mean.flatten(), posterior.variance.flatten()
    error, z = y - mean, (y - mean) / variance.sqrt()
    if isinstance(model, NeuralProcessModel):
        noise_sd = model.noise_variance.sqrt().expand(len(y))
        nll = -model.own_marginals(x).log_density(y, noise_sd)
    else:
        nll = 0.5 * (z.square() + variance.log() + math.log(2 * math.pi))
    return nll, z.abs() <= Z, error


def append(path: Path, rows: Sequence[tuple[Any, ...]]) -> None:
    """Append rows, with a heading to a new file."""
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow([*KEY, "nll", "nll_clipped", "coverage", "rmse", "cpu_ms"])
        for row in rows:
            writer.writerow([f"{one:.5g}" if isinstance(one, float) else one for one in row])


def print_table(found: pd.DataFrame) -> None:
    """Print means of each surrogate, and paired differences to `warped_gp` with 95 % intervals."""
    index = [one for one in KEY if one != "surrogate"]
    wide = found.pivot(index=index, columns="surrogate", values=["nll", "nll_clipped", "coverage"])
    for name in [one for one in found["surrogate"].unique() if one != BASE]:
        print(f"\n{name} against {BASE}. NLL: points cut at {CLIP:g} nats; difference with 95 % interval.\n")
        print(f"| context | columns | n | {BASE} | {name} | difference | 90 % coverage | NLL uncut |")
        print("|---|---|---|---|---|---|---|---|")
        for levels in (["context", "n"], ["context", "columns", "n"]):
            for place, cell in wide.groupby(level=levels, sort=False):
                label = place if len(levels) == 3 else (place[0], "all", place[1])
                print(f"| {' | '.join(map(str, label))} | {row_of(cell.dropna(), name)} |")


def row_of(cell: pd.DataFrame, name: str) -> str:
    """Return the figures of a line: both means, their difference, and both coverages."""
    loss, covers, uncut = (cell[one] for one in ("nll_clipped", "coverage", "nll"))
    by_columns = [one.to_numpy()[:, None] for _, one in (loss[name] - loss[BASE]).groupby(level="columns")]
    mean, lower, upper = interval_of_means(by_columns)
    return (
        f"{loss[BASE].mean():.3f} | {loss[name].mean():.3f} "
        f"| {mean[0]:+.3f} ({lower[0]:+.3f} to {upper[0]:+.3f}) "
        f"| {covers[BASE].mean():.3f}, {covers[name].mean():.3f} "
        f"| {uncut[BASE].mean():.2f}, {uncut[name].mean():.2f}"
    )


if __name__ == "__main__":
    main()
