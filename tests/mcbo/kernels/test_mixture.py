"""Tests of `mcbo.kernels.mixture`."""

from __future__ import annotations

import copy
import math
import pickle

import pytest
import torch
from gpytorch.kernels import Kernel
from kernel_checks import (
    CONTINUOUS,
    MIXED,
    NOMINAL,
    ORDERED,
    assert_correlation,
    assert_gradients,
    gram,
    log_prior,
    points,
    scattered,
)

from hebo.errors import ConfigError
from hebo.random import make_generator
from mcbo.kernels.matern import NumericMatern
from mcbo.kernels.mixture import SPREAD, Mixture, mix
from mcbo.kernels.ordinal import Ordinal
from mcbo.kernels.overlap import Overlap
from mcbo.kernels.transformed_overlap import TransformedOverlap


def nominal() -> Kernel:
    return scattered(TransformedOverlap().build(MIXED, NOMINAL, generator=make_generator(0)))


def numeric() -> Kernel:
    return scattered(NumericMatern().build(MIXED, CONTINUOUS, generator=make_generator(0)))


def ordered() -> Kernel:
    return scattered(Ordinal().build(MIXED, ORDERED, generator=make_generator(0)))


def test_it_is_a_correlation() -> None:
    assert_correlation(scattered(Mixture(nominal(), numeric())), MIXED)


def test_a_mixture_of_three_is_a_correlation() -> None:
    assert_correlation(scattered(mix([nominal(), numeric(), ordered()])), MIXED)


def test_it_is_the_weighted_sum_and_product() -> None:
    a, b = nominal(), numeric()
    kernel = Mixture(a, b)
    kernel.interaction, kernel.share = 0.3, 0.8
    x1, x2 = points(MIXED, 6, seed=1), points(MIXED, 5, seed=2)
    ka, kb = gram(a, x1, x2), gram(b, x1, x2)
    expected = 0.7 * (0.8 * ka + 0.2 * kb) + 0.3 * ka * kb
    torch.testing.assert_close(gram(kernel, x1, x2), expected)


def test_the_weights_stay_between_zero_and_one() -> None:
    kernel = Mixture(nominal(), numeric())
    kernel.initialize(raw_share=torch.tensor(-3.0), raw_interaction=torch.tensor(4.0))
    assert kernel.share.item() == pytest.approx(1 / (1 + math.exp(3)))
    assert kernel.interaction.item() == pytest.approx(1 / (1 + math.exp(-4)))
    constraint = kernel.constraint_for_parameter_name("raw_share")
    torch.testing.assert_close(constraint.transform(kernel.raw_share), kernel.share)


def test_the_log_odds_of_both_weights_have_normal_priors() -> None:
    kernel = Mixture(
        Overlap(ard=False).build(MIXED, NOMINAL, generator=make_generator(0)), numeric(), share=0.75
    )
    without = log_prior(kernel.second)
    kernel.initialize(raw_share=torch.tensor(math.log(3.0) + 0.5), raw_interaction=torch.tensor(1.0))
    expected = -0.5 * (0.25 + 1.0) / SPREAD**2 - 2 * math.log(SPREAD * math.sqrt(2 * math.pi))
    assert log_prior(kernel) - without == pytest.approx(expected)


def test_a_sample_from_a_prior_replaces_the_weight() -> None:
    kernel = Mixture(nominal(), numeric())
    with torch.random.fork_rng():
        torch.manual_seed(0)
        kernel.sample_from_prior("interaction_prior")
    assert kernel.interaction.item() != 0.5
    assert kernel.share.item() == 0.5


def test_derivatives_are_those_of_finite_differences() -> None:
    kernel = scattered(Mixture(nominal(), numeric()))
    assert_gradients(kernel, points(MIXED, 5, seed=1), points(MIXED, 4, seed=2), by_x=True)


def test_points_that_differ_everywhere_can_be_all_but_uncorrelated() -> None:
    kernel = mix([nominal(), numeric()])
    kernel.first.lengthscale, kernel.second.lengthscale = 0.5, 0.2
    assert gram(kernel, MIXED.bounds)[0, 1] < 0.05


def test_one_kernel_is_returned_as_it_is() -> None:
    kernel = nominal()
    assert mix([kernel]) is kernel


def test_several_kernels_are_folded_from_the_left_in_equal_parts() -> None:
    parts = [nominal(), numeric(), ordered()]
    kernel = mix(parts)
    assert isinstance(kernel, Mixture)
    assert kernel.second is parts[2]
    assert kernel.first.first is parts[0]
    kernel.interaction = kernel.first.interaction = 1e-12
    x = points(MIXED, 6)
    torch.testing.assert_close(gram(kernel, x), sum(gram(part, x) for part in parts) / 3)


def test_no_kernel_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one kernel"):
        mix([])


@pytest.mark.parametrize("pickled", [False, True])
def test_a_copy_has_the_same_correlations(pickled: bool) -> None:
    kernel = scattered(mix([nominal(), numeric(), ordered()]))
    twin = pickle.loads(pickle.dumps(kernel)) if pickled else copy.deepcopy(kernel)
    x = points(MIXED, 6)
    assert torch.equal(gram(twin, x), gram(kernel, x))
