"""Pareto front, hypervolume and IGD+ of values to be minimized.

Everything here takes tables of `n x m` values in the user's own units, smaller is better. Rows with a value
that is not finite are failed evaluations: they are ignored. The indicators are pymoo's.

Sources: Zitzler and Thiele (1998) for the hypervolume; Ishibuchi, Akedo and Nojima (2011), "A many-objective
test problem for visually examining diversity maintenance behavior in a decision space", for the reference
point; Ishibuchi et al. (2015), "Modified distance calculation in generational distance and inverted
generational distance", for IGD+.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hebo.errors import DataError

_SCALE = 0.1
_MIN_RANGE = 1e-7  # of an objective in which all points of the front agree; BoTorch's constant


def front(values: ArrayLike) -> NDArray[np.bool_]:
    """Return which rows no other row dominates, `n` bool; of equal rows either all or none.

    One row dominates another if none of its values is larger and one is smaller.

    Args:
        values: `n x m`; a row with a value that is not finite is in no front.

    Raises:
        DataError: If the values are no table of numbers.
    """
    table = _table(values)
    is_in_front = np.asarray(np.isfinite(table).all(axis=1))
    # A row is lexicographically smaller than all that it dominates: the first that is left is in the front.
    rows = np.lexsort(table.T[::-1])
    rows = rows[is_in_front[rows]]
    while len(rows):
        first, rows = rows[0], rows[1:]
        dominated = (table[rows] >= table[first]).all(axis=1) & (table[rows] > table[first]).any(axis=1)
        is_in_front[rows[dominated]] = False
        rows = rows[~dominated]
    return is_in_front


def hypervolume(values: ArrayLike, reference: ArrayLike) -> float:
    """Return the volume that the rows dominate and that dominates the reference point.

    Args:
        values: `n x m`; rows that are not better than the reference in every objective add nothing.
        reference: `m` finite values, the worst that count in each objective.

    Returns:
        The volume, in the product of the units of the objectives; 0 where no row counts.

    Raises:
        DataError: If the values are no table of numbers, or the reference is not one finite value a column.
    """
    from pymoo.indicators.hv import Hypervolume

    table, corner = _table(values), _reference(values, reference)
    better = table[np.isfinite(table).all(axis=1) & (table < corner).all(axis=1)]
    if not len(better):
        return 0.0
    if table.shape[1] == 1:
        return float(corner[0] - better.min())
    return float(Hypervolume(ref_point=corner).do(better))


def infer_reference(values: ArrayLike) -> NDArray[np.float64]:
    """Return a reference point for the hypervolume: the worst of the front, and a tenth of its range more.

    The rule of Ishibuchi et al. (2011), and that of BoTorch's `infer_reference_point`: where the front is a
    single point its absolute values stand for its range. The point depends on the values: hypervolumes can be
    compared only under one reference.

    Args:
        values: `n x m`, one finite row at least.

    Returns:
        `m` values.

    Raises:
        DataError: If the values are no table of numbers, or no row is finite.
    """
    table = _table(values)
    best = table[front(table)]
    if not len(best):
        raise DataError(
            f"a reference point cannot be inferred: none of the {len(table)} rows has finite values only; "
            "state one, the worst value that counts in each objective"
        )
    worst = best.max(axis=0)
    width = np.abs(best[0]) if len(best) == 1 else worst - best.min(axis=0)
    return np.asarray(worst + _SCALE * np.maximum(width, _MIN_RANGE))


def igd_plus(values: ArrayLike, true_front: ArrayLike) -> float:
    """Return the mean distance from points of the true front to what the values lack to dominate them (IGD+).

    The distance from a point of the front to a row counts only the objectives in which the row is worse.

    Args:
        values: `n x m`.
        true_front: `k x m` finite points, one at least, that cover the front evenly.

    Returns:
        The mean over the points of the front, in units of the objectives: 0 if each is reached, infinity if
        no row is finite.

    Raises:
        DataError: If one of the two is no table of numbers, the front is empty or not finite, or the numbers
            of columns differ.
    """
    from pymoo.indicators.igd_plus import IGDPlus

    table, goal = _table(values), _table(true_front)
    if not len(goal) or not np.isfinite(goal).all() or goal.shape[1] != table.shape[1]:
        raise DataError(
            f"a front of shape {goal.shape} for values of shape {table.shape}; expected one finite row at "
            "least, and a column per objective"
        )
    reached = table[np.isfinite(table).all(axis=1)]
    return float(IGDPlus(goal).do(reached)) if len(reached) else math.inf


def _table(values: ArrayLike) -> NDArray[np.float64]:
    """Return values as an `n x m` array of floats."""
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"objective values that are not numbers: {error}") from error
    if table.ndim != 2 or table.shape[1] == 0:
        raise DataError(
            f"objective values of shape {table.shape}; expected n rows and a column per objective, n x m"
        )
    return table


def _reference(values: ArrayLike, reference: ArrayLike) -> NDArray[np.float64]:
    """Return a reference point as an array, one finite value for each column of the values."""
    try:
        corner = np.asarray(reference, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"a reference point that is not a list of numbers: {reference!r}") from error
    m = np.shape(values)[1]
    if corner.shape != (m,) or not np.isfinite(corner).all():
        raise DataError(
            f"the reference point {reference!r} for {m} objective(s); expected {m} finite number(s)"
        )
    return corner
