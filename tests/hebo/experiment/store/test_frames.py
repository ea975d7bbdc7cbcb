from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hebo.experiment.store.frames import (
    by_round,
    evaluated_at,
    frame_of,
    is_open,
    rows_of,
    values_of,
)
from hebo.experiment.store.run_log import Trial


def trials(*params: dict[str, Any]) -> list[Trial]:
    return [Trial(number, 0, one) for number, one in enumerate(params)]


def test_rows_come_back_as_they_were_asked() -> None:
    frame = pd.DataFrame({"x": [0.1, 2.5], "n": [3, 4], "c": ["a", [1, 2]], "b": [True, False]})
    again = frame_of(trials(*rows_of(frame)))
    assert again.to_dict("records") == frame.to_dict("records")
    assert list(again.dtypes[["x", "n", "b"]]) == list(frame.dtypes[["x", "n", "b"]])


def test_an_inactive_parameter_stays_none_and_integers_stay_integers() -> None:
    frame = frame_of(trials({"n": 3}, {"n": None}))
    assert list(frame["n"]) == [3, None]
    assert type(frame["n"][0]) is int
    assert rows_of(pd.DataFrame({"x": [np.nan]})) == [{"x": None}]


def test_values_belong_to_the_points_that_a_task_names() -> None:
    assert evaluated_at(trials({"n": 3}, {"n": 4})) is None
    elsewhere = [
        Trial(0, 0, {"n": 3, "c": "a"}, extras={"moved": {"c": "b"}}),
        Trial(1, 0, {"n": 4, "c": "a"}),
    ]
    found = evaluated_at(elsewhere)
    assert found is not None
    assert found.to_dict("records") == [{"n": 3, "c": "b"}, {"n": 4, "c": "a"}]


def test_values_of_failed_trials_are_nan() -> None:
    found = values_of(
        [Trial(0, 0, {}, "ok", {"a": 1.0, "b": 2.0}), Trial(1, 0, {}, "crashed", {})], ["b", "a"]
    )
    np.testing.assert_array_equal(found, [[2.0, 1.0], [np.nan, np.nan]])


def test_rounds_are_grouped_and_an_open_one_is_told_from_a_finished_one() -> None:
    first, second = by_round([Trial(0, 0, {}, "ok"), Trial(1, 1, {}, "ok"), Trial(2, 1, {}, "pending")])
    assert [one.number for one in second] == [1, 2]
    assert not is_open(first)
    assert is_open(second)
