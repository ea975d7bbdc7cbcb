"""Tests of `hebo.kernels.distances`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from hebo.kernels.distances import (
    squared_differences,
    squared_distances,
    squared_distances_of_many,
    squared_distances_within,
)
from hebo.random import make_generator

both = pytest.mark.parametrize("distances", [squared_distances, squared_distances_of_many])
A = torch.rand(5, 3, generator=make_generator(1), dtype=torch.float64)
B = torch.rand(4, 3, generator=make_generator(2), dtype=torch.float64)
APART = (A.unsqueeze(1) - B).square()


@both
def test_they_are_the_sums_of_squared_differences(distances: Callable[[Tensor, Tensor], Tensor]) -> None:
    torch.testing.assert_close(distances(A, B), APART.sum(-1))
    torch.testing.assert_close(distances(A.expand(2, 5, 3), B)[1], APART.sum(-1))
    torch.testing.assert_close(squared_differences(A, B), APART)


def test_arrays_have_the_same_ones() -> None:
    within = (A.unsqueeze(1) - A).square().sum(-1)
    np.testing.assert_allclose(squared_distances_within(A.numpy()), within, atol=1e-12)
    np.testing.assert_allclose(squared_differences(A.numpy(), B.numpy()), APART, rtol=1e-12)


@both
def test_they_are_never_negative(distances: Callable[[Tensor, Tensor], Tensor]) -> None:
    x = 1e3 + 1e-6 * torch.rand(20, 3, generator=make_generator(0), dtype=torch.float64)
    square = distances(x, x)
    assert square.min() == 0.0
    torch.testing.assert_close(square, (x.unsqueeze(1) - x).square().sum(-1), atol=1e-8, rtol=0.0)
    assert squared_distances_within(x.numpy()).min() == 0.0
