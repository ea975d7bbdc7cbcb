"""Tests of `hebo.rows`."""

from __future__ import annotations

import numpy as np

from hebo.rows import new_rows


def test_only_rows_never_seen_are_new_in_their_order() -> None:
    known = np.array([[1.0, 2.0], [0.0, 0.0]])
    x = np.array([[3.0, 1.0], [1.0, 2.0], [2.0, 1.0], [3.0, 1.0], [-0.0, 0.0]])
    assert new_rows(x, known).tolist() == [0, 2]


def test_nothing_is_new_in_no_rows_and_all_is_new_to_no_rows() -> None:
    x = np.array([[1.0], [0.5]])
    assert new_rows(x[:0], x).tolist() == []
    assert new_rows(x, x[:0]).tolist() == [0, 1]
