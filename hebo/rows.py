"""Duplicate removal: rows of arrays that have not been seen before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def new_rows(x: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the indices of the rows of `x` that repeat no earlier row and no row of `known`, in order.

    Args:
        x: `n x d`.
        known: `k x d`.
    """
    rows = np.concatenate([known, x]) + 0.0  # + 0.0 turns -0 into 0
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1])))[:, 0]
    _, first = np.unique(keys, return_index=True)
    return np.sort(first[first >= len(known)]) - len(known)
