"""Tests of `hebo.design_space.parameters.sequence`."""

from __future__ import annotations

import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, SpaceError
from hebo.random import make_generator


def space_of(**keys: object) -> DesignSpace:
    return DesignSpace().parse([{"name": "s", "type": "sequence", **keys}])


def test_each_place_is_a_categorical_column_with_the_letters_code() -> None:
    space = space_of(alphabet="ACDY", length=3)
    x = space.encode(pd.DataFrame({"s": ["YAC", "DDA"]}))
    assert x.tolist() == [[3.0, 0.0, 1.0], [2.0, 2.0, 0.0]]
    assert space.decode(x)["s"].tolist() == ["YAC", "DDA"]
    assert space.categorical_dims == {0: 4, 1: 4, 2: 4}
    assert space.cardinality == 64
    assert space.enum_names == ["s"]


def test_the_alphabet_may_have_any_letters_in_any_order() -> None:
    space = space_of(alphabet="z-é𝛼a", length=2)
    frame = pd.DataFrame({"s": ["𝛼-", "éz", "aa"]})
    assert space.encode(frame).tolist() == [[3.0, 1.0], [2.0, 0.0], [4.0, 4.0]]
    assert space.decode(space.encode(frame))["s"].tolist() == frame["s"].tolist()


def test_neighbors_have_another_letter_at_one_place() -> None:
    space = space_of(alphabet="ABC", length=2)
    near = space.neighbors(torch.tensor([0.0, 2.0], dtype=torch.float64), generator=make_generator(0))
    assert sorted(space.decode(near)["s"]) == ["AA", "AB", "BC", "CC"]


@pytest.mark.parametrize("length", [1, 2])
def test_all_sequences_are_listed(length: int) -> None:
    every = space_of(alphabet="AB", length=length).points(10)
    assert every is not None
    assert len(torch.unique(every, dim=0)) == len(every) == 2**length


def test_all_letters_are_drawn_alike() -> None:
    x = space_of(alphabet="ABC", length=5).sample(3000, generator=make_generator(0), method="random")
    shares = torch.stack([(x == code).double().mean(0) for code in range(3)])
    assert float((shares - 1 / 3).abs().max()) < 0.03


def test_project_takes_the_nearest_letter() -> None:
    x = torch.tensor([[-3.0, 0.6, 9.0]], dtype=torch.float64)
    assert space_of(alphabet="ABC", length=3).project(x).tolist() == [[0.0, 1.0, 2.0]]


def test_it_can_be_fixed_and_goes_through_json() -> None:
    space = space_of(alphabet="ABC", length=3)
    fixed = space.fix({"s": "BCA"}).sample(2, generator=make_generator(0))
    assert space.decode(fixed)["s"].tolist() == ["BCA", "BCA"]
    assert DesignSpace.from_json(space.to_json()) == space


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("AB", "Row 1, parameter 's': 'AB' is not a text of 3 letters"),
        (7, "7 is not a text of 3 letters"),
        (None, "None is not a text"),
        ("AXB", "'AXB' has the letter 'X' at place 2, not one of ABC"),
    ],
)
def test_a_value_that_is_none_is_refused(value: object, message: str) -> None:
    frame = pd.DataFrame({"s": pd.Series(["ABC", value], dtype=object)})
    with pytest.raises(DataError, match=message):
        space_of(alphabet="ABC", length=3).encode(frame)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"alphabet": "", "length": 3}, "alphabet = '' is not a text of letters"),
        ({"alphabet": ["A"], "length": 3}, "is not a text of letters"),
        ({"alphabet": "ABA", "length": 3}, "has the letter 'A' twice"),
        ({"alphabet": "AB", "length": 0}, "length = 0 must be an integer of at least 1"),
        ({"alphabet": "AB", "length": 1.5}, "must be an integer"),
        ({"alphabet": "AB"}, "missing key 'length'"),
    ],
)
def test_a_definition_that_cannot_be_is_refused(keys: dict[str, object], message: str) -> None:
    with pytest.raises(SpaceError, match=message):
        space_of(**keys)
