from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tasks.combinatorial import base
from tasks.combinatorial.base import Array, Coded, Codes
from tasks.combinatorial.contamination import ContaminationControl
from tasks.combinatorial.ising import IsingSparsification
from tasks.combinatorial.labs import LABS
from tasks.combinatorial.max_sat import MaxSAT
from tasks.combinatorial.nk_landscape import NKLandscape
from tasks.combinatorial.pest_control import PestControl


class Weighted(Coded):
    """`sum_j j x_j` over three booleans, or over three variables with the categories `a`, `b`, `c`."""

    is_nominal: bool = False
    sizes: list[int] = []  # noqa: RUF012 - a pydantic field, copied per object

    @property
    def dimension(self) -> int:
        return 3

    @property
    def categories(self) -> tuple[str, ...] | None:
        return ("a", "b", "c") if self.is_nominal else None

    def function(self, codes: Codes) -> Array:
        self.sizes.append(len(codes))
        values: Array = codes @ np.array([1.0, 2.0, 3.0])
        return values


def test_booleans_are_coded_as_zero_and_one() -> None:
    task = Weighted()
    frame = pd.DataFrame({"x3": [True, False], "x1": [False, True], "x2": [True, False]})
    assert [definition["type"] for definition in task.parameters()] == ["bool"] * 3
    assert task.evaluate(frame)["y"].tolist() == [5.0, 1.0]


def test_categories_are_numbered_in_their_order() -> None:
    task = Weighted(is_nominal=True)
    frame = pd.DataFrame({"x1": ["a", "c"], "x2": ["b", "c"], "x3": ["a", "c"]})
    assert task.space.cardinality == 27
    assert task.evaluate(frame)["y"].tolist() == [2.0, 12.0]


@pytest.mark.parametrize("is_nominal", [False, True])
def test_codes_go_to_a_table_of_points_and_back(is_nominal: bool) -> None:
    task = Weighted(is_nominal=is_nominal)
    codes = np.array([[0, 1, 0], [1, 1, 0]])
    frame = task.to_frame(codes)
    assert task.to_codes(frame).tolist() == codes.tolist()
    assert task.space.contains(task.space.encode(frame)).all()


def test_points_are_evaluated_in_blocks_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_BLOCK", 7)
    task = Weighted()
    codes = np.array([[i % 2, i // 2 % 2, i // 4] for i in range(8)])
    assert task.evaluate(task.to_frame(codes))["y"].tolist() == [0.0, 1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 6.0]
    assert task.sizes == [2, 2, 2, 2]


@pytest.mark.parametrize(
    "task",
    [
        ContaminationControl(),
        IsingSparsification(n_rows=6, n_columns=3),
        LABS(n=40),
        MaxSAT(max_weight=9),
        NKLandscape(n=45, k=4),
        NKLandscape(n=30, k=2, levels=3, neighbors="adjacent"),
        PestControl(),
    ],
)
def test_the_value_of_a_point_does_not_depend_on_the_points_evaluated_with_it(task: Coded) -> None:
    levels = 2 if task.categories is None else len(task.categories)
    frame = task.to_frame(np.random.default_rng(0).integers(levels, size=(20, task.dimension)))
    (name,) = task.objectives
    alone = [task.evaluate(frame.iloc[[i]])[name].iloc[0] for i in range(20)]
    assert task.evaluate(frame)[name].tolist() == alone
