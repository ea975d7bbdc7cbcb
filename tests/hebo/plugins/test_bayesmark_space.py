"""Bayesmark's search-space descriptions, one by one."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
import torch

from hebo.errors import SpaceError
from hebo.plugins.bayesmark_space import Bilog, space_from_api_config
from hebo.random import make_generator


def encode(entry: dict[str, Any], values: list[Any]) -> list[float]:
    return space_from_api_config({"p": entry}).encode(pd.DataFrame({"p": values}))[:, 0].tolist()


def sample(entry: dict[str, Any], n: int = 512) -> list[Any]:
    space = space_from_api_config({"p": entry})
    return space.decode(space.sample(n, generator=make_generator(0)))["p"].tolist()


def test_bilog_is_the_signed_logarithm_of_one_plus_the_magnitude() -> None:
    value = torch.tensor([-(math.e - 1), 0.0, math.e - 1, math.e**3 - 1], dtype=torch.float64)
    assert Bilog().forward(value).tolist() == pytest.approx([-1.0, 0.0, 1.0, 3.0])
    assert Bilog().inverse(Bilog().forward(value)).tolist() == pytest.approx(value.tolist())


@pytest.mark.parametrize(
    ("entry", "values", "expected"),
    [
        ({"type": "real", "space": "linear", "range": (-2.0, 3.0)}, [-2.0, 0.5], [-2.0, 0.5]),
        ({"type": "real", "space": "log", "range": (1e-5, 1e1)}, [1e-5, 1.0], [math.log(1e-5), 0.0]),
        ({"type": "real", "space": "logit", "range": (0.1, 0.9)}, [0.1, 0.5], [-math.log(9), 0.0]),
        ({"type": "real", "space": "bilog", "range": (-1.0, 10.0)}, [-1.0, 3.0], [-math.log(2), math.log(4)]),
        ({"type": "int", "space": "linear", "range": (1, 15)}, [1, 15], [1.0, 15.0]),
        ({"type": "int", "space": "log", "range": (10, 5000)}, [10, 500], [math.log(10), math.log(500)]),
        ({"type": "int", "space": "bilog", "range": (-3, 7)}, [-3, 0, 7], [-math.log(4), 0.0, math.log(8)]),
        ({"type": "real", "space": "log", "values": [10.0, 0.1, 1.0]}, [0.1, 10.0], [0.0, 2.0]),
        ({"type": "int", "values": [4, 1, 2, 2]}, [1, 4], [0.0, 2.0]),
        ({"type": "cat", "values": ["b", "a", "b"]}, ["b", "a"], [0.0, 1.0]),
        ({"type": "bool"}, [False, True], [0.0, 1.0]),
    ],
)
def test_each_kind_is_encoded_on_its_scale(
    entry: dict[str, Any], values: list[Any], expected: list[float]
) -> None:
    assert encode(entry, values) == pytest.approx(expected)


def test_samples_of_a_bilog_integer_cover_every_value_ends_included() -> None:
    drawn = sample({"type": "int", "space": "bilog", "range": (-3, 7)}, 2048)
    assert set(drawn) == set(range(-3, 8))
    assert all(type(value) is int for value in drawn)


def test_samples_of_a_bilog_real_are_even_on_the_signed_logarithm() -> None:
    drawn = sample({"type": "real", "space": "bilog", "range": (-1000.0, 1000.0)}, 1024)
    small = sum(abs(value) <= math.sqrt(1001) - 1 for value in drawn)
    assert small / 1024 == pytest.approx(0.5, abs=0.02)


def test_categories_are_unordered_and_flags_are_not_categories() -> None:
    space = space_from_api_config({"b": {"type": "bool"}, "a": {"type": "cat", "values": ["x", "y", "z"]}})
    assert space.names == ["a", "b"]
    assert dict(space.categorical_dims) == {0: 3}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"type": "real", "space": "logs", "range": (1.0, 2.0)}, "space 'logs'.*Did you mean 'log'"),
        ({"type": "int", "space": "logit", "range": (1, 2)}, "space 'logit' does not go with type 'int'"),
        ({"type": "integer", "space": "log", "range": (1, 2)}, "unknown type 'integer'"),
        ({"type": "real", "space": "log", "rage": (1.0, 2.0)}, "unknown key 'rage'.*Did you mean 'range'"),
        ({"type": "real", "space": "log"}, "give a pair"),
        ({"type": "real", "space": "log", "range": (1.0, 2.0, 3.0)}, "give a pair"),
        ({"type": "real", "space": "log", "range": (0.0, 2.0)}, "log scale"),
        ({"type": "real", "space": "linear", "range": (1.0, 2.0), "values": [1.0]}, "drop it"),
        ({"type": "int", "values": [1, 2.5]}, "value 2.5 is not of type 'int'"),
        ({"type": "cat"}, "needs a list of values"),
        ({"type": "cat", "values": []}, "needs a list of values"),
        ({"type": "cat", "values": ["a"], "space": "log"}, "space = 'log' has no meaning"),
        ({"type": "bool", "values": [True]}, "has no meaning"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused_by_name(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(SpaceError, match=message) as caught:
        space_from_api_config({"p": entry})
    assert "'p'" in str(caught.value)


def test_an_empty_description_is_refused() -> None:
    with pytest.raises(SpaceError, match="at least one parameter"):
        space_from_api_config({})
