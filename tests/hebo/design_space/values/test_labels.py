"""Tests of `hebo.design_space.values.labels`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.design_space.values.labels import align_columns, align_rows
from hebo.errors import DataError

INDEX = pd.Index(["u", "v", "w"])


@pytest.mark.parametrize("order", [[2, 0, 1], [0, 1, 2]])
def test_values_come_into_the_order_of_the_index(order: list[int]) -> None:
    values = pd.Series([1.0, 2.0, 3.0], index=INDEX).iloc[order]
    assert align_rows(values, INDEX, "y").tolist() == [1.0, 2.0, 3.0]
    assert align_rows(values.to_frame(), INDEX, "y")[0].tolist() == [1.0, 2.0, 3.0]


def test_pairs_are_labels_too() -> None:
    index = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)])
    values = pd.Series([1.0, 2.0, 3.0], index=index)
    assert align_rows(values[::-1], index, "y").tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    "values", [[3.0, 1.0, 2.0], np.array([3.0, 1.0, 2.0]), torch.tensor([3.0, 1.0, 2.0]), None, 5.0]
)
def test_what_has_no_labels_stays_as_it_is(values: Any) -> None:
    assert align_rows(values, INDEX, "y") is values


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 2], "the index of y has 0, 1, 2 where the points have 'u', 'v', 'w'"),
        (["u", "v", "x"], "has 'x' where the points have 'w'"),
        (["u", "v", "v"], "has 'v' where the points have 'w'"),
    ],
)
def test_other_labels_are_refused_with_a_remedy(labels: list[Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        align_rows(pd.Series([1.0, 2.0, 3.0], index=labels), INDEX, "y")
    assert "`y.to_numpy()`" in str(caught.value)


def test_repeated_labels_go_by_position_in_the_same_order_only() -> None:
    index = pd.Index([0, 1, 0, 1])
    values = pd.Series([1.0, 2.0, 3.0, 4.0], index=index)
    assert align_rows(values, index, "y").tolist() == [1.0, 2.0, 3.0, 4.0]
    with pytest.raises(DataError, match="in another order than the points, and the label 0 is repeated"):
        align_rows(values.iloc[[0, 2, 1, 3]], index, "y")
    with pytest.raises(DataError, match="has 2, 3 where the points have 0, 1"):
        align_rows(values.reset_index(drop=True), index, "y")


def test_columns_come_into_the_order_of_the_first_table() -> None:
    table = pd.DataFrame({"b": [1.0], "a": [2.0]})
    same, names = align_columns(table, None, "y")
    assert names == ("b", "a")
    swapped, kept = align_columns(table[["a", "b"]], names, "y")
    assert list(swapped.columns) == ["b", "a"]
    assert (list(same.columns), kept) == (["b", "a"], names)


def test_other_or_repeated_names_are_refused() -> None:
    with pytest.raises(DataError, match=r"the header of y has 'c' where earlier tables have 'b'"):
        align_columns(pd.DataFrame({"a": [1.0], "c": [2.0]}), ("a", "b"), "y")
    twice = pd.DataFrame([[1.0, 2.0]], columns=["a", "a"])
    with pytest.raises(DataError, match="y has the column 'a' twice"):
        align_columns(twice, None, "y")


def test_a_table_without_names_goes_by_position() -> None:
    table = pd.DataFrame(np.array([[1.0, 2.0]]))
    same, names = align_columns(table, ("a", "b"), "y")
    assert same is table
    assert names == ("a", "b")
