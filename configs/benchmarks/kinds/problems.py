"""Random problems of several kinds, each with a known optimum: `problem(kind, seed)`.

A kind is a difficulty that benchmarks of closed-form functions seldom have. Each seed draws another problem,
so that a comparison over seeds covers problems as well as runs. All are minimised.
"""

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


def terraces(seed: int) -> Problem:
    """Functions with steps: a rotated bowl, a bent valley, or a random tree."""
    rng = np.random.default_rng([1, seed])
    d = int(rng.integers(3, 7))
    if seed % 3 == 0:
        turned, center = rotation(d, rng) * rng.uniform(0.7, 3, d), rng.uniform(0.15, 0.85, d)
        n = rng.integers(5, 11)
        return on_cube(
            "terraces",
            seed,
            d,
            lambda x: np.floor(n * np.sqrt((((x - center) @ turned) ** 2).sum(1))) / n,
            0.0,
        )
    if seed % 3 == 1:
        phase, waves, best = rng.uniform(0, 6, d - 1), rng.uniform(2, 5, d - 1), rng.uniform(0.15, 0.85)

        def valley(x: Array) -> Array:
            off = np.abs(x[:, 1:] - 0.5 - 0.3 * np.cos(phase + waves * x[:, :1])).max(1)
            return np.floor(10 * off) + 0.5 * np.floor(6 * np.abs(x[:, 0] - best) / max(best, 1 - best))

        return on_cube("terraces", seed, d, valley, 0.0)
    tree = _Tree(d, int(rng.integers(6, 10)), rng)
    return Problem("terraces", seed, box(d), lambda p: tree(vector(p, d)), tree.best)


class _Tree:
    """A random partition of the cube; values drift less with depth, so good boxes lie among good ones."""

    def __init__(self, d: int, depth: int, rng: np.random.Generator) -> None:
        self._rng, self._d, self.best = rng, d, np.inf
        self._root = self._grown(np.zeros(d), np.ones(d), 0.0, depth, 1.0)

    def _grown(self, low: Array, high: Array, value: float, depth: int, scale: float) -> Any:
        if not depth:
            self.best = min(self.best, round(value, 1))
            return round(value, 1)
        width = (high - low + 1e-9) ** 3
        i = int(self._rng.choice(self._d, p=width / width.sum()))
        cut = low[i] + (high[i] - low[i]) * self._rng.uniform(0.3, 0.7)
        up, down = high.copy(), low.copy()
        up[i] = down[i] = cut
        step = scale * self._rng.standard_normal(2)
        left = self._grown(low, up, value + step[0], depth - 1, 0.9 * scale)
        return i, cut, left, self._grown(down, high, value + step[1], depth - 1, 0.9 * scale)

    def __call__(self, x: Array) -> float:
        node = self._root
        while isinstance(node, tuple):
            node = node[2] if x[node[0]] <= node[1] else node[3]
        return float(node)


def basins(seed: int) -> Problem:
    """A wide shallow basin and a narrow deep one, or waves that quicken towards the deep end."""
    rng = np.random.default_rng([2, seed])
    d = int(rng.integers(2, 6))
    wide = rng.uniform(0.15, 0.4, d)
    deep = rng.uniform(0.65, 0.9, d)
    flip = rng.integers(0, 2, d).astype(bool)
    wide, deep = np.where(flip, 1 - wide, wide), np.where(flip, 1 - deep, deep)
    if seed % 3 == 0:
        radius, power = rng.uniform(0.15, 0.3) * np.sqrt(d), rng.uniform(0.6, 1.2)

        def funnel(x: Array) -> Array:
            a, b = (np.sqrt(((x - one) ** 2).sum(1)) for one in (wide, deep))
            return np.minimum(1.2 * a**2 / np.sqrt(d), -1.0 + 1.3 * (b / radius) ** power)

        return on_cube("basins", seed, d, funnel, -1.0)
    if seed % 3 == 1:
        size = rng.uniform(0.12, 0.22)
        k = min(d, 2)

        def hole(x: Array) -> Array:
            at = np.exp(-((x[:, :k] - deep[:k]) ** 2).sum(1) / (2 * size**2))
            return ((x - wide) ** 2).sum(1) - at * (2.2 - 1.2 * ((x[:, k:] - deep[k:]) ** 2).sum(1))

        return on_cube("basins", seed, d, hole, least(hole, d, rng, near=deep))
    n, power = rng.uniform(2.2, 4), rng.uniform(1.8, 3)

    def chirp(x: Array) -> Array:
        t = np.where(flip[0], 1 - x[:, 0], x[:, 0])
        wave = np.cos(2 * np.pi * n * t**power)
        first = (0.35 + 0.65 * t**2) * wave * np.exp(-1.5 * ((x[:, 1:] - deep[1:]) ** 2).sum(1))
        calm = np.exp(-((t - 0.2) ** 2) / 0.05 - ((x[:, 1:] - wide[1:]) ** 2).sum(1) / 0.3)
        return 1.0 - first - 0.35 * calm

    return on_cube("basins", seed, d, chirp, least(chirp, d, rng))


def families(seed: int) -> Problem:
    """A choice among families with parameters of their own; the best is poor unless tuned."""
    rng = np.random.default_rng([3, seed])
    n, k = int(rng.integers(3, 6)), int(rng.integers(2, 4))
    names = [f"f{i}" for i in range(n)]
    best = int(rng.integers(n))
    floors = rng.uniform(0.3, 0.75, n)
    center, width = rng.uniform(0.15, 0.85, (n, k)), rng.uniform(0.5, 1.2, (n, k))
    top = floors + rng.uniform(0.05, 0.3, n)
    floors[best], top[best] = 0.0, rng.uniform(0.9, 1.3)
    width[best] = rng.uniform(0.18, 0.4, k)
    is_log = rng.random((n, k)) < 0.4
    records: list[Record] = [{"name": "family", "type": "cat", "categories": names}]
    for i in range(n):
        for j in range(k):
            bounds = (
                {"type": "pow", "lb": 1e-4, "ub": 1.0}
                if is_log[i, j]
                else {"type": "num", "lb": 0.0, "ub": 1.0}
            )
            records.append({"name": f"{names[i]}_{j}", **bounds})

    def truth(point: Point) -> float:
        i = names.index(point["family"])
        u = np.array([float(point[f"{names[i]}_{j}"]) for j in range(k)])
        u = np.where(is_log[i], np.log10(np.maximum(u, 1e-4)) / 4 + 1, u)
        return float(top[i] - (top[i] - floors[i]) * np.exp(-0.5 * (((u - center[i]) / width[i]) ** 2).sum()))

    return Problem("families", seed, records, truth, 0.0)


def category(seed: int) -> Problem:
    """Categories, each with a best setting of its own; the best one is bad at most settings."""
    rng = np.random.default_rng([4, seed])
    n, d = int(rng.integers(2, 6)), int(rng.integers(2, 6))
    names, best = [f"c{i}" for i in range(n)], int(rng.integers(n))
    shared = rng.uniform(0.2, 0.8, d)
    centers = np.clip(shared + rng.choice([0.05, 0.3]) * rng.standard_normal((n, d)), 0.05, 0.95)
    floors, slope = rng.uniform(0.15, 0.5, n), rng.uniform(0.5, 1.0, n)
    floors[best], slope[best] = 0.0, rng.uniform(1.0, 2.2)
    switch = rng.random() < 0.5
    records = [{"name": "c", "type": "cat", "categories": names}, *box(d)]
    if switch:
        records.append({"name": "b", "type": "bool"})

    def truth(point: Point) -> float:
        i = names.index(point["c"])
        value = floors[i] + slope[i] * ((vector(point, d) - centers[i]) ** 2).sum()
        return float(value + (0.15 if switch and bool(point["b"]) != (i == best) else 0.0))

    return Problem("category", seed, records, truth, 0.0)


def path(seed: int) -> Problem:
    """Paths of a smooth Gaussian process, rotated; some directions matter little."""
    rng = np.random.default_rng([5, seed])
    d = int(rng.choice([3, 4, 6, 8]))
    scale = rng.choice([0.35, 0.6, 1.2, 2.5], d) * (d / 4) ** 0.5
    waves = (rng.standard_normal((300, d)) / scale) @ rotation(d, rng)
    shift, size = rng.uniform(0, 2 * np.pi, 300), rng.standard_normal(300) * np.sqrt(2 / 300)

    def values(x: Array) -> Array:
        return np.cos(x @ waves.T + shift) @ size

    return on_cube("path", seed, d, values, least(values, d, rng))


def _rosenbrock(z: Array) -> Array:
    z = 1 + 2.0 * z
    return np.log1p((100 * (z[:, 1:] - z[:, :-1] ** 2) ** 2 + (1 - z[:, :-1]) ** 2).sum(1))


def _ackley(z: Array) -> Array:
    z = 8 * z
    waves = np.exp(np.cos(2 * np.pi * z).mean(1))
    return 20 - 20 * np.exp(-0.2 * np.sqrt((z**2).mean(1))) + np.e - waves


def _levy(z: Array) -> Array:
    w = 1 + 2.0 * z
    middle = ((w[:, :-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:, :-1] + 1) ** 2)).sum(1)
    first = np.sin(np.pi * w[:, 0]) ** 2
    return first + middle + (w[:, -1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[:, -1]) ** 2)


def _ellipsoid(z: Array) -> Array:
    return (10 ** np.linspace(0, 2, z.shape[1]) * z**2).sum(1)


def _griewank(z: Array) -> Array:
    z = 10 * z
    return 1 + (z**2).sum(1) / 200 - np.cos(z / np.sqrt(np.arange(1, z.shape[1] + 1))).prod(1)


def _zakharov(z: Array) -> Array:
    z = 6 * z
    s = (0.5 * np.arange(1, z.shape[1] + 1) * z).sum(1)
    return np.sqrt((z**2).sum(1) + s**2 + s**4 / 50)


CLASSICS = (_rosenbrock, _ackley, _levy, _ellipsoid, _griewank, _zakharov)


def classic(seed: int) -> Problem:
    """Closed forms with a shifted optimum, every second one rotated."""
    rng = np.random.default_rng([6, seed])
    function, d = CLASSICS[seed % len(CLASSICS)], int(rng.integers(2, 9))
    center, turned = rng.uniform(0.2, 0.8, d), rotation(d, rng) if seed // len(CLASSICS) % 2 else np.eye(d)
    return on_cube("classic", seed, d, lambda x: function(2 * (x - center) @ turned), 0.0)


def many(seed: int) -> Problem:
    """Closed forms of 10 to 30 columns, half of them with columns that do not matter."""
    rng = np.random.default_rng([10, seed])
    function, d = CLASSICS[seed % len(CLASSICS)], int(rng.integers(10, 31))
    k = d if seed // len(CLASSICS) % 2 else int(rng.integers(3, 9))
    columns, center = rng.permutation(d)[:k], rng.uniform(0.2, 0.8, k)
    return on_cube("many", seed, d, lambda x: function(2 * (x[:, columns] - center)), 0.0)


def noise(seed: int) -> Problem:
    """Bowls with noise, with noise that depends on the point, and rates of few visitors."""
    rng = np.random.default_rng([7, seed])
    d = int(rng.integers(2, 6))
    center, factor = rng.uniform(0.2, 0.8, d), rotation(d, rng) * rng.uniform(0.7, 2, d)

    def bowl(point: Point) -> float:
        return float((((vector(point, d) - center) @ factor) ** 2).sum())

    if seed % 3 < 2:
        sd, end = rng.uniform(0.05, 0.25), int(rng.integers(d))
        where = (lambda p: 3 * float(p[f"x{end}"])) if seed % 3 else (lambda p: 1.0)
        return Problem(
            "noise",
            seed,
            box(d),
            bowl,
            0.0,
            lambda p, r: bowl(p) + sd * where(p) * float(r.standard_normal()),
        )
    n, offsets = int(rng.choice([30, 100, 300])), rng.uniform(-0.4, 0.4, 3)
    offsets -= offsets.max()
    names = ["a", "b", "c"]

    def rate(point: Point) -> float:
        z = 0.8 + offsets[names.index(point["c"])] - 1.5 * bowl(point)
        return -1 / (1 + float(np.exp(-z)))

    records = [{"name": "c", "type": "cat", "categories": names}, *box(d)]
    return Problem(
        "noise", seed, records, rate, -1 / (1 + np.exp(-0.8)), lambda p, r: -r.binomial(n, -rate(p)) / n
    )


def integers(seed: int) -> Problem:
    """Pairs of booleans that interact, or integers beside numbers."""
    rng = np.random.default_rng([8, seed])
    if seed % 2:
        n = int(rng.integers(8, 13))
        names = [f"b{i}" for i in range(n)]
        pairs = np.triu(rng.standard_normal((n, n)) * (rng.random((n, n)) < 0.4))
        every = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        optimum = float(np.einsum("ni,ij,nj->n", every, pairs, every).min())

        def truth(point: Point) -> float:
            z = np.array([float(point[name]) for name in names])
            return float(z @ pairs @ z)

        return Problem("integers", seed, [{"name": one, "type": "bool"} for one in names], truth, optimum)
    d, k = int(rng.integers(2, 5)), int(rng.integers(1, 4))
    upper = rng.integers(4, 30, d)
    aim, center = np.array([rng.integers(1, u) for u in upper]), rng.uniform(0.2, 0.8, k)
    factor = rotation(d + k, rng) * rng.uniform(0.7, 2, d + k)
    records = [{"name": f"n{i}", "type": "int", "lb": 0, "ub": int(u)} for i, u in enumerate(upper)]

    def mixed(point: Point) -> float:
        z = [(float(point[f"n{i}"]) - aim[i]) / upper[i] for i in range(d)]
        return float(((np.concatenate([z, vector(point, k) - center]) @ factor) ** 2).sum())

    return Problem("integers", seed, [*records, *box(k)], mixed, 0.0)


def failing(seed: int) -> Problem:
    """A path or a closed form where a half space, often close to the optimum, fails."""
    rng = np.random.default_rng([9, seed])
    inner = path(1000 + seed) if seed % 2 else classic(1000 + seed)
    d = len(inner.records)
    normal = rng.standard_normal(d)
    normal /= np.linalg.norm(normal)
    level = float(np.quantile(rng.random((2000, d)) @ normal, rng.uniform(0.6, 0.8)))

    def truth(point: Point) -> float:
        return float("nan") if vector(point, d) @ normal > level else inner.truth(point)

    def values(x: Array) -> Array:
        rows = np.array([inner.truth({f"x{i}": v for i, v in enumerate(row)}) for row in x])
        return np.where(x @ normal > level, np.inf, rows)

    return Problem("failing", seed, inner.records, truth, _least_of_rows(values, d, rng))


def _least_of_rows(values: Callable[[Array], Array], d: int, rng: np.random.Generator) -> float:
    """`least` for functions of single rows, with fewer steps."""
    x = rng.random((4000, d))
    x = x[np.argsort(values(x))[:16]]
    y, size = values(x), np.full((16, 1), 0.1)
    for _ in range(600):
        trial = np.clip(x + size * rng.standard_normal(x.shape), 0, 1)
        new = values(trial)
        better = new < y
        x[better], y[better] = trial[better], new[better]
        size = np.where(better[:, None], size * 1.2, size * 0.96).clip(1e-6, 0.2)
    return float(y.min())


KINDS: dict[str, Callable[[int], Problem]] = {
    one.__name__: one
    for one in (terraces, basins, families, category, path, classic, many, noise, integers, failing)
}


def problem(kind: str, seed: int) -> Problem:
    """Return a problem of a kind."""
    return KINDS[kind](seed)
