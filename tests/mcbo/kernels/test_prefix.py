"""Tests of `mcbo.kernels.prefix`: only the letters before the first difference count."""

from __future__ import annotations

import math
from itertools import takewhile

import pytest
import torch
from kernel_checks import assert_correlation, assert_gradients, gram, points, scattered

from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from mcbo.kernels.prefix import Prefix, PrefixKernel

STRINGS = DesignSpace().parse([{"name": "s", "type": "sequence", "alphabet": "ab", "length": 6}])
LEVELS = DesignSpace().parse([{"name": f"x{i}", "type": "int", "lb": 3, "ub": 4} for i in range(5)])


def build(space: DesignSpace = STRINGS) -> PrefixKernel:
    kernel = Prefix().build(space, list(range(space.n_dims)), generator=make_generator(0))
    assert isinstance(kernel, PrefixKernel)
    return kernel


def n_common(one: str, other: str) -> int:
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=True))))


def test_it_counts_the_letters_before_the_first_difference() -> None:
    x = STRINGS.sample(30, generator=make_generator(0))
    texts = STRINGS.decode(x)["s"].tolist()
    kernel = build()
    kernel.lengthscale = 0.7
    k = gram(kernel, x)
    assert {n_common(one, other) for one in texts for other in texts} > {0, 1, 2, 3}
    for i, one in enumerate(texts):
        for j, other in enumerate(texts):
            expected = math.exp(-(1 - n_common(one, other) / 6) / 0.7)
            assert k[i, j].item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("space", [STRINGS, LEVELS])
def test_it_is_a_correlation_with_the_gradients_of_finite_differences(space: DesignSpace) -> None:
    kernel = scattered(build(space))
    assert_correlation(kernel, space)
    x = points(space, 5)
    assert_gradients(kernel, x, x)


@pytest.mark.parametrize("lengthscale", [0.05, 1.0, 20.0])
def test_no_gram_matrix_has_a_negative_eigenvalue(lengthscale: float) -> None:
    kernel = build()
    kernel.lengthscale = lengthscale
    codes = torch.cartesian_prod(*[torch.arange(2.0, dtype=torch.float64)] * 6)
    assert torch.linalg.eigvalsh(gram(kernel, codes)).min() > -1e-10
