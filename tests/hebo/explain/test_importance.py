"""Tests of `hebo.explain.importance`: estimators on known functions, ranking of models of three more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.explain.draws import Draws
from hebo.explain.importance import PickFreeze
from hebo.explain.scope import Scope
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import HEBORecipe


def cube(n: int, low: float = 0.0, high: float = 1.0) -> DesignSpace:
    return DesignSpace().parse([{"name": f"x{i}", "type": "num", "lb": low, "ub": high} for i in range(n)])


class Exact:
    """Stands in for drawn functions: one function that is known."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        self._function = function

    def values(self, x: Tensor) -> Tensor:
        return self._function(x).unsqueeze(0)


def frozen(function: Callable[[Tensor], Tensor], space: DesignSpace, n: int = 4096) -> PickFreeze:
    scope, generator = Scope(space, {}), torch.Generator().manual_seed(0)
    a, b = scope.uniform(n, n_blocks=2, generator=generator)
    draws = Exact(function)
    return PickFreeze(
        scope, cast(Draws, draws), a, b, draws.values(scope.points(a)), draws.values(scope.points(b))
    )


def ishigami(x: Tensor) -> Tensor:
    return x[:, 0].sin() + 7 * x[:, 1].sin() ** 2 + 0.1 * x[:, 2] ** 4 * x[:, 0].sin()


def test_indices_of_the_ishigami_function_are_those_of_the_textbook() -> None:
    found = frozen(ishigami, cube(3, -np.pi, np.pi))
    mixed = {name: found.mixed([name]) for name in ("x0", "x1", "x2")}
    main = [float(found.closed(one)) for one in mixed.values()]
    total = [float(found.total(one)) for one in mixed.values()]
    assert main == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    pair = found.closed(found.mixed(["x0", "x2"])) - found.closed(mixed["x0"]) - found.closed(mixed["x2"])
    assert float(pair) == pytest.approx(0.2437, abs=0.03)


def test_a_product_is_an_interaction_alone() -> None:
    found = frozen(lambda x: (x[:, 0] - 0.5) * (x[:, 1] - 0.5), cube(2))
    assert float(found.closed(found.mixed(["x0"]))) == pytest.approx(0.0, abs=0.03)
    assert float(found.total(found.mixed(["x0"]))) == pytest.approx(1.0, abs=0.03)


def test_a_constant_function_has_no_effects() -> None:
    found = frozen(lambda x: torch.ones(len(x), dtype=x.dtype), cube(2))
    assert float(found.total(found.mixed(["x0"]))) == 0.0


def told(space: DesignSpace, function: Callable[[pd.DataFrame], Any], n: int) -> Optimizer:
    optimizer = HEBORecipe().build(space, seed=0)
    points = space.decode(space.sample(n, generator=torch.Generator().manual_seed(1)))
    optimizer.tell(points, function(points))
    return optimizer


def of_encoded(space: DesignSpace, function: Callable[[Tensor], Tensor]) -> Callable[[pd.DataFrame], Any]:
    return lambda points: function(space.encode(points)).numpy()


def ranked(table: pd.DataFrame, by: str) -> list[str]:
    return list(table.sort_values(by, ascending=False).index)


def test_main_effects_of_the_ishigami_function_are_ranked_after_a_hundred_points() -> None:
    space = cube(3, -np.pi, np.pi)
    found = told(space, of_encoded(space, ishigami), 100).importance()
    assert ranked(found, "main") == ["x1", "x0", "x2"]


def test_total_effects_of_the_ishigami_function_are_ranked_after_two_hundred_points() -> None:
    space = cube(3, -np.pi, np.pi)
    found = told(space, of_encoded(space, ishigami), 200).importance()
    assert list(found.index) == ["x0", "x1", "x2"]


def test_the_g_function_is_ranked() -> None:
    space, a = cube(4), torch.tensor([0.0, 1.0, 4.5, 99.0], dtype=torch.float64)
    found = told(space, of_encoded(space, lambda x: (((4 * x - 2).abs() + a) / (1 + a)).prod(1)), 80)
    assert list(found.importance().index) == ["x0", "x1", "x2", "x3"]


def test_a_linear_function_is_ranked_and_has_no_interactions() -> None:
    space, slopes = cube(5), torch.tensor([5.0, 4.0, 3.0, 2.0, 1.0], dtype=torch.float64)
    optimizer = told(space, of_encoded(space, lambda x: x @ slopes), 60)
    found = optimizer.importance()
    assert list(found.index) == ["x0", "x1", "x2", "x3", "x4"]
    shares = (slopes.square() / slopes.square().sum()).tolist()
    assert found["main"].tolist() == pytest.approx(shares, abs=0.05)
    assert found["total"].tolist() == pytest.approx(shares, abs=0.05)
    pairs = optimizer.interactions(n_strongest=3)
    assert len(pairs) == 3
    assert pairs["interaction"].max() < 0.05


def test_the_pair_that_interacts_comes_first() -> None:
    space = cube(3)
    optimizer = told(space, lambda points: 8 * points["x0"] * points["x2"] + points["x1"], 60)
    first = optimizer.interactions().index[0]
    assert set(first) == {"x0", "x2"}


def test_intervals_are_wide_where_little_is_known() -> None:
    space = cube(4)
    function = of_encoded(space, lambda x: (6 * x[:, 0]).sin() * x[:, 1] + x[:, 2])
    widths = []
    for n in (8, 80):
        found = told(space, function, n).importance()
        widths.append((found["total_high"] - found["total_low"]).mean())
        assert (found["total_low"] <= found["total"]).all()
        assert (found["total"] <= found["total_high"]).all()
    assert widths[1] < 0.5 * widths[0]


def test_sequences_and_permutations_are_one_parameter_each() -> None:
    space = DesignSpace().parse(
        [
            {"name": "word", "type": "sequence", "alphabet": "AB", "length": 4},
            {"name": "order", "type": "permutation", "length": 4},
            {"name": "x", "type": "num", "lb": 0, "ub": 1},
        ]
    )
    optimizer = told(
        space, lambda points: points["word"].str.count("A") + 0.1 * points["order"].map(lambda o: o[0]), 60
    )
    found = optimizer.importance()
    assert set(found.index) == {"word", "order", "x"}
    assert found.index[0] == "word"
    assert found.loc["word", "total"] > 0.8
