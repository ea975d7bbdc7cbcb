"""Tests of `hebo.optimizer.gradients`: derivatives beside values, told, kept, converted and refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hebo import HEBO
from hebo.acq_optimizers.random import RandomSubset
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import HEBORecipe
from hebo.recommenders.random import RandomSearch
from hebo.recommenders.sobol import Sobol
from hebo.surrogates.gradient_gp import GradientGP

NAN = float("nan")
SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 2},
        {"name": "rate", "type": "pow", "lb": 1e-4, "ub": 1.0},
        {"name": "share", "type": "sigmoid", "lb": 0.01, "ub": 0.99},
        {"name": "k", "type": "int", "lb": 1, "ub": 9},
        {"name": "c", "type": "cat", "categories": ["u", "v"]},
    ]
)
X = pd.DataFrame({"a": [0.1, 1.5], "rate": [1e-3, 0.1], "share": [0.2, 0.5], "k": [2, 3], "c": ["u", "v"]})
SLOPES = pd.DataFrame({"a": [1.0, -2.0], "rate": [10.0, NAN], "share": [3.0, 4.0]})


def fresh() -> Optimizer:
    return RandomSearch().build(SPACE, seed=0)


def told() -> Optimizer:
    optimizer = fresh()
    optimizer.tell(X, [1.0, 2.0], gradient=SLOPES)
    return optimizer


def test_derivatives_are_converted_to_encoded_columns_of_what_is_maximized() -> None:
    gradients = told().data.gradients
    assert gradients is not None
    by_rate = 10.0 * 1e-3 * np.log(10.0)  # d value / d log10(value) = value log 10
    by_share = 0.2 * 0.8, 0.5 * 0.5  # d value / d logit(value) = value (1 - value)
    expected = [
        [-1.0, -by_rate, -3.0 * by_share[0], NAN, NAN],
        [2.0, NAN, -4.0 * by_share[1], NAN, NAN],
    ]
    np.testing.assert_allclose(gradients.numpy(), expected)


@pytest.mark.parametrize(
    "definition",
    [
        {"type": "num", "lb": 0.5, "ub": 8.0, "prior": [1.0, 5.0, 2.0]},
        {"type": "num", "lb": 0.5, "ub": 8.0, "log": True},
        {"type": "int", "lb": 1, "ub": 99, "log": True},
        {"type": "num", "lb": 0.5, "ub": 8.0, "step": 0.5},
    ],
)
def test_the_conversion_agrees_with_differences_on_every_scale(definition: dict[str, Any]) -> None:
    space = DesignSpace().parse([{"name": "a", **definition}])
    parameter = space.parameters["a"]
    optimizer = RandomSearch().build(space, seed=0)
    x = optimizer.ask(4)
    optimizer.tell(x, x["a"] ** 2, gradient=2.0 * x)  # y = a^2
    data = optimizer.data
    assert data.gradients is not None
    scale = parameter.scale  # type: ignore[attr-defined]  # a numeric parameter
    up, down = (scale.inverse(data.x + step).square() for step in (1e-6, -1e-6))
    torch.testing.assert_close(data.gradients, -(up - down) / 2e-6, rtol=1e-5, atol=1e-5)


def test_the_history_has_them_in_natural_units() -> None:
    history = told().history
    np.testing.assert_array_equal(history["gradient_rate"], [10.0, NAN])
    np.testing.assert_array_equal(history["gradient_a"], [1.0, -2.0])
    np.testing.assert_array_equal(history["gradient_k"], [NAN, NAN])
    assert "gradient_c" not in history


def test_without_them_nothing_is_kept() -> None:
    optimizer = fresh()
    optimizer.tell(X, [1.0, 2.0])
    assert optimizer.data.gradients is None
    assert "gradients" not in optimizer.state_dict()


def test_they_come_back_from_a_saved_state_and_from_rounds() -> None:
    first = fresh()
    asked = first.ask(2)
    slopes = SLOPES.set_axis(asked.index)
    first.tell(asked, [1.0, 2.0], gradient=slopes)
    saved, replayed = fresh(), fresh()
    saved.load_state_dict(json.loads(json.dumps(first.state_dict())))
    replayed.restore([(asked, {"y": [1.0, 2.0], "gradient": slopes})])
    pd.testing.assert_frame_equal(saved.history, first.history)
    pd.testing.assert_frame_equal(replayed.history, first.history)


def test_a_correction_keeps_or_replaces_them() -> None:
    optimizer = told()
    optimizer.retell(X.iloc[[1]], [20.0])
    assert optimizer.history["gradient_a"].tolist() == [1.0, -2.0]
    optimizer.retell(X.iloc[[1]], [20.0], gradient=SLOPES.iloc[[1]] * 3)
    assert optimizer.history["gradient_a"].tolist() == [1.0, -6.0]
    optimizer.forget(X.iloc[[0]])
    assert optimizer.history["gradient_a"].tolist() == [-6.0]


def test_they_may_begin_at_any_time_and_a_failed_evaluation_has_none() -> None:
    optimizer = fresh()
    optimizer.tell(X.iloc[[0]], [1.0])
    optimizer.tell(X.iloc[[1]], [NAN], gradient=SLOPES.iloc[[1]])
    assert optimizer.history["gradient_a"].isna().all()


def test_rows_are_matched_by_their_labels_and_columns_by_their_names() -> None:
    optimizer = fresh()
    optimizer.tell(X, [1.0, 2.0], gradient=SLOPES.iloc[::-1, ::-1])
    assert optimizer.history["gradient_a"].tolist() == [1.0, -2.0]


def test_they_belong_to_the_point_that_was_evaluated() -> None:
    optimizer = fresh()
    asked = optimizer.ask(1)
    there = X.iloc[[0]].set_axis(asked.index)
    optimizer.tell(asked, [1.0], evaluated_at=there, gradient=SLOPES.iloc[[0]].set_axis(asked.index))
    gradients = optimizer.data.gradients
    assert gradients is not None
    assert gradients[0, 1].item() == pytest.approx(-10.0 * 1e-3 * np.log(10.0))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (SLOPES.drop(columns="share"), "gradient lacks the column 'share'; give NaN"),
        (SLOPES.assign(shore=1.0), "gradient has the unknown column 'shore'. Did you mean 'share'"),
        (SLOPES.assign(c=1.0), "gradient has the column 'c', which is no number; leave it out"),
        (SLOPES.assign(a=[1.0, np.inf]), r"gradient of 'a'\[1, 0\] = inf: a derivative is finite"),
        (SLOPES.assign(a=["steep", 1.0]), r"gradient of 'a'\[0, 0\] = 'steep' is a str"),
        (pd.concat([SLOPES, SLOPES[["a"]]], axis=1), "gradient has the column 'a' twice"),
        (SLOPES.iloc[[0]], "gradient of 'a' has 1 rows for 2 points"),
        (SLOPES.set_axis([5, 6]), "the index of gradient has 5, 6 where the points have 0, 1"),
        (SLOPES.to_numpy(), "gradient is a ndarray; give a DataFrame"),
    ],
)
def test_unusable_ones_are_refused_and_nothing_is_recorded(table: Any, message: str) -> None:
    optimizer = fresh()
    optimizer.ask(2)
    with pytest.raises(DataError, match=message):
        optimizer.tell(X, [1.0, 2.0], gradient=table)
    assert not len(optimizer.history)
    assert len(optimizer.pending) == 2


def test_several_objectives_have_none() -> None:
    with pytest.raises(DataError, match="gradient is that of a single objective, y has 2 columns"):
        fresh().tell(X, [[1.0, 2.0], [3.0, 4.0]], gradient=SLOPES)


def test_an_inactive_parameter_has_none() -> None:
    space = DesignSpace().parse(
        [
            {"name": "c", "type": "cat", "categories": ["u", "v"]},
            {"name": "a", "type": "num", "lb": 0, "ub": 1, "active_if": {"c": ["u"]}},
        ]
    )
    x = pd.DataFrame({"c": ["u", "v"], "a": [0.5, None]})
    optimizer = RandomSearch().build(space, seed=0)
    with pytest.raises(DataError, match="gradient of 'a' in row 1: 'a' is inactive there; give NaN"):
        optimizer.tell(x, [1.0, 2.0], gradient=pd.DataFrame({"a": [1.0, 0.0]}))
    optimizer.tell(x, [1.0, 2.0], gradient=pd.DataFrame({"a": [1.0, NAN]}))
    assert optimizer.history["gradient_a"].isna().tolist() == [False, True]


def test_a_parameter_is_not_called_as_the_column_of_another_ones_derivatives() -> None:
    space = DesignSpace().parse(
        [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in ("a", "gradient_a")]
    )
    with pytest.raises(DataError, match="'gradient_a' would be a second column"):
        RandomSearch().build(space, seed=0)


def test_hebo_refuses_them_and_names_what_takes_them() -> None:
    space = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
    optimizer, x = HEBO(space, scramble_seed=0), pd.DataFrame({"a": [0.5]})
    with pytest.raises(IncompatibleError, match=r"surrogate: \{type: gradient_gp\}"):
        optimizer.tell(x, [1.0], gradient=pd.DataFrame({"a": [0.1]}))
    assert not len(optimizer.history)
    taker = HEBORecipe(surrogate=GradientGP()).build(space, seed=0)
    taker.tell(x, [1.0], gradient=pd.DataFrame({"a": [0.1]}))
    with pytest.raises(IncompatibleError, match="makes no use of derivatives"):
        optimizer.load_state_dict(taker.state_dict())


@pytest.mark.parametrize(
    ("n_known", "n_initial", "n_spaced"), [(0, None, 5), (1, None, 3), (4, None, 2), (4, 3, 3)]
)
def test_each_derivative_shortens_the_initial_design_to_two_points_at_least(
    n_known: int, n_initial: int | None, n_spaced: int
) -> None:
    """A design of four numbers has five points; `n_known` derivatives are told with each."""
    names = list("abcd")
    space = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in names])
    recipe = HEBORecipe(surrogate=GradientGP(), n_initial=n_initial, exploration=0.0, min_loo_r2=None)
    optimizer, spaced = recipe.build(space, seed=0), Sobol().build(space, seed=0)
    same = []
    for _ in range(6):
        x = optimizer.ask()
        same.append(bool(np.allclose(x, spaced.ask())))
        slopes = (2 * (x - 0.3)).assign(**dict.fromkeys(names[n_known:], NAN))
        optimizer.tell(x, ((x - 0.3) ** 2).sum(axis=1), gradient=slopes if n_known else None)
    assert same == [place < n_spaced for place in range(6)]


def test_hebo_with_the_gradient_process_follows_the_slope() -> None:
    space = DesignSpace().parse([{"name": name, "type": "num", "lb": -1, "ub": 3} for name in "ab"])
    recipe = HEBORecipe(surrogate=GradientGP(), n_initial=3, acq_optimizer=RandomSubset(n_points=500))
    first, again = recipe.build(space, seed=1), recipe.build(space, seed=1)
    for n in (3, 4, 4):  # a batch of four has a point of the forest, which is told no gradients
        x = first.ask(n)
        y, slopes = (x - 1.0).pow(2).sum(axis=1), 2.0 * (x - 1.0)
        first.tell(x, y, gradient=slopes)
    again.load_state_dict(json.loads(json.dumps(first.state_dict())))
    pd.testing.assert_frame_equal(again.ask(2), first.ask(2))
    assert first.best_y < 0.3  # the best of eleven random points has 0.4 on average
