"""Tests of `hebo.diagnostics.replicates`."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from hebo.diagnostics.replicates import Replicates

X = torch.tensor([[1.0, 2.0], [0.0, 0.0], [1.0, 2.0], [3.0, 0.0], [0.0, 0.0], [1.0, 2.0]])
Y = torch.tensor([1.0, 4.0, 2.0, 7.0, 6.0, 6.0], dtype=torch.float64)


def test_points_that_were_told_several_times_are_found() -> None:
    found = Replicates.among(X, Y)
    assert [one.tolist() for one in found.groups] == [[4.0, 6.0], [1.0, 2.0, 6.0]]
    assert found.x.tolist() == [[0.0, 0.0], [1.0, 2.0]]
    assert (found.n_rows, found.degrees) == (5, 3)
    assert found.means.tolist() == [5.0, 3.0]
    assert found.variance == pytest.approx((2.0 + 14.0) / 3)


def test_without_replicates_there_is_no_variance() -> None:
    none = Replicates.among(X[:2], Y[:2])
    assert none.groups == ()
    assert math.isnan(none.variance)
    assert len(none.contrasts()[0]) == 0


def test_contrasts_are_independent_and_have_the_variance_of_the_noise() -> None:
    rng = np.random.default_rng(0)
    values = 5.0 + 2.0 * rng.normal(size=(4000, 3))
    found = Replicates(torch.zeros(4000, 1), tuple(values))
    residuals, place = found.contrasts()
    assert residuals.shape == place.shape == (8000,)
    pairs = residuals.reshape(4000, 2)
    np.testing.assert_allclose(np.cov(pairs.T), 4.0 * np.eye(2), atol=0.3)
    assert (residuals**2).sum() / 8000 == pytest.approx(found.variance)
