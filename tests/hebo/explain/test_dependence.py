"""Tests of `hebo.explain.dependence` and of its grids, by the models of optimizers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.explain.grid import grid, levels
from hebo.explain.scope import Scope
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import HEBORecipe

PLANE = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"]


def parse(*definitions: dict[str, Any]) -> DesignSpace:
    return DesignSpace().parse(list(definitions))


def told(space: DesignSpace, function: Callable[[pd.DataFrame], Any], n: int = 40) -> Optimizer:
    optimizer = HEBORecipe().build(space, seed=0)
    points = space.decode(space.sample(n, generator=torch.Generator().manual_seed(1)))
    optimizer.tell(points, function(points))
    return optimizer


def test_averages_over_the_other_parameter_are_those_of_the_function() -> None:
    found = told(parse(*PLANE), lambda x: 4 * x["a"] + 2 * x["b"]).partial_dependence("a", n=5)
    assert found["a"].tolist() == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert found["objective_0_mean"].tolist() == pytest.approx([1, 2, 3, 4, 5], abs=0.1)
    assert (found["objective_0_low"] <= found["objective_0_mean"]).all()
    assert (found["objective_0_mean"] <= found["objective_0_high"]).all()


def test_a_slice_goes_through_the_recommended_point() -> None:
    optimizer = told(parse(*PLANE), lambda x: (x["a"] - 0.5) ** 2 + 2 * x["b"])
    found = optimizer.partial_dependence("a", n=5, at="best")
    assert found["objective_0_mean"].idxmin() == 2
    assert found["objective_0_mean"].max() < 0.6  # the other one is where it is best, not averaged over


def test_two_parameters_have_a_grid() -> None:
    found = told(parse(*PLANE), lambda x: 4 * x["a"] * x["b"]).partial_dependence(["a", "b"], n=4)
    assert len(found) == 16
    assert found["objective_0_mean"].tolist() == pytest.approx(
        (4 * found["a"] * found["b"]).tolist(), abs=0.2
    )


def test_categories_and_integers_have_all_their_values() -> None:
    space = parse(
        {"name": "c", "type": "cat", "categories": ["u", "v", "w"]},
        {"name": "k", "type": "int", "lb": 1, "ub": 4},
        {"name": "flag", "type": "bool"},
    )
    optimizer = told(space, lambda x: x["c"].map({"u": 0.0, "v": 2.0, "w": 1.0}) + x["k"])
    found = optimizer.partial_dependence("c")
    assert found["c"].tolist() == ["u", "v", "w"]
    assert found["objective_0_mean"].tolist() == pytest.approx([2.5, 4.5, 3.5], abs=0.2)
    assert optimizer.partial_dependence("k")["k"].tolist() == [1, 2, 3, 4]
    assert optimizer.partial_dependence("flag")["flag"].tolist() == [False, True]


def test_a_logarithmic_parameter_is_spaced_on_its_scale() -> None:
    space = parse({"name": "rate", "type": "pow", "lb": 1e-4, "ub": 1.0})
    assert levels(space.parameters["rate"], 5) == pytest.approx([1e-4, 1e-3, 1e-2, 0.1, 1.0])


def test_a_conditional_parameter_is_active_at_its_grid() -> None:
    space = parse(
        {"name": "kind", "type": "cat", "categories": ["flat", "steep"]},
        {"name": "slope", "type": "num", "lb": 0, "ub": 4, "active_if": {"kind": ["steep"]}},
    )
    found = told(space, lambda x: x["slope"].fillna(0.0).astype(float)).partial_dependence("slope", n=3)
    assert found["objective_0_mean"].tolist() == pytest.approx([0, 2, 4], abs=0.3)


def test_a_sequence_shows_each_letter_at_each_position() -> None:
    space = parse({"name": "s", "type": "sequence", "alphabet": "ACG", "length": 3})
    found = told(space, lambda x: x["s"].map(lambda s: 3.0 * (s[1] == "G"))).partial_dependence("s")
    assert list(zip(found["position"], found["letter"], strict=True))[:4] == [
        (1, "A"),
        (1, "C"),
        (1, "G"),
        (2, "A"),
    ]
    highest = found.loc[found["objective_0_mean"].idxmax()]
    assert (highest["position"], highest["letter"]) == (2, "G")


def test_a_permutation_shows_each_item_at_each_rank() -> None:
    space = parse({"name": "p", "type": "permutation", "items": ["x", "y", "z", "w"]})
    found = told(space, lambda x: x["p"].map(lambda order: 2.0 * order.index("z")))
    of_z = found.partial_dependence("p").query("item == 'z'")
    assert of_z["rank"].tolist() == [1, 2, 3, 4]
    assert of_z["objective_0_mean"].tolist() == pytest.approx([0, 2, 4, 6], abs=0.5)


def test_an_item_is_moved_and_the_others_keep_their_order() -> None:
    space = parse({"name": "p", "type": "permutation", "items": ["x", "y", "z"]})
    x = space.encode(pd.DataFrame({"p": [["x", "y", "z"], ["z", "x", "y"]]}))
    places = {(one.labels["item"], one.labels["rank"]): one for one in grid(Scope(space, {}), ["p"], 5)}
    assert space.decode(places["y", 1].change(x))["p"].tolist() == [["y", "x", "z"], ["y", "z", "x"]]
    assert space.decode(places["z", 3].change(x))["p"].tolist() == [["x", "y", "z"], ["x", "y", "z"]]


@pytest.mark.parametrize(
    ("names", "keys", "message"),
    [
        ("c", {}, "'c' is no parameter; use one of a, b"),
        (["a", "a"], {}, "are not one or two parameters"),
        (["a", "b", "a"], {}, "are not one or two parameters"),
        ([], {}, "are not one or two parameters"),
        ("a", {"at": "mean"}, "at='mean' is unknown; use 'average' or 'best'"),
        ("a", {"n": 1}, "n=1 points shows no dependence"),
    ],
)
def test_what_cannot_be_shown_is_refused(names: Any, keys: dict[str, Any], message: str) -> None:
    optimizer = told(parse(*PLANE), lambda x: x["a"])
    with pytest.raises(DataError, match=message):
        optimizer.partial_dependence(names, **keys)


def test_a_sequence_beside_another_parameter_is_refused() -> None:
    space = parse({"name": "s", "type": "sequence", "alphabet": "AC", "length": 3}, PLANE[0])
    with pytest.raises(IncompatibleError, match=r"'s' is a sequence.* ask for 's' alone"):
        told(space, lambda x: x["a"]).partial_dependence(["a", "s"])


def test_the_band_is_one_of_the_curve_and_narrows_with_more_points() -> None:
    rng = np.random.default_rng(0)
    widths = []
    for n in (15, 120):
        found = told(parse(*PLANE), lambda x: x["a"] + 0.3 * rng.standard_normal(len(x)), n)
        table = found.partial_dependence("a", n=7)
        widths.append((table["objective_0_high"] - table["objective_0_low"]).mean())
    assert widths[1] < widths[0]
