"""Tests of `mcbo.kernels.ranks`."""

from __future__ import annotations

import pandas as pd
import pytest
import torch
from kernel_checks import MIXED, ORDERED

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from mcbo.kernels.ranks import Ranks, parameter_of

SPACE = DesignSpace().parse(
    [
        {"name": "plain", "type": "int", "lb": -2, "ub": 2},
        {"name": "log", "type": "int", "lb": 1, "ub": 100, "log": True},
        {"name": "power", "type": "int_exponent", "lb": 8, "ub": 128, "base": 2},
        {"name": "stepped", "type": "num", "lb": 0.5, "ub": 2.0, "step": 0.25},
        {"name": "grade", "type": "ordinal", "levels": ["low", "mid", "high"]},
    ]
)


def test_levels_are_numbered_in_natural_units_on_every_scale() -> None:
    frame = pd.DataFrame(
        {"plain": [-2, 1], "log": [1, 57], "power": [8, 64], "stepped": [0.5, 1.75], "grade": ["low", "high"]}
    )
    ranks = Ranks(SPACE, [0, 1, 2, 3, 4])
    assert ranks.n_levels == [5, 100, 5, 7, 3]
    assert ranks.last.tolist() == [4, 99, 4, 6, 2]
    assert ranks(SPACE.encode(frame)).tolist() == [[0, 0, 0, 0, 0], [3, 56, 3, 5, 2]]


def test_batches_are_numbered_and_the_points_left_as_they_are() -> None:
    x = SPACE.encode(SPACE.decode(SPACE.bounds)).repeat(4, 1, 1)
    before = x.clone()
    ranks = Ranks(SPACE, [0, 1, 2, 3, 4])(x)
    assert torch.equal(x, before)
    assert torch.equal(ranks[2], torch.tensor([[0.0] * 5, [4.0, 99.0, 4.0, 6.0, 2.0]], dtype=torch.float64))


def test_values_beyond_the_ends_are_the_end_levels() -> None:
    ranks = Ranks(SPACE, [0, 4])
    assert ranks(torch.tensor([[-9.0, 7.0]], dtype=torch.float64)).tolist() == [[0, 2]]


def test_a_column_of_a_continuous_parameter_is_refused_by_name() -> None:
    with pytest.raises(IncompatibleError, match="Parameter 'rate' \\(Pow\\) does not say which levels"):
        Ranks(MIXED, [2])


def test_a_column_is_traced_to_its_parameter() -> None:
    assert [parameter_of(MIXED, column).name for column in ORDERED] == ["depth", "width", "grade"]
    assert parameter_of(MIXED, 8).name == "order"
