"""Random combinatorial problems of seven kinds, each a function of a seed, for choices of a default.

None of them is a task of `configs/benchmarks/combinatorial.yaml`. Points are `k x d` arrays of codes: the
number of each category, or the items of a permutation in their order. All values are minimized.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hebo.design_space.design_space import DesignSpace

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

N_CHAINS = 96
N_STEPS = 6000


@dataclass(frozen=True)
class Problem(ABC):
    """One instance.

    Attributes:
        seed: Of size and coefficients.
        d: Number of columns.
        n_levels: Number of categories of each; that of items of a permutation is `d`.
    """

    kind: ClassVar[str]
    is_order: ClassVar[bool] = False

    seed: int
    d: int = field(init=False)
    n_levels: int = field(init=False)

    def __post_init__(self) -> None:
        """Draw the instance."""
        d, n_levels = self._draw(np.random.default_rng(self.seed))
        object.__setattr__(self, "d", d)
        object.__setattr__(self, "n_levels", n_levels)

    @abstractmethod
    def _draw(self, rng: np.random.Generator) -> tuple[int, int]:
        """Draw the coefficients with `_keep`; return `d` and `n_levels`."""

    @abstractmethod
    def values(self, x: Codes) -> Array:
        """Return the values, `k`, of `k x d` codes."""

    def _keep(self, **coefficients: Any) -> None:
        for name, value in coefficients.items():
            object.__setattr__(self, name, value)

    @property
    def name(self) -> str:
        """Kind and seed."""
        return f"{self.kind}-{self.seed}"

    @property
    def space(self) -> DesignSpace:
        """Where to search."""
        if self.is_order:
            return DesignSpace().parse([{"name": "order", "type": "permutation", "length": self.d}])
        levels = [str(level) for level in range(self.n_levels)]
        return DesignSpace().parse(
            [{"name": f"x{i}", "type": "cat", "categories": levels} for i in range(self.d)]
        )

    def __call__(self, point: dict[str, Any]) -> float:
        """Return the value at a point."""
        codes = list(point["order"]) if self.is_order else [int(point[f"x{i}"]) for i in range(self.d)]
        return float(self.values(np.array([codes], dtype=np.int64))[0])

    def sample(self, n: int, rng: np.random.Generator) -> Codes:
        """Return uniform points, `n x d`."""
        if self.is_order:
            return rng.random((n, self.d)).argsort(1)
        return rng.integers(0, self.n_levels, (n, self.d))

    def random_search(self, n: int, repeats: int = 400) -> float:
        """Return the mean of the best of `n` uniform points."""
        values = self.values(self.sample(n * repeats, np.random.default_rng(0)))
        return float(values.reshape(repeats, n).min(1).mean())

    @cached_property
    def best_known(self) -> float:
        """The least value of long annealing: 96 chains of 6000 changes of one column or of swaps."""
        rng = np.random.default_rng(1)
        x = self.sample(N_CHAINS, rng)
        now = self.values(x)
        best, spread = float(now.min()), float(now.std()) + 1e-12
        rows = np.arange(N_CHAINS)
        for temperature in spread * np.geomspace(0.5, 0.01, N_STEPS):
            trial, i, j = x.copy(), *rng.integers(0, self.d, (2, N_CHAINS))
            if self.is_order:
                trial[rows, i], trial[rows, j] = x[rows, j], x[rows, i]
            else:
                trial[rows, i] = (trial[rows, i] + rng.integers(1, self.n_levels, N_CHAINS)) % self.n_levels
            reached = self.values(trial)
            accepted = reached - now <= -temperature * np.log(rng.random(N_CHAINS))
            x[accepted], now[accepted] = trial[accepted], reached[accepted]
            best = min(best, float(now.min()))
        return best


class Cut(Problem):
    """Weighted maximum cut of a random graph of 16 to 30 vertices."""

    kind = "cut"
    weights: Array

    def _draw(self, rng: np.random.Generator) -> tuple[int, int]:
        d = int(rng.integers(16, 31))
        weights = np.triu(rng.random((d, d)) < rng.uniform(0.25, 0.9), 1) * 1.0
        weights *= [np.ones((d, d)), rng.random((d, d)), rng.normal(size=(d, d))][self.seed % 3]
        self._keep(weights=weights)
        return d, 2

    def values(self, x: Codes) -> Array:
        """See `Problem`: minus the weight of the edges between the two sides."""
        s = 2.0 * x - 1.0
        return -0.5 * (self.weights.sum() - ((s @ self.weights) * s).sum(1))


class Assignment(Problem):
    """Facilities at sites: costs of each place, flows times distances, and a quadratic cost of crowding."""

    kind = "assignment"
    costs: Array
    flows: Array
    distances: Array
    crowding: float

    def _draw(self, rng: np.random.Generator) -> tuple[int, int]:
        d, c = int(rng.integers(8, 15)), int(rng.integers(4, 7))
        flows = np.triu(rng.random((d, d)) * (rng.random((d, d)) < rng.uniform(0.3, 0.8)), 1)
        places = rng.random((c, 2))
        distances = np.linalg.norm(places[:, None] - places, axis=2)
        costs = rng.uniform(0.2, 1.0) * rng.random((d, c))
        self._keep(costs=costs, flows=flows, distances=distances, crowding=float(rng.uniform(0.02, 0.3)))
        return d, c

    def values(self, x: Codes) -> Array:
        """See `Problem`."""
        own = self.costs[np.arange(self.d), x].sum(1)
        between = (self.flows * self.distances[x[:, :, None], x[:, None, :]]).sum((1, 2))
        loads = (x[:, :, None] == np.arange(self.n_levels)).sum(1)
        total: Array = own + between + self.crowding * np.square(loads).sum(1)
        return total


class Epistasis(Problem):
    """Kauffman's NK landscape with letters: each position has a table of its own letter and of `k` others."""

    kind = "epistasis"
    others: Codes
    tables: Array

    def _draw(self, rng: np.random.Generator) -> tuple[int, int]:
        d, c, k = int(rng.integers(8, 15)), int(rng.integers(4, 9)), int(rng.integers(1, 4))
        if self.seed % 2:  # the next positions, as in a chain of a polymer
            others = (np.arange(d)[:, None] + np.arange(k + 1)) % d
        else:
            drawn = [rng.permutation(np.delete(np.arange(d), i))[:k] for i in range(d)]
            others = np.column_stack([np.arange(d), drawn])
        self._keep(others=others, tables=rng.normal(size=(d, c ** (k + 1))))
        return d, c

    def values(self, x: Codes) -> Array:
        """See `Problem`."""
        powers = self.n_levels ** np.arange(self.others.shape[1])
        total: Array = self.tables[np.arange(self.d), x[:, self.others] @ powers].sum(1)
        return total


class Code(Problem):
    """Sequences of low autocorrelation, or sets of code words that are far apart.

    Even seeds: the weighted energy of the aperiodic autocorrelations of 16 to 30 signs. Odd seeds: words of 4
    to 6 letters of an alphabet of 2 to 4, with a penalty that doubles with each position two words share.
    """

    kind = "code"
    lags: Array
    n_words: int

    def _draw(self, rng: np.random.Generator) -> tuple[int, int]:
        if self.seed % 2:
            n_words, length, c = int(rng.integers(3, 6)), int(rng.integers(4, 7)), int(rng.integers(2, 5))
            self._keep(n_words=n_words, lags=np.exp(rng.normal(scale=0.3, size=length)))
            return n_words * length, c
        d = int(rng.integers(16, 31))
        self._keep(n_words=0, lags=np.exp(rng.normal(scale=0.5, size=d - 1)))
        return d, 2

    def values(self, x: Codes) -> Array:
        """See `Problem`."""
        total = np.zeros(len(x))
        if not self.n_words:
            s = 2.0 * x - 1.0
            for lag, weight in enumerate(self.lags, start=1):
                total += weight * np.square((s[:, lag:] * s[:, :-lag]).sum(1))
            return total
        words = x.reshape(len(x), self.n_words, -1)
        for a in range(self.n_words):
            for b in range(a):
                total += 2.0 ** ((words[:, a] == words[:, b]) * self.lags).sum(1)
        return total


class Dispatch(Problem):
    """Jobs to unlike machines with setup times, in the order of the jobs: makespan and late jobs."""

    kind = "dispatch"
    times: Array
    setups: Array
    due: Array

    def _draw(self, rng: np.random.Generator) -> tuple[int, int]:
        d, c = int(rng.integers(10, 17)), int(rng.integers(3, 6))
        families = rng.integers(0, 3, d)
        setups = rng.uniform(0, 0.8, (3, 3)) * (1 - np.eye(3))
        times = rng.uniform(0.3, 1.0, (d, 1)) * rng.uniform(0.6, 1.6, (d, c))
        due = np.sort(rng.uniform(0.5, 1.2 * d / c, d))
        self._keep(times=times, setups=setups[families[:, None], families], due=due)
        return d, c

    def values(self, x: Codes) -> Array:
        """See `Problem`."""
        rows = np.arange(len(x))
        clock = np.zeros((len(x), self.n_levels))
        last = np.full((len(x), self.n_levels), -1)
        late = np.zeros(len(x))
        for job in range(self.d):
            at, before = x[:, job], last[rows, x[:, job]]
            clock[rows, at] += self.times[job, at] + np.where(before < 0, 0.0, self.setups[before, job])
            last[rows, at] = job
            late += np.maximum(clock[rows, at] - self.due[job], 0)
        total: Array = clock.max(1) + 0.3 * late
        return total


class FlowShop(Problem):
    """The order of 8 to 14 jobs on 3 to 5 machines in a row: makespan and weighted mean completion."""

    kind = "flow_shop"
    is_order = True
    times: Array
    weights: Array

    def _draw(self, rng: np.random.Generator) -> tuple[int, int]:
        d, c = int(rng.integers(8, 15)), int(rng.integers(3, 6))
        self._keep(times=rng.random((d, c)), weights=rng.random(d) / d)
        return d, d

    def values(self, x: Codes) -> Array:
        """See `Problem`."""
        clock = np.zeros((len(x), self.times.shape[1]))
        total = np.zeros(len(x))
        for place in range(self.d):
            free = np.zeros(len(x))
            for machine in range(clock.shape[1]):
                free = np.maximum(clock[:, machine], free) + self.times[x[:, place], machine]
                clock[:, machine] = free
            total += self.weights[x[:, place]] * free
        return total + clock[:, -1]


class Cascade(Problem):
    """A cascade of choices: a stage counts as far as those before it are right, beside a rough NK part."""

    kind = "cascade"
    targets: Codes
    weights: Array
    rough: Epistasis

    def _draw(self, rng: np.random.Generator) -> tuple[int, int]:
        rough = Epistasis(self.seed + 10_000)
        d, c = rough.d, rough.n_levels
        self._keep(rough=rough, targets=rng.permuted(np.tile(np.arange(c), (d, 1)), axis=1))
        self._keep(weights=np.exp(rng.normal(scale=0.5, size=d)))
        return d, c

    def values(self, x: Codes) -> Array:
        """See `Problem`."""
        losses = self.targets[np.arange(self.d), x] / (self.n_levels - 1)
        carried = np.cumprod(1 - 0.5 * losses, axis=1)
        return -(carried * self.weights).sum(1) + 0.05 * self.rough.values(x)


KINDS: tuple[type[Problem], ...] = (Cut, Assignment, Epistasis, Code, Dispatch, FlowShop, Cascade)


def problems(part: str, n: int) -> list[Problem]:
    """Return `n` instances of each kind, of the seeds of `tuning` or `fresh`."""
    first = {"tuning": 100, "fresh": 500}[part]
    return [kind(seed) for seed in range(first, first + n) for kind in KINDS]
