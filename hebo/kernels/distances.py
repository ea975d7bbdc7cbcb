"""Squared Euclidean distances between two sets of points, without an array of all pairs and columns."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float64]
Points = TypeVar("Points", Tensor, Array)
"""Points of the same library: tensors or arrays."""


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Return `|a_i - b_j|^2`, `... x n x m`, of `... x n x k` and `... x m x k` points."""
    lengths = a.square().sum(-1).unsqueeze(-1) + b.square().sum(-1).unsqueeze(-2)
    return (lengths - 2.0 * (a @ b.mT)).clamp_min(0.0)


def squared_distances_of_many(a: Tensor, b: Tensor) -> Tensor:
    """Return `squared_distances` in one array of their size instead of three: for points by the thousand."""
    square = (a @ b.mT).mul_(-2)
    square += a.square().sum(-1).unsqueeze(-1)
    square += b.square().sum(-1).unsqueeze(-2)
    return square.clamp_min_(0.0)


def squared_distances_within(x: Array) -> Array:
    """Return the squared distances of one set of points, `n x n`, of an array `n x k`."""
    lengths = np.einsum("ij,ij->i", x, x)
    square = lengths[:, None] + lengths - 2 * (x @ x.T)
    nonnegative: Array = np.maximum(square, 0.0, out=square)
    return nonnegative


def squared_differences(a: Points, b: Points) -> Points:
    """Return `(a_ik - b_jk)^2`, `... x n x m x k`: what each column adds to the squared distances."""
    difference = a[..., :, None, :] - b[..., None, :, :]
    return difference * difference
