import itertools

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.permutation import MAX_SWAPS
from hebo.design_space.values.plain_values import object_column
from hebo.errors import DataError, SpaceError
from hebo.random import make_generator


def space_of(**keys):
    return DesignSpace().parse([{"name": "p", "type": "permutation", **keys}])


def test_columns_hold_the_position_of_each_item():
    space = space_of(items=["a", "b", 3])
    x = space.encode(pd.DataFrame({"p": [["b", 3, "a"]]}))
    assert x.tolist() == [[2.0, 0.0, 1.0]]
    assert space.decode(x)["p"][0] == ["b", 3, "a"]
    assert space.columns["p"] == slice(0, 3)


def test_length_stands_for_the_integers_from_zero():
    space = space_of(length=3)
    assert space.decode(torch.tensor([[1.0, 2.0, 0.0]]))["p"][0] == [2, 0, 1]
    assert space.cardinality == 6


@pytest.mark.parametrize("value", [(2, 0, 1), np.array([2, 0, 1]), [2.0, 0.0, 1.0]])
def test_tuples_and_arrays_are_accepted_in_frames(value):
    frame = pd.DataFrame({"p": pd.Series(object_column([value]))})
    assert space_of(length=3).encode(frame).tolist() == [[1.0, 2.0, 0.0]]


def test_project_finds_the_nearest_of_all_permutations():
    space = space_of(length=4)
    points = torch.randn(50, 4, dtype=torch.float64, generator=make_generator(0)) * 3
    every = torch.tensor(list(itertools.permutations(range(4))), dtype=torch.float64)
    best = torch.cdist(points, every).amin(1)
    assert torch.allclose((space.project(points) - points).norm(dim=1), best)


def test_ties_keep_the_order_of_the_items():
    assert space_of(length=3).project(torch.zeros(1, 3)).tolist() == [[0.0, 1.0, 2.0]]


def test_neighbors_are_all_swaps_of_two_items():
    x = torch.tensor([2.0, 0.0, 1.0], dtype=torch.float64)
    near = space_of(length=3).neighbors(x, generator=make_generator(0))
    assert sorted(near.tolist()) == [[0.0, 2.0, 1.0], [1.0, 0.0, 2.0], [2.0, 1.0, 0.0]]


def test_long_permutations_give_a_random_part_of_their_swaps():
    space = space_of(length=60)
    x = space.layout.canonical
    near = space.neighbors(x, generator=make_generator(0))
    assert near.shape == (MAX_SWAPS, 60)
    assert space.contains(near).all()
    assert ((near != x).sum(1) == 2).all()


@pytest.mark.parametrize(
    "value", [[0, 1], [0, 1, 1], [0, 1, 3], [0, 1, 2, 2], "012", None, 3, [[0], 1, 2], {0: 1}]
)
def test_values_that_are_not_orders_are_refused_with_their_row(value):
    frame = pd.DataFrame({"p": pd.Series(object_column([[0, 1, 2], value]))})
    with pytest.raises(DataError, match=r"Row 1, parameter 'p': .*items|Row 1, parameter 'p': .*each once"):
        space_of(length=3).encode(frame)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({}, "exactly one"),
        ({"items": ["a"], "length": 1}, "exactly one"),
        ({"items": ["a", "a"]}, "appears twice"),
        ({"items": []}, "is empty"),
        ({"length": 0}, "at least 1"),
        ({"length": 2.5}, "at least 1"),
        ({"length": "3"}, "at least 1"),
    ],
)
def test_unusable_definitions_are_refused(keys, problem):
    with pytest.raises(SpaceError, match=f"'p': .*{problem}"):
        space_of(**keys)
