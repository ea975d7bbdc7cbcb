"""Matrices of balls: what the interior point method and the proofs need beyond python-flint.

With exact entries (`.mid()`) these are matrices of multiple precision numbers; with balls the results are
enclosures. The working precision is `flint.ctx.prec`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from itertools import chain
from operator import methodcaller, mul
from typing import Any

import numpy as np

from hebo.errors import MissingExtraError

LEAF = 12
"""Matrices of this size are factorized entry by entry, larger ones in blocks."""


def require_flint() -> None:
    """Check that python-flint is there.

    Raises:
        MissingExtraError: If it is not.
    """
    if find_spec("flint") is None:
        raise MissingExtraError("flint", "sdp")


@cache
def _matrix_type() -> Any:
    """Return the class of matrices of balls; importing it takes longer than making a small one."""
    from flint import arb_mat

    return arb_mat


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work with so many bits inside, and with those of before afterwards."""
    from flint import ctx

    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def matrix(rows: Sequence[Sequence[Any]]) -> Any:
    """Return the matrix of rows that are numbers or balls; all rows have the same length."""
    return _matrix_type()(len(rows), len(rows[0]), list(chain.from_iterable(rows)))


def column(values: Sequence[Any]) -> Any:
    """Return an `n x 1` matrix."""
    return _matrix_type()(len(values), 1, list(values))


def identity(size: int, scale: Any = 1) -> Any:
    """Return a multiple of the identity."""
    return _matrix_type()(size, size, [scale if i == j else 0 for i in range(size) for j in range(size)])


def symmetric_part(square: Any) -> Any:
    """Return `(M + M^T) / 2`."""
    return (square + square.transpose()) / 2


def inner_product(left: Any, right: Any) -> Any:
    """Return the sum of products of the entries of two matrices of one shape."""
    return sum(map(mul, left.entries(), right.entries()))


def max_abs(values: Any) -> float:
    """Return the largest absolute value of the midpoints of a matrix, 0 where it has no entries."""
    return max(map(abs, map(float, values.entries())), default=0.0)


def to_numpy(values: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the midpoints, rounded to doubles."""
    flat = [float(one) for one in values.entries()]
    return np.array(flat).reshape(values.nrows(), values.ncols())


def inverse_cholesky(square: Any, *, is_exact: bool) -> Any | None:
    """Return the inverse `W` of the lower Cholesky factor, so that `W M W^T = 1` and `M^{-1} = W^T W`.

    Args:
        square: Symmetric; the lower triangle is read.
        is_exact: Whether to compute with numbers, whose rounding errors are dropped, or with balls.

    Returns:
        A lower triangular matrix, or None if a pivot is not certainly positive; that of a number is not
        where it may be a rounding error. With balls, a result proves that every symmetric matrix within is
        positive definite.
    """
    rows = _inverse_factor(square.tolist(), is_exact)
    return None if rows is None else matrix(rows)


def _inverse_factor(rows: list[list[Any]], is_exact: bool) -> list[list[Any]] | None:
    """Halve: with `W_1` of the upper left part, `L_21 = M_21 W_1^T` and `W_21 = -W_2 L_21 W_1`."""
    if len(rows) <= LEAF:
        return _inverse_factor_of_leaf(rows, is_exact)
    rounded = _rounding(is_exact)
    half = len(rows) // 2
    upper = _inverse_factor([row[:half] for row in rows[:half]], is_exact)
    if upper is None:
        return None
    inverse = matrix(upper)
    below = rounded(matrix([row[:half] for row in rows[half:]]) * inverse.transpose())
    rest = rounded(matrix([row[half:] for row in rows[half:]]) - below * below.transpose())
    lower = _inverse_factor(rest.tolist(), is_exact)
    if lower is None:
        return None
    left = rounded(matrix(lower) * rounded(below * inverse)).tolist()
    zeros = [0] * (len(rows) - half)
    return [[*row, *zeros] for row in upper] + [
        [-one for one in far] + near for far, near in zip(left, lower, strict=True)
    ]


def _rounding(is_exact: bool) -> Callable[[Any], Any]:
    return methodcaller("mid") if is_exact else lambda one: one


@cache
def _noise(bits: int) -> Any:
    """Relative size of a pivot that is nothing but rounding."""
    from flint import arb

    return arb(2) ** (16 - bits)


def _inverse_factor_of_leaf(rows: list[list[Any]], is_exact: bool) -> list[list[Any]] | None:
    from flint import ctx

    rounded, noise = _rounding(is_exact), _noise(ctx.prec) if is_exact else 0  # balls know their errors
    factor: list[list[Any]] = []
    columns: list[list[Any]] = []  # of the inverse, from the diagonal on
    inverse: list[list[Any]] = []
    for i, row in enumerate(rows):
        entries: list[Any] = []
        for j in range(i):
            entries.append(rounded((row[j] - sum(map(mul, entries, factor[j]))) * columns[j][0]))
        pivot = row[i] - sum(map(mul, entries, entries))
        if not pivot > row[i] * noise:
            return None
        scale = rounded(pivot.rsqrt())
        for j, below in enumerate(columns):
            below.append(rounded(-scale * sum(map(mul, entries[j:], below))))
        factor.append(entries)
        columns.append([scale])
        inverse.append([*(below[-1] for below in columns), *[0] * (len(rows) - i - 1)])
    return inverse
