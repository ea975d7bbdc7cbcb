"""Tests of `hebo.kernels.mixture`."""

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
    categories,
    gram,
    log_prior,
    points,
    scattered,
)
from pydantic import ValidationError

from hebo.data import Data
from hebo.errors import ConfigError, IncompatibleError
from hebo.kernels.mixture import SPREAD, FeatureMixtureKernel, Mixture, MixtureKernel, mix
from hebo.kernels.numeric_matern import NumericMatern
from hebo.kernels.overlap import Overlap
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.random import make_generator
from mcbo.kernels.composition import Composition
from mcbo.kernels.diffusion import Diffusion
from mcbo.kernels.letter_embedding import LetterEmbedding
from mcbo.kernels.ordinal import Ordinal
from mcbo.kernels.spectrum import Spectrum
from mcbo.kernels.string_subsequence import StringSubsequence
from mcbo.surrogates.mixed_gp import MixedGP

LETTERS = categories(4, 4, 4)
RECIPE = Mixture(kernels=[TransformedOverlap(), Composition(), StringSubsequence(order=2), Spectrum(order=1)])


def nominal() -> Kernel:
    return scattered(TransformedOverlap().build(MIXED, NOMINAL, generator=make_generator(0)))


def numeric() -> Kernel:
    return scattered(NumericMatern().build(MIXED, CONTINUOUS, generator=make_generator(0)))


def ordered() -> Kernel:
    return scattered(Ordinal().build(MIXED, ORDERED, generator=make_generator(0)))


def test_it_is_a_correlation() -> None:
    assert_correlation(scattered(MixtureKernel(nominal(), numeric())), MIXED)


def test_a_mixture_of_three_is_a_correlation() -> None:
    assert_correlation(scattered(mix([nominal(), numeric(), ordered()])), MIXED)


def test_it_is_the_weighted_sum_and_product() -> None:
    a, b = nominal(), numeric()
    kernel = MixtureKernel(a, b)
    kernel.interaction, kernel.share = 0.3, 0.8
    x1, x2 = points(MIXED, 6, seed=1), points(MIXED, 5, seed=2)
    ka, kb = gram(a, x1, x2), gram(b, x1, x2)
    expected = 0.7 * (0.8 * ka + 0.2 * kb) + 0.3 * ka * kb
    torch.testing.assert_close(gram(kernel, x1, x2), expected)


def test_the_weights_stay_between_zero_and_one() -> None:
    kernel = MixtureKernel(nominal(), numeric())
    kernel.initialize(raw_share=torch.tensor(-3.0), raw_interaction=torch.tensor(4.0))
    assert kernel.share.item() == pytest.approx(1 / (1 + math.exp(3)))
    assert kernel.interaction.item() == pytest.approx(1 / (1 + math.exp(-4)))
    constraint = kernel.constraint_for_parameter_name("raw_share")
    torch.testing.assert_close(constraint.transform(kernel.raw_share), kernel.share)


def test_the_log_odds_of_both_weights_have_normal_priors() -> None:
    kernel = MixtureKernel(
        Overlap(ard=False).build(MIXED, NOMINAL, generator=make_generator(0)), numeric(), share=0.75
    )
    without = log_prior(kernel.second)
    kernel.initialize(raw_share=torch.tensor(math.log(3.0) + 0.5), raw_interaction=torch.tensor(1.0))
    expected = -0.5 * (0.25 + 1.0) / SPREAD**2 - 2 * math.log(SPREAD * math.sqrt(2 * math.pi))
    assert log_prior(kernel) - without == pytest.approx(expected)


def test_a_sample_from_a_prior_replaces_the_weight() -> None:
    kernel = MixtureKernel(nominal(), numeric())
    with torch.random.fork_rng():
        torch.manual_seed(0)
        kernel.sample_from_prior("interaction_prior")
    assert kernel.interaction.item() != 0.5
    assert kernel.share.item() == 0.5


def test_derivatives_are_those_of_finite_differences() -> None:
    kernel = scattered(MixtureKernel(nominal(), numeric()))
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
    assert isinstance(kernel, MixtureKernel)
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


def build(recipe: Mixture = RECIPE) -> FeatureMixtureKernel:
    kernel = recipe.build(LETTERS, [0, 1, 2], generator=make_generator(0))
    assert isinstance(kernel, FeatureMixtureKernel)
    return kernel


def test_that_of_features_is_a_correlation() -> None:
    assert_correlation(scattered(build()), LETTERS)


def test_its_gradients_are_those_of_finite_differences() -> None:
    x = points(LETTERS, 4)
    assert_gradients(scattered(build()), x, x)


def test_it_is_the_mixture_of_its_kernels() -> None:
    kernel = scattered(build(Mixture(kernels=[TransformedOverlap(), Composition()])))
    assert isinstance(kernel, FeatureMixtureKernel)
    x = points(LETTERS, 6)
    a, b = gram(kernel.first, x), gram(kernel.second, x)
    both, w = kernel.interaction, kernel.share
    torch.testing.assert_close(gram(kernel, x), (1 - both) * (w * a + (1 - w) * b) + both * a * b)


def test_its_features_compare_like_its_points() -> None:
    kernel = scattered(build())
    assert isinstance(kernel, FeatureMixtureKernel)
    a, b = points(LETTERS, 6), points(LETTERS, 5, seed=1)
    found = kernel.compare(kernel.encode_points(a), kernel.encode_points(b))
    torch.testing.assert_close(found, gram(kernel, a, b))


def test_at_first_each_kernel_has_the_same_part() -> None:
    kernel = build()
    assert kernel.share.item() == pytest.approx(3 / 4)
    assert isinstance(kernel.first, FeatureMixtureKernel)
    assert kernel.first.share.item() == pytest.approx(2 / 3)


def test_a_model_of_it_learns_counts_and_places() -> None:
    x = LETTERS.sample(60, generator=make_generator(1))
    y = ((x == 0).sum(1, keepdim=True) + 0.5 * (x[:, :1] == 1)).double()
    y = (y - y.mean()) / y.std()
    model = MixedGP(kernels=[RECIPE]).fit(Data(x[:40], y[:40]), LETTERS, generator=make_generator(0))
    mean = model.posterior(x[40:].unsqueeze(-2)).mean.reshape(-1)
    assert float((mean - y[40:, 0]).square().mean()) < 0.02


def test_what_one_kernel_refuses_the_recipe_refuses() -> None:
    recipe = Mixture(kernels=[TransformedOverlap(), LetterEmbedding()])
    with pytest.raises(IncompatibleError, match="LetterEmbedding has no vector"):
        recipe.check(LETTERS, [0, 1, 2])


def test_a_kernel_without_features_is_refused() -> None:
    with pytest.raises(IncompatibleError, match="Mixture cannot mix Diffusion"):
        build(Mixture(kernels=[TransformedOverlap(), Diffusion()]))


def test_one_kernel_is_no_mixture() -> None:
    with pytest.raises(ValidationError, match="at least 2"):
        Mixture(kernels=[Composition()])
