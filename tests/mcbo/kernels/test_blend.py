"""Tests of `mcbo.kernels.blend`."""

from __future__ import annotations

import pytest
import torch
from kernel_checks import assert_correlation, assert_gradients, categories, gram, points, scattered
from pydantic import ValidationError

from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from mcbo.kernels.blend import Blend
from mcbo.kernels.composition import Composition
from mcbo.kernels.diffusion import Diffusion
from mcbo.kernels.letter_embedding import LetterEmbedding
from mcbo.kernels.mixture import FeatureMixture
from mcbo.kernels.spectrum import Spectrum
from mcbo.kernels.string_subsequence import StringSubsequence
from mcbo.kernels.transformed_overlap import TransformedOverlap
from mcbo.surrogates.mixed_gp import MixedGP

SPACE = categories(4, 4, 4)
BLEND = Blend(kernels=[TransformedOverlap(), Composition(), StringSubsequence(order=2), Spectrum(order=1)])


def build(recipe: Blend = BLEND) -> FeatureMixture:
    kernel = recipe.build(SPACE, [0, 1, 2], generator=make_generator(0))
    assert isinstance(kernel, FeatureMixture)
    return kernel


def test_it_is_a_correlation() -> None:
    assert_correlation(scattered(build()), SPACE)


def test_gradients_are_those_of_finite_differences() -> None:
    x = points(SPACE, 4)
    assert_gradients(scattered(build()), x, x)


def test_it_is_the_mixture_of_its_kernels() -> None:
    kernel = scattered(build(Blend(kernels=[TransformedOverlap(), Composition()])))
    assert isinstance(kernel, FeatureMixture)
    x = points(SPACE, 6)
    a, b = gram(kernel.first, x), gram(kernel.second, x)
    both, w = kernel.interaction, kernel.share
    torch.testing.assert_close(gram(kernel, x), (1 - both) * (w * a + (1 - w) * b) + both * a * b)


def test_its_features_compare_like_its_points() -> None:
    kernel = scattered(build())
    assert isinstance(kernel, FeatureMixture)
    a, b = points(SPACE, 6), points(SPACE, 5, seed=1)
    found = kernel.compare(kernel.encode_points(a), kernel.encode_points(b))
    torch.testing.assert_close(found, gram(kernel, a, b))


def test_at_first_each_kernel_has_the_same_part() -> None:
    kernel = build()
    assert kernel.share.item() == pytest.approx(3 / 4)
    assert isinstance(kernel.first, FeatureMixture)
    assert kernel.first.share.item() == pytest.approx(2 / 3)


def test_a_model_of_it_learns_counts_and_places() -> None:
    x = SPACE.sample(60, generator=make_generator(1))
    y = ((x == 0).sum(1, keepdim=True) + 0.5 * (x[:, :1] == 1)).double()
    y = (y - y.mean()) / y.std()
    model = MixedGP(kernels=[BLEND]).fit(Data(x[:40], y[:40]), SPACE, generator=make_generator(0))
    mean = model.posterior(x[40:].unsqueeze(-2)).mean.reshape(-1)
    assert float((mean - y[40:, 0]).square().mean()) < 0.02


def test_what_one_kernel_refuses_the_blend_refuses() -> None:
    recipe = Blend(kernels=[TransformedOverlap(), LetterEmbedding()])
    with pytest.raises(IncompatibleError, match="LetterEmbedding has no vector"):
        recipe.check(SPACE, [0, 1, 2])


def test_a_kernel_without_features_is_refused() -> None:
    with pytest.raises(IncompatibleError, match="Blend cannot mix Diffusion"):
        build(Blend(kernels=[TransformedOverlap(), Diffusion()]))


def test_one_kernel_is_no_blend() -> None:
    with pytest.raises(ValidationError, match="at least 2"):
        Blend(kernels=[Composition()])
