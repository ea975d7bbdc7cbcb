from __future__ import annotations

import multiprocessing
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from tasks.synthetic.sphere import Sphere
from tasks.wrappers.cached import Cached
from tasks.wrappers.noisy import Noisy


class Counting(Sphere):
    """Counts the rows it sees; fails where `x1 > 5`."""

    seen: list[int] = []  # noqa: RUF012 - a pydantic field, copied per object

    def _evaluate(self, frame: pd.DataFrame, rng: Any) -> Any:
        self.seen.append(len(frame))
        y = super()._evaluate(frame, rng)
        return pd.DataFrame({"y": np.where(frame["x1"] > 5, np.nan, y), "note": "fresh"})

    def __repr__(self) -> str:
        return "Counting()"


def points(*values: float) -> pd.DataFrame:
    return pd.DataFrame({"x1": list(values), "x2": 0.0})


def test_a_point_is_evaluated_once() -> None:
    task = Counting()
    cached = Cached(task=task)
    first = cached.evaluate(points(1.0, 2.0))
    again = cached.evaluate(points(2.0, 3.0, 1.0))
    assert task.seen == [2, 1]
    assert first["y"].tolist() == [1.0, 4.0]
    assert again["y"].tolist() == [4.0, 9.0, 1.0]
    assert again["note"].tolist() == ["fresh"] * 3


def test_a_point_twice_in_one_table_is_evaluated_once() -> None:
    task = Counting()
    assert Cached(task=task).evaluate(points(1.0, 1.0))["y"].tolist() == [1.0, 1.0]
    assert task.seen == [1]


def test_equal_numbers_of_different_types_are_one_point() -> None:
    task = Counting(n_integer=1)
    cached = Cached(task=task)
    cached.evaluate(pd.DataFrame({"x1": [1], "x2": [3]}))
    cached.evaluate(pd.DataFrame({"x1": [1.0], "x2": [3.0]}))
    assert task.seen == [1]


def test_a_noisy_value_is_repeated_whatever_the_seed() -> None:
    task = Cached(task=Noisy(task=Sphere()))
    assert task.evaluate(points(1.0), seed=1).equals(task.evaluate(points(1.0), seed=2))


def test_failures_are_tried_again() -> None:
    task = Counting()
    cached = Cached(task=task)
    for _ in range(2):
        assert cached.evaluate(points(5.1))["y"].isna().all()
    assert task.seen == [1, 1]


def test_rows_survive_in_the_file(tmp_path: Path) -> None:
    path = str(tmp_path / "rows.jsonl")
    first = Cached(task=Counting(), path=path).evaluate(points(1.0, 2.0))
    task = Counting()
    pd.testing.assert_frame_equal(Cached(task=task, path=path).evaluate(points(1.0, 2.0)), first)
    assert task.seen == []


def test_rows_written_meanwhile_by_another_process_are_found(tmp_path: Path) -> None:
    path = str(tmp_path / "rows.jsonl")
    task = Counting()
    mine, other = Cached(task=task, path=path), Cached(task=Counting(), path=path)
    mine.evaluate(points(1.0))
    other.evaluate(points(2.0))
    assert mine.evaluate(points(2.0))["y"].tolist() == [4.0]
    assert task.seen == [1]


def test_rows_of_a_task_with_other_settings_are_ignored(tmp_path: Path) -> None:
    path = str(tmp_path / "rows.jsonl")
    point = pd.DataFrame({"x1": [1.0], "x2": [0]})
    few = Cached(task=Sphere(n_integer=1, levels=3), path=path).evaluate(point)
    many = Cached(task=Sphere(n_integer=1, levels=9), path=path).evaluate(point)
    assert few["y"][0] != many["y"][0]


def test_a_half_written_record_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    Cached(task=Counting(), path=str(path)).evaluate(points(1.0))
    with path.open("a") as file:
        file.write('\n{"key": "half')
    Cached(task=Counting(), path=str(path)).evaluate(points(2.0))
    task = Counting()
    assert Cached(task=task, path=str(path)).evaluate(points(1.0, 2.0))["y"].tolist() == [1.0, 4.0]
    assert task.seen == []


def _fill(path: str, start: int) -> None:
    task = Cached(task=Sphere(), path=path)
    for k in range(25):
        task.evaluate(points((start + k) / 100))


def test_processes_may_write_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "rows.jsonl")
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_fill, args=(path, 25 * k)) for k in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len([line for line in Path(path).read_text().split("\n") if line.startswith("{")]) == 100
    known = Cached(task=Sphere(), path=path)._rows
    assert (
        sum(
            known_key in known
            for known_key in [Cached(task=Sphere())._key([k / 100, 0.0]) for k in range(100)]
        )
        == 100
    )


def test_a_cached_task_pickles() -> None:
    task = Cached(task=Sphere())
    task.evaluate(points(1.0))
    assert pickle.loads(pickle.dumps(task)).evaluate(points(1.0))["y"].tolist() == [1.0]


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="its folder does not exist; create it"):
        Cached(task=Sphere(), path=str(tmp_path / "missing" / "rows.jsonl"))
