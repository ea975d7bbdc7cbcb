"""Kinds of problems on the unit cube: terraces, basins, paths, closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
from problem import Array, Problem, box, least, on_cube, rotation, vector


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
