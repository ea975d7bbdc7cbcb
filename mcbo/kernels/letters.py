"""Letter vectors by BLOSUM62 or any table of them, and how far apart these are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hebo.design_space.column_kinds import categories_of
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, IncompatibleError
from hebo.kernels.distances import squared_differences

Table = dict[str, tuple[float, ...]]

Vectors = Mapping[str, tuple[float, ...]]
"""The text of a category -> its vector."""


def check_table(table: Literal["blosum62"] | Table) -> Literal["blosum62"] | Table:
    """Return a table whose vectors are of one length, finite, and not all the same.

    Raises:
        ConfigError: If they are not.
    """
    if not isinstance(table, str):
        lengths = {len(vector) for vector in table.values()}
        if len(table) < 2 or len(lengths) > 1 or 0 in lengths:
            raise ConfigError("table: give two categories or more, with vectors of one length.")
        if len(set(table.values())) < 2 or not np.isfinite([*table.values()]).all():
            raise ConfigError("table: the vectors must be finite, and not all the same.")
    return table


def table_of(table: Literal["blosum62"] | Table) -> Vectors:
    """Return the vectors that a setting names."""
    return blosum62() if isinstance(table, str) else table


def vectors_of(table: Vectors, space: DesignSpace, column: int, kernel: str) -> NDArray[np.float64]:
    """Return the vectors of the categories of a column, `c x k`.

    Raises:
        IncompatibleError: If the table lacks one; names the kernel.
    """
    letters = letters_of(space, column)
    missing = [letter for letter in letters if letter not in table]
    if missing:
        raise IncompatibleError(
            f"{kernel} has no vector for the category {missing[0]!r}; its table has {', '.join(table)}; give "
            "a `table` with all of them, or use TransformedOverlap"
        )
    return np.array([table[letter] for letter in letters])


def letters_of(space: DesignSpace, column: int) -> list[str]:
    """Return the categories of a column as texts."""
    return [str(value) for value in categories_of(space, column)]


def mean_distance(table: Vectors) -> float:
    """Return the mean squared distance of two different letters of a table."""
    vectors, n = np.array([*table.values()]), len(table)
    return float(squared_differences(vectors, vectors).sum(-1).sum() / (n * (n - 1)))


@cache
def blosum62() -> Vectors:
    """Return vectors of the amino acids whose distances are those of the BLOSUM62 matrix, as far as they can.

    With scores `B` (Henikoff and Henikoff, 1992), `B_aa + B_bb - 2 B_ab` is a squared distance but for a few
    directions in which it is negative, which are left out (classical scaling).
    """
    document = json.loads(Path(__file__).with_name("blosum62.json").read_text(encoding="utf-8"))
    scores = np.array(document["matrix"], dtype=float)
    center = np.eye(len(scores)) - 1.0 / len(scores)
    values, directions = np.linalg.eigh(center @ scores @ center)
    kept = values > 1e-9
    vectors = directions[:, kept] * np.sqrt(values[kept])
    return {letter: tuple(map(float, row)) for letter, row in zip(document["order"], vectors, strict=True)}
