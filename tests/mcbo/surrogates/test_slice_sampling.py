"""Tests of `mcbo.surrogates.slice_sampling`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from hebo.random import make_generator
from mcbo.surrogates.prior import Array
from mcbo.surrogates.slice_sampling import slice_samples


class Density:
    """Two independent coordinates: normal around 1 with deviation 2, and uniform on [-1, 3]."""

    bounds: ClassVar[list[tuple[float, float]]] = [(-50.0, 50.0), (-1.0, 3.0)]

    def value(self, theta: Array) -> float:
        inside = -1.0 <= theta[1] <= 3.0
        return 0.5 * ((theta[0] - 1.0) / 2.0) ** 2 if inside else np.inf


def draws(seed: int, n: int = 3000) -> Array:
    samples = slice_samples(Density(), np.zeros(2), n, burn_in=50, generator=make_generator(seed))
    return np.array(samples)


def test_draws_have_the_moments_of_the_density() -> None:
    samples = draws(0)
    assert samples.mean(0) == pytest.approx([1.0, 1.0], abs=0.25)
    assert samples.std(0) == pytest.approx([2.0, 4 / 12**0.5], abs=0.15)


def test_draws_stay_within_the_bounds() -> None:
    samples = draws(1, 500)
    assert samples[:, 1].min() >= -1.0
    assert samples[:, 1].max() <= 3.0


def test_the_same_generator_gives_the_same_draws() -> None:
    np.testing.assert_array_equal(draws(2, 20), draws(2, 20))
