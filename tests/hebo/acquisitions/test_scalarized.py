"""Tests of `hebo.acquisitions.scalarized` and `multi_mace`: scalar values of several objectives."""

from __future__ import annotations

import math

import pytest
import torch

from hebo.acquisitions.mace import MACE
from hebo.acquisitions.marginals import NormalMarginals
from hebo.acquisitions.multi_mace import MultiMACE
from hebo.acquisitions.scalarized import AUGMENTATION, SampledMarginals, Scalarized, random_chebyshev
from hebo.base import Acquisition
from hebo.random import make_generator
from hebo.recommenders.fitted_models import all_on_means
from tests.support.several_objectives import POINTS, SPACE, models_of

MEANS = torch.tensor([[0.0, 4.0], [2.0, 2.0], [4.0, 0.0], [-1.0, -1.0]], dtype=torch.float64)


def test_the_scalarization_is_the_least_weighted_share_plus_a_part_of_their_sum() -> None:
    combined = random_chebyshev(MEANS, generator=make_generator(0), number=0)
    assert math.isclose(float(combined.weights.sum()), 1.0)
    z = combined.weights * torch.tensor([0.25, 0.75], dtype=torch.float64)
    expected = z.min() + AUGMENTATION * z.sum()
    torch.testing.assert_close(combined.of(torch.tensor([1.0, 3.0], dtype=torch.float64)), expected)


def test_a_dominated_point_is_never_worth_more() -> None:
    combined = random_chebyshev(MEANS, generator=make_generator(2), number=0)
    better, worse = combined.of(torch.tensor([[1.0, 3.0], [1.0, 2.0]], dtype=torch.float64))
    assert better > worse


def test_weights_change_from_point_to_point_of_a_batch_and_not_with_the_run() -> None:
    first, second = (random_chebyshev(MEANS, generator=make_generator(4), number=n).weights for n in (0, 1))
    assert not torch.equal(first, second)
    assert torch.equal(first, random_chebyshev(MEANS, generator=make_generator(4), number=0).weights)


def test_samples_of_a_normal_value_answer_as_the_normal_does() -> None:
    z = torch.special.ndtri((torch.arange(4000, dtype=torch.float64) + 0.5) / 4000)
    sampled, normal = (
        SampledMarginals((0.2 + 0.5 * z).unsqueeze(0)),
        NormalMarginals(torch.tensor([0.2]).double(), torch.tensor([0.5]).double()),
    )
    for ours, exact in (
        (sampled.ucb(2.0), normal.ucb(2.0)),
        (sampled.log_ei(0.6), normal.log_ei(0.6)),
        (sampled.log_pi(0.6), normal.log_pi(0.6)),
    ):
        torch.testing.assert_close(ours, exact, rtol=0.02, atol=0.02)
    assert bool(torch.isfinite(sampled.log_ei(1e3)).all())


def test_the_ensemble_of_one_objective_is_mace() -> None:
    models, data = models_of(1)
    ours = MultiMACE().build(models, data, SPACE, generator=make_generator(0))(POINTS)
    plain = MACE().build(models, data, SPACE, generator=make_generator(0))(POINTS)
    torch.testing.assert_close(ours, plain)


def test_of_several_objectives_there_are_three_values_of_each_or_of_all() -> None:
    models, data = models_of(3)
    together = MultiMACE().build(models, data, SPACE, generator=make_generator(0))(POINTS)
    scalar = MultiMACE(scalarized=True).build(models, data, SPACE, generator=make_generator(0))(POINTS)
    assert together.shape == (20, 9)
    assert scalar.shape == (20, 3)
    assert bool(torch.isfinite(together).all() & torch.isfinite(scalar).all())


@pytest.mark.parametrize("acquisition", [Scalarized(), MultiMACE(scalarized=True)])
def test_slopes_are_finite_and_batches_change_the_weights(acquisition: Acquisition) -> None:
    models, data = models_of(2)
    acq = acquisition.build(models, data, SPACE, generator=make_generator(0))
    x = POINTS.clone().requires_grad_()
    (slope,) = torch.autograd.grad(acq(x).sum(), x)
    assert bool(torch.isfinite(slope).all())
    believed = all_on_means(models, torch.full((1, 2), 0.5, dtype=torch.float64))
    other = acquisition.build(believed, data, SPACE, generator=make_generator(0))
    assert not torch.allclose(acq(POINTS), other(POINTS), atol=1e-3)
