"""Rows of the transfer benchmark: kept in a CSV file, and printed as means and paired differences."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
AT = (5, 10, 20)
BASELINE = ("gp_ei", "none")
_KINDS = {"int": int, "float": float, "str": str}


@dataclass(frozen=True)
class Row:
    """One run.

    Attributes:
        model: Whose settings are tuned.
        split: Which data sets are targets, `held-out` or `training`.
        sources: What is learned from: `related`, `few`, `shuffled` or `reversed`; `none` where nothing is.
        method: Its name.
        dataset: The target.
        seed: Of the run.
        regret_5: After 5 evaluations, in units of the table.
        regret_10: After 10.
        regret_20: After 20.
        fallbacks: How often a model did without what it had learned.
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

    @property
    def key(self) -> tuple[Any, ...]:
        """What was run."""
        return self.model, self.split, self.sources, self.method, self.dataset, self.seed

    def regret(self, n: int) -> float:
        """Return the regret after 5, 10 or 20 evaluations."""
        value: float = getattr(self, f"regret_{n}")
        return value


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a CSV file; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Row(**{one.name: _KINDS[str(one.type)](cells[one.name]) for one in fields(Row)})
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


def table(rows: list[Row]) -> list[str]:
    """Return lines with the mean regrets of each method, and with the differences from `gp_ei`."""
    lines = []
    for group, split in _groups(rows):
        part = [row for row in rows if row.model in group and row.split == split]
        runs: dict[tuple[str, str], dict[tuple[str, str, int], Row]] = {}
        for row in part:
            runs.setdefault((row.method, row.sources), {})[row.dataset, row.model, row.seed] = row
        n, n_seeds = len({row.dataset for row in part}), len({row.seed for row in part})
        lines.append(f"{', '.join(group)}: {n} {split} data sets, {n_seeds} seeds")
        for (method, sources), found in sorted(runs.items()):
            lines.append(f"  {method}, {sources}: {_means(list(found.values()))}")
            if (method, sources) != BASELINE and BASELINE in runs:
                lines += [f"    {one}" for one in _differences(found, runs[BASELINE])]
    return lines


def _groups(rows: list[Row]) -> list[tuple[tuple[str, ...], str]]:
    """Return what has a table: each model of a split, and all models together where there are several."""
    found = []
    for split in sorted({row.split for row in rows}):
        models = sorted({row.model for row in rows if row.split == split})
        found += [((one,), split) for one in models]
        found += [(tuple(models), split)] if len(models) > 1 else []
    return found


def _means(rows: list[Row]) -> str:
    means = (f"{np.mean([row.regret(n) for row in rows]):.4f} after {n}" for n in AT)
    return f"{len(rows)} runs, {', '.join(means)}; {sum(row.fallbacks for row in rows)} fallbacks"


def _differences(runs: Mapping[Any, Row], peers: Mapping[Any, Row]) -> list[str]:
    """Return a line for each number of evaluations: paired over data sets, models and seeds averaged."""
    shared, lines = sorted(runs.keys() & peers.keys()), []
    names = sorted({key[0] for key in shared})
    for n in AT if shared else ():
        own, other = (np.array([one[key].regret(n) for key in shared]) for one in (runs, peers))
        each = np.array(
            [
                np.mean([d for d, key in zip(own - other, shared, strict=True) if key[0] == name])
                for name in names
            ]
        )
        low, high = interval(each)
        lower, higher = int((each < -1e-9).sum()), int((each > 1e-9).sum())
        times = f"{own.mean() / other.mean():.2f}" if other.any() else "-"
        lines.append(
            f"after {n:2}: {times} times that of gp_ei, {each.mean():+.4f} "
            f"[{low:+.4f}, {high:+.4f}]; lower on {lower}, higher on {higher} of {len(each)} data sets"
        )
    return lines


def interval(values: Array) -> tuple[float, float]:
    """Return a 95 % bootstrap interval of the mean."""
    rng = np.random.default_rng(0)
    means = values[rng.integers(len(values), size=(10_000, len(values)))].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
