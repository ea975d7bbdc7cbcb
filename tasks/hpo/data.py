"""Data sets: those bundled with scikit-learn and tables in CSV files, split once and kept per process."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hebo.errors import DataError
from tasks.hpo.spaces import Problem

DatasetName = Literal["breast", "digits", "iris", "wine", "diabetes"]
Array = NDArray[np.float64]

DATASETS: dict[DatasetName, Problem] = {
    "breast": "classification",
    "digits": "classification",
    "iris": "classification",
    "wine": "classification",
    "diabetes": "regression",
}
"""Bayesmark's data sets, less `boston`, which scikit-learn withdrew in version 1.2."""

_LOADERS = {"breast": "load_breast_cancer"}
_TEST_SIZE = 0.2


@dataclass(frozen=True)
class Split:
    """Rows for cross-validation and rows held out.

    Attributes:
        problem: What the target is.
        x: Features of the training rows, `n x p`.
        y: Targets of the training rows, `n`; codes `0 .. n_classes - 1` for classification.
        x_test: Features of the held-out rows.
        y_test: Targets of the held-out rows.
    """

    problem: Problem
    x: Array
    y: NDArray[Any]
    x_test: Array
    y_test: NDArray[Any]

    @property
    def class_sizes(self) -> NDArray[np.int64]:
        """The number of training rows of each class, of the held-out ones too; empty for regression."""
        if self.problem == "regression":
            return np.zeros(0, dtype=np.int64)
        return np.bincount(self.y, minlength=int(self.y_test.max()) + 1)


def load_bundled(name: DatasetName, *, split_seed: int) -> Split:
    """Return one of scikit-learn's own data sets; as in Bayesmark, its features are left as they are."""
    return _load_bundled(name, split_seed)


def load_csv(path: Path, target: str, *, problem: Problem | None, split_seed: int) -> Split:
    """Return the rows of a CSV file, read again only when the file has changed.

    Raises:
        DataError: If the file, the target or a value cannot be used.
    """
    if not path.is_file():
        raise DataError(
            f"csv: there is no file {str(path)!r} (seen from {str(Path.cwd())!r}); correct the path."
        )
    return _load_csv(path.resolve(), path.stat().st_mtime_ns, target, problem, split_seed)


@lru_cache(maxsize=16)
def _load_bundled(name: DatasetName, split_seed: int) -> Split:
    from sklearn import datasets

    loader = getattr(datasets, _LOADERS.get(name, f"load_{name}"))
    # scikit-learn 1.1 reads its files with functions of the standard library that are deprecated by now.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        x, y = loader(return_X_y=True)
    return split(np.asarray(x, dtype=np.float64), y, problem=DATASETS[name], seed=split_seed)


@lru_cache(maxsize=16)
def _load_csv(path: Path, stamp: int, target: str, problem: Problem | None, split_seed: int) -> Split:
    from tasks.hpo.csv_table import read_table  # pandas' reader, wanted only here

    x, y, found = read_table(path, target, problem=problem)
    return split(x, y, problem=found, seed=split_seed)


def split(x: Array, y: NDArray[Any], *, problem: Problem, seed: int) -> Split:
    """Shuffle the rows and hold out a fifth of them, as Bayesmark does (without stratification)."""
    from sklearn.model_selection import train_test_split

    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=_TEST_SIZE, random_state=seed, shuffle=True
    )
    return Split(problem=problem, x=x_train, y=y_train, x_test=x_test, y_test=y_test)
