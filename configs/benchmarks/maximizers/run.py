"""Batches that searches of an acquisition find, by the expected improvement of the whole batch.

    python configs/benchmarks/maximizers/run.py docs/benchmarks/maximizers.csv
    python configs/benchmarks/maximizers/run.py docs/benchmarks/maximizers.csv --table
    python configs/benchmarks/maximizers/run.py some.csv --problems levy --q 4 --seeds 0 2

An instance is a problem with some values known, a model fitted to them, and a number `q` of points. Each
search looks for a batch, with its defaults and no starting point. Batches are compared by their qEI under
8,192 samples that all share; the table has the ratio to L-BFGS-B on qLogEI. Runs whose row is in the file are
not repeated.
"""

from __future__ import annotations

import argparse
import csv
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from searches import REFERENCE, SEARCHES, Compared
from torch import Tensor

from hebo.acquisitions.sampled import SampledEI
from hebo.base import FittedModels
from hebo.batches.joint import of_batches
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.joint import JointDomain
from hebo.experiment.config.parts import build
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP

PROBLEMS = {
    "levy": 4,
    "michalewicz": 8,
    "ackley": 16,
    "griewank": 24,
    "rosenbrock": 40,
    "styblinski_tang": 60,
}
"""Name -> number of columns."""

SIZES = (1, 4, 16)
_MOST_KNOWN = 120
_N_COMMON = 8192
COLUMNS = ("search", "problem", "d", "q", "seed", "value", "cpu")


@dataclass(frozen=True)
class Instance:
    """A model of a problem.

    Attributes:
        problem: Name of the task.
        seed: Of the known points, and of searches.
    """

    problem: str
    seed: int

    @cached_property
    def space(self) -> DesignSpace:
        """Where to search."""
        space: DesignSpace = self._task.space
        return space

    @cached_property
    def data(self) -> Data:
        """Values at four points per column, at most 120, with mean 0 and unit spread; larger is better."""
        n = min(4 * self.space.n_dims, _MOST_KNOWN)
        x = self.space.sample(n, generator=make_generator("known", self.problem, self.seed))
        frame = self.space.decode(x)
        y = -torch.from_numpy(self._task.evaluate(frame).iloc[:, 0].to_numpy(dtype=float, copy=True))
        return Data(x, ((y - y.mean()) / y.std()).unsqueeze(1))

    @cached_property
    def models(self) -> FittedModels:
        """The fitted model."""
        model = WarpedGP().fit(self.data, self.space, generator=make_generator("fit", self.seed))
        return FittedModels((model,))

    def value(self, batch: Tensor) -> float:
        """Return qEI of a batch, `q x d`, over the best posterior mean, in units of the spread of values."""
        acq = SampledEI(n_samples=_N_COMMON).build(
            self.models, self.data, self.space, generator=make_generator("common", self.problem, self.seed)
        )
        with torch.no_grad():
            return float(acq(batch.unsqueeze(0)))

    def found(self, compared: Compared, q: int) -> Tensor:
        """Return the batch that a search finds, `q x d`."""
        generator = make_generator("search", self.problem, self.seed, q)
        domain = JointDomain(self.space, q)
        acq = compared.acquisition.build(self.models, self.data, self.space, generator=generator)
        best = compared.search.maximize(of_batches(acq, domain), domain, generator=generator)
        return domain.split(best.x[:1])[0]

    @cached_property
    def _task(self) -> Any:
        return build("task", {"type": self.problem, "dim": PROBLEMS[self.problem]})


def main() -> None:
    """Read the command line, run what is missing, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--searches", nargs="+", choices=list(SEARCHES), default=list(SEARCHES))
    parser.add_argument("--problems", nargs="+", choices=list(PROBLEMS), default=list(PROBLEMS))
    parser.add_argument("--q", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--seeds", nargs=2, type=int, default=[0, 10], metavar=("FIRST", "END"))
    parser.add_argument("--table", action="store_true", help="print the table of the file, and run nothing")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.table:
        print_table(pd.read_csv(given.file))
        return
    for seed in range(*given.seeds):
        for problem in given.problems:
            instance = Instance(problem, seed)
            for q in given.q:
                measure(instance, q, given.searches, given.file)


def measure(instance: Instance, q: int, searches: list[str], file: Path) -> None:
    """Run the searches that the file lacks on an instance."""
    for name in searches:
        key = [name, instance.problem, str(PROBLEMS[instance.problem]), str(q), str(instance.seed)]
        if tuple(key) in done(file):
            continue
        _ = instance.models  # its fit is no part of a search
        began = time.process_time()
        batch = instance.found(SEARCHES[name], q)
        cpu = time.process_time() - began
        append(file, [*key, f"{instance.value(batch):.6g}", f"{cpu:.4g}"])


def done(file: Path) -> set[tuple[str, ...]]:
    """Return the keys of the rows of a file."""
    if not file.exists():
        return set()
    with file.open(newline="") as stream:
        return {tuple(row[:5]) for row in csv.reader(stream)}


def append(file: Path, row: list[str]) -> None:
    """Write a row, after a head in a new file."""
    is_new = not file.exists()
    with file.open("a", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([list(COLUMNS), row] if is_new else [row])


def print_table(rows: pd.DataFrame) -> None:
    """Print ratios to the reference: medians by `q` and over all, losses, gains, and CPU."""
    keys = ["problem", "q", "seed"]
    values, cpu = (rows.pivot_table(index=keys, columns="search", values=one) for one in ("value", "cpu"))
    ratios, times = (table.div(table[REFERENCE], axis=0) for table in (values, cpu))
    sizes = sorted(set(rows["q"]))
    print("| search | order |", " | ".join(f"q = {q}" for q in sizes), "| all | worse | better | CPU |")
    print("|---" * (len(sizes) + 6) + "|")
    for name in SEARCHES:
        if name not in ratios:
            continue
        one = ratios[name].dropna()
        by_size = one.groupby("q").median()
        cells = [f"{by_size[q]:.3f}" if q in by_size else "-" for q in sizes]
        print(
            f"| {name} | {SEARCHES[name].order} |",
            " | ".join(cells),
            f"| {one.median():.3f} | {(one < 0.98).mean():.0%} | {(one > 1.02).mean():.0%} "
            f"| {times[name].median():.2f} |",
        )


if __name__ == "__main__":
    main()
