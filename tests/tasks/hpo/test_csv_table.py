from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.errors import DataError
from tasks.hpo.csv_table import read_table, robust_standardize


def write(folder: Path, **columns: Any) -> Path:
    path = folder / "table.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


NUMBERS = np.arange(40.0)
LABELS = ["no", "yes"] * 20


def test_gaussian_columns_become_standard() -> None:
    x = np.random.default_rng(0).normal(5.0, 3.0, size=(200_000, 1))
    z = robust_standardize(x)
    assert np.median(z) == pytest.approx(0.0, abs=1e-12)
    assert z.std() == pytest.approx(1.0, abs=0.01)


def test_a_column_without_range_is_only_centered() -> None:
    assert robust_standardize(np.full((5, 1), 3.0)).tolist() == [[0.0]] * 5


def test_features_are_standardized_and_clipped(tmp_path: Path) -> None:
    x = NUMBERS.copy()
    x[0] = 1e9
    features, _, _ = read_table(write(tmp_path, x=x, y=LABELS), "y", problem=None)
    assert features.shape == (40, 1)
    assert features[0, 0] == 100.0
    assert np.abs(features[1:]).max() < 2.5


def test_text_columns_become_indicators_of_all_values_but_the_first(tmp_path: Path) -> None:
    path = write(tmp_path, color=["blue", "green", "red", "red"] * 10, y=NUMBERS / 7)
    features, _, _ = read_table(path, "y", problem=None)
    assert features.shape == (40, 2)
    assert len(np.unique(features, axis=0)) == 3


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (LABELS, "classification"),
        ([True, False] * 20, "classification"),
        ([1, 2, 3, 4] * 10, "classification"),
        (range(40), "regression"),
        ([0.5, 1.0] * 20, "regression"),
    ],
)
def test_the_kind_of_problem_is_read_off_the_target(values: Any, problem: str, tmp_path: Path) -> None:
    assert read_table(write(tmp_path, x=NUMBERS, y=values), "y", problem=None)[2] == problem


def test_the_kind_of_problem_can_be_given(tmp_path: Path) -> None:
    path = write(tmp_path, x=NUMBERS, y=[1, 2, 3, 4] * 10)
    _, y, problem = read_table(path, "y", problem="regression")
    assert problem == "regression"
    assert y.dtype == np.float64


def test_classes_become_codes_in_sorted_order(tmp_path: Path) -> None:
    _, y, _ = read_table(write(tmp_path, x=NUMBERS, y=LABELS), "y", problem=None)
    assert y.tolist() == [0, 1] * 20


def test_a_regression_target_is_standardized(tmp_path: Path) -> None:
    _, y, _ = read_table(write(tmp_path, x=NUMBERS, y=1000 + NUMBERS / 7), "y", problem=None)
    assert np.median(y) == pytest.approx(0.0)
    assert np.abs(y).max() < 3


MISSING = np.where(NUMBERS == 3, np.nan, NUMBERS)
INFINITE = np.where(NUMBERS == 3, np.inf, NUMBERS)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"x": NUMBERS, "price": LABELS, "why": NUMBERS}, "there is no column 'y'"),
        ({"x": NUMBERS, "Y": LABELS}, "there is no column 'y'. Known: x, Y"),
        (
            {"x": MISSING, "y": LABELS},
            "column 'x' has 1 missing or infinite values, the first in data row 4; fill",
        ),
        ({"x": INFINITE, "y": LABELS}, "column 'x' has 1 missing or infinite"),
        ({"x": NUMBERS, "y": [None, *LABELS[1:]]}, "column 'y' has 1 missing"),
        ({"x": NUMBERS, "y": 1}, "target 'y' has the same value in all rows"),
        ({"x": NUMBERS[:10], "y": LABELS[:10]}, "10 rows and 2 columns; tuning needs at least 20"),
        ({"y": LABELS}, "40 rows and 1 columns"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(columns: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"table\.csv: .*{words}"):
        read_table(write(tmp_path, **columns), "y", problem=None)


def test_a_text_column_with_too_many_values_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, id=[f"row {k}" for k in range(120)], y=np.arange(120.0))
    with pytest.raises(DataError, match="column 'id' has 120 different texts, more than 100; drop it"):
        read_table(path, "y", problem=None)


def test_regression_on_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"target 'y' holds .* values, which regression.*problem: classification"
    ):
        read_table(write(tmp_path, x=NUMBERS, y=LABELS), "y", problem="regression")


LINES = ["x,c,y", *(f"{k}.5,u,{k % 2}" for k in range(30))]


def text_file(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"a,b\n1,2\n1,2,3,4\n", "line 3: 4 cells under 2 names"),
        (b"\xff\xfe\x00x,y\n", "it is text in UTF-16, no CSV file"),
        (b"x,y\n1,caf\xe9\n", "line 2, character 6: the byte 0xE9 is not UTF-8"),
        (b"x,y,y\n1,2,3\n", "line 1: the column 'y' appears twice"),
        ("\n".join([*LINES[:5], '3.5,"u,1', *LINES[5:]]).encode(), "line 6, column 'c': a quote opens here"),
        ("\n".join([*LINES[:5], "3.5,u", *LINES[5:]]).encode(), "line 6: 2 cells under 3 names"),
    ],
)
def test_what_is_no_csv_file_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"table\.csv.*{message}"):
        read_table(path, "y", problem=None)


def test_semicolons_and_decimal_commas_are_read(tmp_path: Path) -> None:
    x, y, problem = read_table(text_file(tmp_path, "\n".join(LINES)), "y", problem=None)
    german = "\n".join(LINES).replace(",", ";").replace(".5", ",5")
    again = read_table(text_file(tmp_path, german), "y", problem=None)
    assert (again[0].tolist(), again[1].tolist(), again[2]) == (x.tolist(), y.tolist(), problem)
