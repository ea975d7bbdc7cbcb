from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hebo.errors import DataError
from tasks.hpo.data import DATASETS, DatasetName, load_bundled, load_csv


@pytest.mark.parametrize(
    ("name", "n_rows", "n_columns", "n_classes"),
    [
        ("breast", 569, 30, 2),
        ("digits", 1797, 64, 10),
        ("iris", 150, 4, 3),
        ("wine", 178, 13, 3),
        ("diabetes", 442, 10, 0),
    ],
)
def test_a_fifth_of_the_rows_is_held_out(
    name: DatasetName, n_rows: int, n_columns: int, n_classes: int
) -> None:
    data = load_bundled(name, split_seed=0)
    n_test = -(-n_rows // 5)
    assert data.x.shape == (n_rows - n_test, n_columns)
    assert data.x_test.shape == (n_test, n_columns)
    assert len(data.class_sizes) == n_classes
    assert data.class_sizes.sum() in (0, n_rows - n_test)
    assert data.problem == DATASETS[name]


def test_bundled_features_are_left_as_they_are() -> None:
    assert load_bundled("digits", split_seed=0).x.max() == 16.0


def test_the_split_seed_chooses_the_rows() -> None:
    one, other = (load_bundled("iris", split_seed=seed) for seed in (0, 1))
    assert not np.array_equal(one.x_test, other.x_test)


def test_a_process_loads_a_data_set_once() -> None:
    assert load_bundled("wine", split_seed=0) is load_bundled("wine", split_seed=0)


def test_a_csv_file_is_read_again_only_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    table = pd.DataFrame({"x": np.arange(40.0), "y": np.arange(40.0) / 7})
    table.to_csv(path, index=False)
    first = load_csv(path, "y", problem=None, split_seed=0)
    assert load_csv(path, "y", problem=None, split_seed=0) is first
    table.iloc[:30].to_csv(path, index=False)
    os.utime(path, ns=(0, 0))
    assert len(load_csv(path, "y", problem=None, split_seed=0).y) == 24


def test_a_missing_csv_file_is_refused_with_the_folder_it_was_sought_from(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"csv: there is no file '.*none\.csv' \(seen from"):
        load_csv(tmp_path / "none.csv", "y", problem=None, split_seed=0)
