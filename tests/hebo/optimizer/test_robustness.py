"""Whatever the history, HEBO suggests usable points: no exception, no NaN, inside the space, none twice."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator
from numpy.typing import NDArray

from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBO
from hebo.random import make_generator

Floats = NDArray[np.float64]

KINDS = ("numeric", "integer", "categorical", "mixed")
POINTS = ("spread", "duplicates", "clustered", "edges")
VALUES = (
    "normal",
    "scaled",
    "all scales",
    "positive scales",
    "near constant",
    "constant",
    "ties",
    "outlier",
    "steep",
    "failures",
)


def log_uniform(rng: Generator, low: int, high: int) -> int:
    """A whole number from `low` to `high`, small ones as likely as large ones."""
    return int(math.exp(rng.uniform(math.log(low), math.log(high + 1))))


def numeric(rng: Generator, name: str) -> dict[str, Any]:
    scale = 10.0 ** rng.uniform(-8, 8)
    low = float(rng.normal() * scale)
    one = {"name": name, "type": "num", "lb": low, "ub": low + scale}
    return rng.choice(
        [
            one,
            {"name": name, "type": "pow", "lb": 1e-9, "ub": 1e3, "base": 10},
            {**one, "step": scale / 7},
            {**one, "ub": low},
        ],
        p=[0.7, 0.2, 0.07, 0.03],
    )


def integer(rng: Generator, name: str) -> dict[str, Any]:
    low = int(rng.integers(-5, 5))
    return rng.choice(
        [
            {"name": name, "type": "int", "lb": low, "ub": low + log_uniform(rng, 1, 1000)},
            {"name": name, "type": "pow_int", "lb": 1, "ub": 4096, "base": 2},
            {"name": name, "type": "bool"},
        ]
    )


def categorical(rng: Generator, name: str) -> dict[str, Any]:
    return {"name": name, "type": "cat", "categories": [f"c{i}" for i in range(log_uniform(rng, 2, 30))]}


def random_space(rng: Generator, kind: str, d: int) -> DesignSpace:
    makers = {"numeric": [numeric], "integer": [integer], "categorical": [categorical]}
    chosen = makers.get(kind, [numeric, integer, categorical])
    return DesignSpace().parse([chosen[i % len(chosen)](rng, f"x{i}") for i in range(d)])


def random_points(rng: Generator, space: DesignSpace, how: str, n: int) -> pd.DataFrame:
    x = space.sample(n, generator=make_generator(int(rng.integers(2**31))), method="random")
    lower, upper = space.bounds
    if how == "duplicates":
        x = x[rng.integers(max(1, n // 5), size=n)]
    if how == "clustered":
        width = 10.0 ** rng.uniform(-12, -2)
        x = space.project(x[:1] + width * (x - x[:1]))
    if how == "edges":
        x = space.project(lower + (upper - lower) * ((x - lower) > 0.5 * (upper - lower)))
    return space.decode(x)


def random_values(rng: Generator, how: str, n: int) -> Floats:
    y = rng.normal(size=n)
    if how == "scaled":
        return y * 10.0 ** rng.uniform(-300, 300)
    if how == "all scales":
        return np.sign(y) * 10.0 ** rng.uniform(-300, 300, size=n)
    if how == "positive scales":
        return 10.0 ** rng.uniform(-300, 300, size=n)
    if how == "near constant":
        return rng.normal() * (1 + 10.0 ** rng.uniform(-16, -8) * y)
    if how == "constant":
        return np.full(n, y[0])
    if how == "ties":
        return np.round(y)
    if how == "outlier":
        y[rng.integers(n)] = 10.0 ** rng.uniform(3, 300)
    if how == "steep":
        return np.exp(rng.uniform(1, 100) * y)
    if how == "failures":
        y[rng.random(n) < rng.choice([0.2, 0.9, 1.0])] = np.nan
    return y


def told(case: int, *, most_points: int, most_columns: int) -> tuple[Optimizer, Generator]:
    """An optimizer that has been told the history of a case; kinds of spaces, points and values take turns."""
    rng = np.random.default_rng(case)
    space = random_space(rng, KINDS[case % 4], log_uniform(rng, 1, most_columns))
    n = log_uniform(rng, 1, most_points)
    # After the initial points: before them no model is asked.
    optimizer = HEBO(space, rand_sample=2, scramble_seed=case)
    frame = random_points(rng, space, POINTS[case // 4 % 4], n)
    optimizer.tell(frame, random_values(rng, VALUES[case // 16 % len(VALUES)], n))
    return optimizer, rng


def check_suggestions(optimizer: Optimizer, n: int) -> None:
    """Ask, and check the answer against the space and the history."""
    space, before = optimizer.space, optimizer.data.seen
    asked = optimizer.ask(n)
    x = space.encode(asked)  # refuses NaN and values outside the space
    assert x.shape == (n, space.n_dims)
    assert bool(space.contains(x).all())
    every = space.points(10_000)
    known = set(map(tuple, before.tolist()))
    n_left = math.inf if every is None else len(set(map(tuple, every.tolist())) - known)
    assert len(set(map(tuple, x.tolist())) - known) == min(n, n_left)


def check(case: int, *, most_points: int, most_columns: int) -> Optimizer:
    optimizer, rng = told(case, most_points=most_points, most_columns=most_columns)
    for n in ((4,), (1,), (1, 1))[rng.integers(3)]:
        check_suggestions(optimizer, n)
    return optimizer


# A step of 7 visits every kind of space, points and values.
@pytest.mark.parametrize("case", range(0, 175, 7))
def test_small_histories_get_usable_suggestions(case: int) -> None:
    check(case, most_points=30, most_columns=6)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_a_thousand_histories_get_usable_suggestions(block: int) -> None:
    for case in range(50 * block, 50 * block + 50):
        check(1000 + case, most_points=300, most_columns=60)
