"""Tests of `hebo.optimizer.values`: what people hand over as objective values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.errors import DataError
from hebo.optimizer.values import parse_values


@pytest.mark.parametrize(
    "y",
    [
        [1.0, 2.0],
        np.array([1, 2]),
        np.array([[1.0], [2.0]], dtype=np.float32),
        pd.Series([1.0, 2.0], index=[7, 3]),
        pd.DataFrame({"loss": [1.0, 2.0]}),
        pd.array([1, 2], dtype="Int64"),
        torch.tensor([1.0, 2.0]),
        [[1.0], [2.0]],
    ],
)
def test_every_usual_container_is_read(y: Any) -> None:
    assert parse_values(y, 2, None).tolist() == [[1.0], [2.0]]


def test_a_single_number_is_one_value() -> None:
    assert parse_values(3.5, 1, None).tolist() == [[3.5]]


@pytest.mark.parametrize("missing", [float("nan"), None, float("inf"), pd.NA, np.nan])
def test_missing_and_infinitely_bad_values_are_failures(missing: Any) -> None:
    values = parse_values([1.0, missing], 2, None)
    assert values[0].item() == 1.0
    assert torch.isnan(values[1]).all()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["abc", 1.0], r"y\[0, 0\] = 'abc' is a str"),
        ([1.0, 1 + 2j], r"y\[1, 0\] = \(1\+2j\) is a complex"),
        (np.array([1.0, 2.0], dtype=complex), r"is a complex"),
        ([True, 1.0], r"is a bool"),
        ([1.0, float("-inf")], r"y\[1, 0\] = -inf cannot be improved on"),
        ([1.0, [2.0, 3.0]], r"ragged|not a real number"),
        ([1.0, {}], r"y\[1, 0\] = \{\} is not a real number"),
        ([10**400, 1], r"not a real number"),
        ([1.0, 2.0, 3.0], r"y has 3 rows for 2 points"),
        ([1.0], r"y has 1 rows for 2 points"),
        ([], r"y has 0 rows for 2 points"),
        (np.zeros((2, 0)), r"shape \(2, 0\)"),
        (np.zeros((2, 1, 1)), r"shape \(2, 1, 1\)"),
        (7.0, r"y has 1 rows for 2 points"),
        (None, r"y has 1 rows for 2 points"),
    ],
)
def test_unusable_values_are_refused_by_name(y: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_values(y, 2, None)


def test_the_number_of_objectives_must_not_change() -> None:
    with pytest.raises(DataError, match="2 columns, earlier values had 1"):
        parse_values([[1.0, 2.0]], 1, 1)


def test_the_input_is_not_modified() -> None:
    y = np.array([np.inf, 1.0])
    parse_values(y, 2, None)
    assert y[0] == np.inf
