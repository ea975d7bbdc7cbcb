from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hebo.errors import ConfigError, DataError
from tasks.combinatorial.instance_files import (
    check_known_optimum,
    read_count,
    read_lines,
    read_number,
    read_numbers,
)

PATH = Path("some.dat")


def test_lines_are_counted_from_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x\n\ny")
    assert read_lines(tmp_path / "a.txt") == [(1, "x"), (2, ""), (3, "y")]


def test_a_file_that_is_not_there_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no file '.*none\.txt' \(seen from"):
        read_lines(tmp_path / "none.txt")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(b"\x1f\x8b\xff")
    with pytest.raises(DataError, match="not a text file"):
        read_lines(tmp_path / "a.gz")


def test_numbers_keep_the_line_they_stand_in() -> None:
    values, where = read_numbers(PATH, [(3, " 1  -2.5"), (4, ""), (5, "3e2 .5 +4.")])
    assert values.tolist() == [1.0, -2.5, 300.0, 0.5, 4.0]
    assert where.tolist() == [3, 3, 5, 5, 5]


@pytest.mark.parametrize("word", ["x", "nan", "inf", "1_000", "1e999", "0x10", "1,5", "--1"])
def test_what_is_no_finite_number_is_refused_with_its_line(word: str) -> None:
    with pytest.raises(DataError, match=rf"some\.dat, line 7: expected a finite number, got '{word}'"):
        read_number(PATH, 7, word)


@pytest.mark.parametrize("word", ["2", "-3", "3.0", "three", ""])
def test_what_is_no_count_is_refused_with_its_line(word: str) -> None:
    with pytest.raises(DataError, match=rf"line 1: expected a whole number of at least 3, got '{word}'"):
        read_count(PATH, 1, word, least=3)
    assert read_count(PATH, 1, "3", least=3) == 3


def test_a_value_below_the_known_optimum_is_a_mistake_in_the_setting() -> None:
    with pytest.raises(
        ConfigError, match=r"known_optimum=5 of 'a\.tsp' is not its optimum: a point has the value 4"
    ):
        check_known_optimum(np.array([6.0, 4.0]), 5.0, "a.tsp")
    check_known_optimum(np.array([5.0 - 1e-10, 6.0]), 5.0, "a.tsp")
    check_known_optimum(np.array([1.0]), None, "a.tsp")
