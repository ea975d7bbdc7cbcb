"""Tests of `mcbo.kernels.spectrum`: words are found by hand, where they stand is nothing."""

from __future__ import annotations

import math

import pytest
import torch
from kernel_checks import assert_correlation, assert_gradients, gram, points, scattered
from pydantic import ValidationError

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.random import make_generator
from mcbo.kernels.spectrum import Spectrum, SpectrumKernel
from mcbo.surrogates.best_by_loo import log_predictive_density
from mcbo.surrogates.mixed_gp import with_nominal

STRINGS = DesignSpace().parse([{"name": "s", "type": "sequence", "alphabet": "abcd", "length": 6}])
LEVELS = DesignSpace().parse([{"name": f"x{i}", "type": "int", "lb": 3, "ub": 4} for i in range(5)])


def build(recipe: Spectrum, space: DesignSpace = STRINGS) -> SpectrumKernel:
    kernel = recipe.build(space, list(range(space.n_dims)), generator=make_generator(0))
    assert isinstance(kernel, SpectrumKernel)
    return kernel


def words(text: str, order: int) -> set[str]:
    return {text[i : i + order] for i in range(len(text) - order + 1)}


@pytest.mark.parametrize("order", [1, 2, 3])
def test_it_counts_the_words_that_two_strings_do_not_share(order: int) -> None:
    x = STRINGS.sample(12, generator=make_generator(0))
    texts = STRINGS.decode(x)["s"].tolist()
    kernel = build(Spectrum(order=order))
    k = gram(kernel, x)
    for i, one in enumerate(texts):
        for j, other in enumerate(texts):
            apart = len(words(one, order) ^ words(other, order))
            expected = math.exp(-0.5 * apart / kernel.lengthscale.item() ** 2)
            assert k[i, j].item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("space", [STRINGS, LEVELS])
def test_it_is_a_correlation_with_the_gradients_of_finite_differences(space: DesignSpace) -> None:
    kernel = scattered(build(Spectrum(), space))
    assert_correlation(kernel, space)
    x = points(space, 5)
    assert_gradients(kernel, x, x)


def test_where_words_stand_does_not_matter() -> None:
    x = STRINGS.encode(STRINGS.decode(STRINGS.sample(1, generator=make_generator(0))).assign(s="abcdab"))
    y = STRINGS.encode(STRINGS.decode(x).assign(s="cdabcd"))
    assert gram(build(Spectrum()), torch.cat([x, y]))[0, 1].item() == pytest.approx(1.0)


def test_words_longer_than_the_strings_are_whole_strings() -> None:
    assert build(Spectrum(order=9)).order == 6


def test_a_rule_of_what_may_follow_what_is_learnt_from_few_strings() -> None:
    x = STRINGS.sample(80, generator=make_generator(0))
    labels = torch.tensor(
        [[-1.0 if "ab" in s or "ca" in s else 1.0] for s in STRINGS.decode(x)["s"]]
    ).double()
    density = {
        kernel: log_predictive_density(
            with_nominal(kernel).fit(Data(x, labels), STRINGS, generator=make_generator(0))
        )
        for kernel in (Spectrum(), TransformedOverlap())
    }
    assert density[Spectrum()] > density[TransformedOverlap()] + 0.5


def test_columns_of_different_categories_are_no_string() -> None:
    space = DesignSpace().parse(
        [
            {"name": "u", "type": "cat", "categories": [1, 2]},
            {"name": "v", "type": "cat", "categories": [2, 1]},
        ]
    )
    with pytest.raises(IncompatibleError, match=r"Spectrum reads letters of one alphabet: 'u' .* 'v'"):
        Spectrum().check(space, [0, 1])


def test_more_words_than_can_be_listed_are_refused() -> None:
    long = DesignSpace().parse([{"name": "s", "type": "sequence", "alphabet": "abcd", "length": 12}])
    with pytest.raises(IncompatibleError, match=r"1048576 words of 10 letters.*lower its order"):
        Spectrum(order=10).check(long, list(range(12)))


def test_a_word_has_a_letter_at_least() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Spectrum(order=0)
