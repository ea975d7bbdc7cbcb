"""Kinds of problems with categories, integers, noise or failures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numeric_kinds import classic, path
from problem import Array, Point, Problem, Record, box, rotation, vector


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
