"""The quadratic assignment problem, drawn at random or read from a file of QAPLIB."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from math import ceil, sqrt
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field

from hebo.errors import DataError
from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Task
from tasks.combinatorial.instance_files import (
    Contents,
    check_known_optimum,
    read_count,
    read_lines,
    read_numbers,
)

Array = NDArray[np.float64]
_LARGEST = 99


class _Assignment(Task):
    """`f(p) = sum_ij a_ij b_p(i)p(j)` over the permutations `p` of `0 .. n - 1`.

    Facility `i`, with a flow `a_ij` to facility `j`, is put at location `p(i)`, the item number `i` of the
    permutation; `b` holds the distances of locations (Koopmans and Beckmann, "Assignment problems and the
    location of economic activities", Econometrica 25, 1957).
    """

    @property
    @abstractmethod
    def matrices(self) -> tuple[Array, Array]:
        """The flows `a` and the distances `b`, both `n x n`."""

    @property
    def outcomes(self) -> Outcomes:
        """The cost of the assignment: flows times distances."""
        return outcomes_of({"name": "assignment_cost"})

    def parameters(self) -> list[dict[str, Any]]:
        """Return the permutation `assignment`: the location of each facility."""
        return [{"name": "assignment", "type": "permutation", "length": len(self.matrices[0])}]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Array:
        flows, distances = self.matrices
        p = np.array(frame["assignment"].tolist(), dtype=np.int64)
        # One facility at a time: the memory is then that of the permutations, not n times as much.
        costs = [(flow * distances[p[:, [i]], p]).sum(axis=1) for i, flow in enumerate(flows)]
        values: Array = np.sum(costs, axis=0)
        return values


class QuadraticAssignment(_Assignment):
    """A random quadratic assignment problem: `f(p) = sum_ij a_ij b_p(i)p(j)` over permutations `p`.

    Item `i` of the permutation is the location of facility `i`. Flows `a` are symmetric, whole numbers from
    0 to 99 with a zero diagonal. So are the distances `b` of `layout: uniform`, the hardest instances of
    Taillard ("Robust taboo search for the quadratic assignment problem", Parallel Computing 17, 1991); those
    of `layout: grid` are the city-block distances of the cells of a grid, filled row by row, as in Nugent,
    Vollmann and Ruml ("An experimental comparison of techniques for the assignment of facilities to
    locations", Operations Research 16, 1968).

    Args:
        n: Number of facilities and of locations.
        layout: How the locations lie; a grid has `ceil(sqrt(n))` columns.
        seed: Fixes flows and uniform distances.
    """

    n: int = Field(12, ge=2)
    layout: Literal["uniform", "grid"] = "uniform"
    seed: int = Field(0, ge=0)

    @property
    def matrices(self) -> tuple[Array, Array]:
        """The flows `a` and the distances `b`, both `n x n`."""
        rng = np.random.default_rng(self.seed)
        flows = _symmetric(rng, self.n)
        return flows, _grid(self.n) if self.layout == "grid" else _symmetric(rng, self.n)


class QAPLIB(_Assignment):
    """A quadratic assignment problem in the format of QAPLIB: `n`, then `a`, then `b`, row by row.

    The value is `sum_ij a_ij b_p(i)p(j)` with the matrices in the order of the file, whichever of them holds
    the flows; item `i` of the permutation is `p(i)`. Items count from 0, those in the `.sln` files of QAPLIB
    from 1. Line breaks have no meaning (Burkard, Karisch and Rendl, "QAPLIB, a quadratic assignment problem
    library", Journal of Global Optimization 10, 1997).

    Args:
        path: The `.dat` file.
        known_optimum: The smallest value, for example from the list of QAPLIB.
    """

    example: ClassVar[dict[str, Any]] = {"path": "nug12.dat"}

    path: str
    known_optimum: float | None = None

    @property
    def name(self) -> str:
        """The name of the file without its ending."""
        return Path(self.path).stem

    @property
    def optimum(self) -> float | None:
        """The known optimum, if it was given."""
        return self.known_optimum

    @property
    def matrices(self) -> tuple[Array, Array]:
        """The first matrix `a` and the second one `b`, both `n x n`.

        Raises:
            DataError: If the file cannot be used; names the line.
        """
        a, b, _ = self._contents.value
        return a, b

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the file was passed over."""
        return self._contents.value[2]

    @cached_property
    def _contents(self) -> Contents[tuple[Array, Array, tuple[str, ...]]]:
        return Contents(read_qaplib(Path(self.path)))

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Array:
        values = super()._evaluate(frame, rng)
        check_known_optimum(values, self.known_optimum, self.path)
        return values


def read_qaplib(path: Path) -> tuple[Array, Array, tuple[str, ...]]:
    """Return the two matrices, `n x n`, of a file of QAPLIB, and what was passed over.

    Some files have the best value known behind the size, in the first line.

    Raises:
        DataError: If the file is missing, its first entry is no size, an entry is no finite number, or there
            are not `2 n^2` of them; names the line.
    """
    lines = [(number, text) for number, text in read_lines(path) if text.strip()]
    if not lines:
        raise DataError(f"{path}: the file is empty; expected the size n and two matrices of n x n numbers.")
    first, text = lines[0]
    word, *rest = text.split()
    n = read_count(path, first, word, least=2)
    notes: tuple[str, ...] = ()
    if len(rest) == 1 and sum(len(row.split()) for _, row in lines) == 2 * n * n + 2:
        notes = (f"{path}, line {first}: '{rest.pop()}' behind the size is passed over",)
    entries, where = read_numbers(path, [(first, " ".join(rest)), *lines[1:]])
    if len(entries) != 2 * n * n:
        last = int(where[min(len(entries), 2 * n * n + 1) - 1]) if len(entries) else first
        raise DataError(
            f"{path}, line {last}: n = {n} calls for two matrices of together {2 * n * n} numbers, but there "
            f"are {len(entries)}; {'remove' if len(entries) > 2 * n * n else 'add'} "
            f"{abs(len(entries) - 2 * n * n)}, or correct n in line {first}."
        )
    a, b = entries.reshape(2, n, n)
    return a, b, notes


def _symmetric(rng: Generator, n: int) -> Array:
    """Return a symmetric matrix of uniform whole numbers with a zero diagonal."""
    upper = np.triu(rng.integers(0, _LARGEST, size=(n, n), endpoint=True), k=1)
    return (upper + upper.T).astype(np.float64)


def _grid(n: int) -> Array:
    """Return the city-block distances of the first `n` cells of a square grid, row by row."""
    row, column = np.divmod(np.arange(n), ceil(sqrt(n)))
    blocks: Array = (np.abs(row[:, None] - row) + np.abs(column[:, None] - column)).astype(np.float64)
    return blocks
