"""Tests of `hebo.presets`."""

from __future__ import annotations

import math

import pandas as pd

from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.presets import HEBORecipe

OFFSETS = {"worst": 0.24, "second": 0.12, "best": 0.0}
SPACE = DesignSpace().parse(
    [
        *({"name": name, "type": "num", "lb": 0, "ub": 1} for name in "abcd"),
        {"name": "kind", "type": "cat", "categories": [*OFFSETS]},
    ]
)


def test_the_best_of_25_points_mostly_lies_in_the_right_category_of_an_additive_function() -> None:
    found = [best_kind(HEBORecipe(), seed) for seed in range(4)]
    assert found.count("best") >= 3


def best_kind(recipe: Recommender, seed: int) -> str:
    optimizer, seen = recipe.build(SPACE, seed=seed), []
    for _ in range(25):
        points = optimizer.ask()
        point = points.iloc[0].to_dict()
        seen.append((additive(point), point["kind"]))
        optimizer.tell(points, pd.DataFrame({"y": [seen[-1][0]]}))
    return str(min(seen)[1])


def additive(point: dict[str, float]) -> float:
    """Return a bowl, a slope, a wave and a kink, and an offset: the numbers matter more than the category."""
    numbers = (
        1.5 * (point["a"] - 0.7) ** 2
        + 0.5 * abs(point["b"] - 0.3)
        + 0.4 * point["c"]
        + 0.3 * math.sin(5 * point["d"])
    )
    return numbers + OFFSETS[str(point["kind"])]
