"""Tests of `hebo.surrogates.averaged`: means over conditions, and refusals by name."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pydantic import ValidationError

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.averaged import Averaged
from hebo.surrogates.risk_measures import WorstCase
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.surrogates import check_surrogate

GP = WarpedGP()
SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "t", "type": "num", "lb": 0, "ub": 100},
        {"name": "u", "type": "cat", "categories": ["x", "y"]},
        {"name": "p", "type": "permutation", "items": ["i", "j", "k"]},
    ]
)
CONDITIONS: list[dict[str, Any]] = [{"t": 20, "u": "x"}, {"t": 80, "u": "y"}, {"t": 20, "u": "y"}]


def test_each_condition_replaces_its_parameters_and_nothing_else() -> None:
    x = SPACE.sample(4, generator=make_generator(0)).reshape(2, 2, -1)
    found = Averaged(of=GP, conditions=CONDITIONS).variants(SPACE)(x)
    assert found.shape == (2, 2, 3, SPACE.n_dims)
    frame = SPACE.decode(found[1, 0])
    assert frame["t"].tolist() == [20.0, 80.0, 20.0]
    assert frame["u"].tolist() == ["x", "y", "y"]
    assert frame["a"].nunique() == 1
    assert SPACE.decode(x[1]).loc[0, "p"] == frame.loc[2, "p"]


def test_the_mean_over_conditions_is_weighted_and_forgets_where_it_is_asked() -> None:
    space = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "at"])
    x = space.sample(40, generator=make_generator(1))
    data = Data(x, x[:, :1] * (x[:, 1:] - 0.5))
    conditions = [{"t": 0.0}, {"t": 1.0}]
    points = space.sample(10, generator=make_generator(2))
    moved = points.clone()
    moved[:, 1] = 0.3
    for weights, factor in ((None, 0.0), ([3.0, 1.0], -0.25)):
        model = Averaged(of=GP, conditions=conditions, weights=weights).fit(
            data, space, generator=make_generator(0)
        )
        mean, variance = model.marginals(points)  # type: ignore[operator]  # a risk model
        assert (mean - factor * points[:, 0]).abs().max() < 0.1
        torch.testing.assert_close(model.marginals(moved), (mean, variance))  # type: ignore[operator]


def test_the_contract_of_surrogates_is_kept() -> None:
    check_surrogate(Averaged(of=GP, conditions=CONDITIONS, risk=WorstCase()), SPACE)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"conditions": [{"t": 20}]}, "at least 2 items"),
        ({"conditions": [{}, {}]}, "first condition names no parameter"),
        ({"conditions": [{"t": 20}, {"u": "x"}]}, r"condition 1 has \['u'\], the first one \['t'\]"),
        ({"conditions": [{"t": 20}, {"t": 20.0}]}, "listed twice; give it a larger weight"),
        ({"conditions": CONDITIONS, "weights": [1.0]}, "1 weights for 3 conditions"),
        ({"conditions": CONDITIONS, "weights": [0.0, 0.0, 0.0]}, "all weights are zero"),
        ({"conditions": CONDITIONS, "weights": [1.0, float("nan"), 1.0]}, "finite number|greater than"),
    ],
)
def test_unusable_conditions_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Averaged(of=GP, **settings)


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ([{"tt": 1}, {"tt": 2}], "'tt', which is no parameter; use another name. Did you mean 't'"),
        ([{"t": 20}, {"t": 200}], r"cannot be met: .*200.*; use values of the space"),
        ([{"u": "x"}, {"u": "z"}], r"cannot be met: .*z.*; use values of the space"),
    ],
)
def test_conditions_that_are_none_of_the_space_are_refused(conditions: Any, message: str) -> None:
    with pytest.raises(IncompatibleError, match=message):
        Averaged(of=GP, conditions=conditions).check(SPACE)


def test_contexts_and_conditional_parameters_are_no_conditions() -> None:
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "num", "lb": 0, "ub": 1, "role": "context"},
            {"name": "f", "type": "bool"},
            {"name": "g", "type": "num", "lb": 0, "ub": 1, "active_if": {"f": [True]}},
        ]
    )
    for name, reason in (("a", "which is a context; leave out its role"), ("g", "not always active")):
        with pytest.raises(IncompatibleError, match=reason):
            Averaged(of=GP, conditions=[{name: 0.1}, {name: 0.2}]).check(space)
