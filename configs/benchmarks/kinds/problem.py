"""`Problem`: a function with a known optimum, and what the kinds of problems are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Record = dict[str, Any]
Point = dict[str, Any]
Array = npt.NDArray[np.float64]
_N_POOL = 2000


@dataclass
class Problem:
    """A function of a point, its space and its optimum.

    Attributes:
        kind: What is difficult about it.
        seed: Which one of the kind.
        records: The space, as `DesignSpace().parse` takes it.
        truth: Value of a point, without noise; NaN where the evaluation fails.
        optimum: Least value of `truth`.
        observe: Noisy value of a point; `truth` where there is no noise.
    """

    kind: str
    seed: int
    records: list[Record]
    truth: Callable[[Point], float]
    optimum: float
    observe: Callable[[Point, np.random.Generator], float] | None = None
    _references: dict[int, float] = field(default_factory=dict)

    def measure(self, point: Point, rng: np.random.Generator) -> float:
        """Return an observation of a point."""
        return self.truth(point) if self.observe is None else self.observe(point, rng)

    def random_search(self, n: int) -> float:
        """Return the mean regret of random search after `n` evaluations, from resampled points."""
        if n not in self._references:
            rng = np.random.default_rng(7)
            points = [draw(self.records, rng) for _ in range(_N_POOL)]
            truth = np.array([self.truth(one) for one in points])
            seen = np.array([self.measure(one, rng) for one in points])
            seen = np.where(np.isfinite(seen), seen, np.inf)
            rows = rng.integers(0, _N_POOL, (400, n))
            best = rows[np.arange(400), seen[rows].argmin(1)]
            self._references[n] = float(np.mean(truth[best])) - self.optimum
        return self._references[n]


def draw(records: list[Record], rng: np.random.Generator) -> Point:
    """Return a random point of a space."""
    point: Point = {}
    for one in records:
        match one["type"]:
            case "num":
                point[one["name"]] = rng.uniform(one["lb"], one["ub"])
            case "pow":
                point[one["name"]] = 10 ** rng.uniform(np.log10(one["lb"]), np.log10(one["ub"]))
            case "int":
                point[one["name"]] = int(rng.integers(one["lb"], one["ub"] + 1))
            case "cat":
                point[one["name"]] = one["categories"][rng.integers(len(one["categories"]))]
            case _:
                point[one["name"]] = bool(rng.integers(2))
    return point


def box(d: int) -> list[Record]:
    """Return the records of the unit cube."""
    return [{"name": f"x{i}", "type": "num", "lb": 0.0, "ub": 1.0} for i in range(d)]


def vector(point: Point, d: int) -> Array:
    """Return the coordinates of a point of the unit cube."""
    return np.array([point[f"x{i}"] for i in range(d)], float)


def rotation(d: int, rng: np.random.Generator) -> Array:
    """Return a random orthogonal matrix."""
    return np.linalg.qr(rng.standard_normal((d, d)))[0]


def least(
    values: Callable[[Array], Array], d: int, rng: np.random.Generator, *, near: Array | None = None
) -> float:
    """Return the least value that a dense search with shrinking steps finds in the unit cube."""
    x = rng.random((40_000, d))
    if near is not None:
        x = np.concatenate([x, np.clip(near + 0.1 * rng.standard_normal((4000, d)), 0, 1)])
    x = x[np.argsort(values(x))[:60]]
    y, size = values(x), np.full((60, 1), 0.1)
    for _ in range(1500):
        trial = np.clip(x + size * rng.standard_normal(x.shape), 0, 1)
        new = values(trial)
        better = new < y
        x[better], y[better] = trial[better], new[better]
        size = np.where(better[:, None], size * 1.1, size * 0.97).clip(1e-6, 0.2)
    return float(y.min())


def on_cube(kind: str, seed: int, d: int, values: Callable[[Array], Array], optimum: float) -> Problem:
    """Return a problem on the unit cube from a function of arrays, `n x d` to `n`."""
    return Problem(kind, seed, box(d), lambda p: float(values(vector(p, d)[None])[0]), optimum)
