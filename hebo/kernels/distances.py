"""Squared Euclidean distances between two sets of points, without an array of all pairs and columns."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Points = TypeVar("Points", Tensor, NDArray[np.float64])
"""Points of the same library: tensors or arrays."""


def squared_distances(a: Points, b: Points) -> Points:
    """Return `|a_i - b_j|^2`, `... x n x m`, of `... x n x k` and `... x m x k` points."""
    lengths = _squared_lengths(a)[..., :, None] + _squared_lengths(b)[..., None, :]
    return _nonnegative(lengths - 2.0 * (a @ b.swapaxes(-1, -2)))


def squared_distances_of_many(a: Tensor, b: Tensor) -> Tensor:
    """Return `squared_distances` in one array of their size instead of three: for points by the thousand."""
    square = (a @ b.mT).mul_(-2)
    square += _squared_lengths(a).unsqueeze(-1)
    square += _squared_lengths(b).unsqueeze(-2)
    return square.clamp_min_(0.0)


def squared_differences(a: Points, b: Points) -> Points:
    """Return `(a_ik - b_jk)^2`, `... x n x m x k`: what each column adds to the squared distances."""
    difference = a[..., :, None, :] - b[..., None, :, :]
    return difference * difference


def _squared_lengths(x: Points) -> Points:
    if isinstance(x, np.ndarray):
        return np.asarray(np.einsum("ij,ij->i", x, x))  # twice as fast as a sum of squares
    return x.square().sum(-1)


def _nonnegative(square: Points) -> Points:
    if isinstance(square, np.ndarray):
        return np.maximum(square, 0.0, out=square)
    return square.clamp_min(0.0)
