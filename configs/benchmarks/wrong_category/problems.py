"""Problems of one category and four numbers, whose best category shows at good numbers only.

    f(u, c) = offset_c + sum_i w_ic h(u_i - o_ic)

with `h >= 0` and `h(0) = 0`: the minimum in a category is its offset. The offsets differ by little against
the range of the sum, so that a category met at bad numbers looks bad whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hebo.design_space.design_space import DesignSpace

Array = NDArray[np.float64]

CATEGORIES = ("a", "b", "c")
N_NUMBERS = 4
SHAPES: dict[str, Callable[[Array], Array]] = {
    "bowl": np.square,
    "abs": lambda z: 0.5 * np.abs(z),
    "tilted": lambda z: np.square(z) + 0.3 * np.maximum(z, 0) + 0.1 * np.maximum(-z, 0),
    "wave": lambda z: np.square(z) + 0.04 * (1 - np.cos(6 * np.pi * z)),
}


@dataclass(frozen=True)
class Additive:
    """One problem, drawn from its settings and a seed.

    Attributes:
        shape: Of each term, a key of `SHAPES`.
        optima: Where terms are least: `shared` by all categories, `near` each other, or `apart`.
        gap: Advantage of the best category over the second, as a share of the mean of the sum; the third is
            as far behind again.
        steep: How many times larger the sum is in the best category than in the others.
        seed: Of weights, optima, and of which category is best.
    """

    shape: str
    optima: str
    gap: float
    steep: float
    seed: int

    @property
    def name(self) -> str:
        """Short, with all settings."""
        return f"{self.shape}-{self.optima}-gap{self.gap:g}-steep{self.steep:g}-{self.seed}"

    @property
    def space(self) -> DesignSpace:
        """Where to search."""
        numbers = [{"name": f"x{i}", "type": "num", "lb": 0.0, "ub": 1.0} for i in range(N_NUMBERS)]
        return DesignSpace().parse([*numbers, {"name": "kind", "type": "cat", "categories": [*CATEGORIES]}])

    @cached_property
    def _drawn(self) -> tuple[Array, Array, Array]:
        """Offsets, `c`, weights and optima, `c x 4`, of the categories."""
        rng = np.random.default_rng(self.seed)
        weights = np.exp(rng.uniform(-0.7, 0.7, N_NUMBERS)) * np.exp(rng.uniform(-0.2, 0.2, (3, N_NUMBERS)))
        shared = rng.uniform(0.15, 0.85, N_NUMBERS)
        apart = rng.uniform(0.1, 0.9, (3, N_NUMBERS))
        mix = {"shared": 0.0, "near": 0.3, "apart": 1.0}[self.optima]
        optima = (1 - mix) * shared + mix * apart
        places = rng.permutation(3)
        weights[places[0]] *= self.steep
        grid = np.linspace(0, 1, 201)
        terms = SHAPES[self.shape](grid[:, None, None] - optima).mean(0)
        offsets = np.empty(3)
        offsets[places] = np.arange(3) * self.gap * float((weights * terms).sum(1).mean())
        return offsets, weights, optima

    @property
    def best(self) -> str:
        """The category of the minimum, which is 0."""
        return CATEGORIES[int(self._drawn[0].argmin())]

    def __call__(self, point: dict[str, Any]) -> float:
        """Return the value at a point."""
        offsets, weights, optima = self._drawn
        code = CATEGORIES.index(point["kind"])
        z = np.array([point[f"x{i}"] for i in range(N_NUMBERS)]) - optima[code]
        return float(offsets[code] + weights[code] @ SHAPES[self.shape](z))

    def random_search(self, n: int, repeats: int = 400) -> float:
        """Return the mean of the best of `n` uniform points."""
        rng = np.random.default_rng(0)
        offsets, weights, optima = self._drawn
        codes = rng.integers(0, 3, (repeats, n))
        z = rng.random((repeats, n, N_NUMBERS)) - optima[codes]
        values = offsets[codes] + (weights[codes] * SHAPES[self.shape](z)).sum(-1)
        return float(values.min(1).mean())


def variants(first_seed: int) -> list[Additive]:
    """Return eight problems."""
    settings = [
        ("bowl", "shared", 0.3, 1.0),
        ("bowl", "shared", 0.8, 1.0),
        ("bowl", "apart", 0.4, 1.0),
        ("bowl", "apart", 0.4, 2.0),
        ("abs", "near", 0.4, 1.0),
        ("abs", "shared", 0.8, 2.0),
        ("tilted", "near", 0.3, 2.0),
        ("wave", "shared", 0.4, 1.5),
    ]
    return [Additive(*one, seed=first_seed + i) for i, one in enumerate(settings)]


TUNING = variants(100)
REPORTING = variants(900)
