"""Tests of `mcbo.kernels.composition`."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from kernel_checks import assert_correlation, assert_gradients, gram, points, scattered
from pydantic import ValidationError

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from mcbo.kernels.composition import Composition, CompositionKernel
from mcbo.kernels.letters import Table

AMINO = "ACDEFGHIKLMNPQRSTVWY"
LOOP = DesignSpace().parse([{"name": f"x{i}", "type": "cat", "categories": list(AMINO)} for i in range(4)])
UNLIKE = DesignSpace().parse(
    [
        {"name": "u", "type": "cat", "categories": ["a", "b", "c"]},
        {"name": "z", "type": "num", "lb": 0, "ub": 1},
        {"name": "v", "type": "cat", "categories": ["c", "d"]},
    ]
)
TABLE: Table = {"a": (0.0,), "b": (1.0,), "c": (3.0,), "d": (-2.0,)}


def build(recipe: Composition, space: DesignSpace, columns: list[int]) -> CompositionKernel:
    kernel = recipe.build(space, columns, generator=make_generator(0))
    assert isinstance(kernel, CompositionKernel)
    return kernel


def words(*texts: str) -> torch.Tensor:
    return torch.tensor([[float(AMINO.index(letter)) for letter in text] for text in texts]).double()


@pytest.mark.parametrize("recipe", [Composition(), Composition(table="blosum62")])
def test_it_is_a_correlation(recipe: Composition) -> None:
    assert_correlation(scattered(build(recipe, LOOP, [0, 1, 2, 3])), LOOP)


def test_gradients_are_those_of_finite_differences() -> None:
    x = points(LOOP, 5)
    assert_gradients(scattered(build(Composition(table="blosum62"), LOOP, [0, 1, 2, 3])), x, x)


def test_where_letters_stand_does_not_matter() -> None:
    k = gram(
        scattered(build(Composition(table="blosum62"), LOOP, [0, 1, 2, 3])), words("FLAK", "KALF", "FLAD")
    )
    assert k[0, 1] == pytest.approx(1.0)
    assert k[0, 2] < 1.0


def test_without_a_table_it_depends_on_the_differences_of_the_counts() -> None:
    kernel = build(Composition(), LOOP, [0, 1, 2, 3])
    # AACD and CCCE: counts differ by 2 (A), -2 (C), 1 (D), -1 (E); each letter has the squared length 1/2.
    expected = math.exp(-0.5 * (4 + 4 + 1 + 1) / 2 / kernel.lengthscale.item() ** 2)
    assert gram(kernel, words("AACD", "CCCE"))[0, 1] == pytest.approx(expected)


def test_columns_may_have_different_letters_in_common_or_none() -> None:
    kernel = build(Composition(), UNLIKE, [0, 2])
    x = torch.tensor([[2.0, 0.1, 0.0], [2.0, 0.9, 1.0], [1.0, 0.5, 0.0]], dtype=torch.float64)  # cc, cd, bc
    k = gram(kernel, x)
    assert k[0, 1] == pytest.approx(k[0, 2])
    assert k[0, 1] == pytest.approx(math.exp(-0.5 / kernel.lengthscale.item() ** 2))


def test_a_table_says_how_far_letters_are_apart() -> None:
    kernel = build(Composition(table=TABLE), UNLIKE, [0, 2])
    apart = np.array([1, 3, -2, 2, -3, -5]) ** 2
    x = torch.tensor([[0.0, 0.1, 0.0], [1.0, 0.1, 1.0]], dtype=torch.float64)  # ac = 3, bd = -1
    expected = math.exp(-0.5 * 16 / apart.mean() / kernel.lengthscale.item() ** 2)
    assert gram(kernel, x)[0, 1] == pytest.approx(expected)


def test_a_category_without_a_vector_is_named() -> None:
    with pytest.raises(IncompatibleError, match="Composition has no vector for the category 'b'"):
        Composition(table="blosum62").check(
            DesignSpace().parse([{"name": "u", "type": "cat", "categories": ["A", "b"]}]), [0]
        )


def test_a_table_of_unequal_vectors_is_refused() -> None:
    with pytest.raises(ValidationError, match="one length"):
        Composition(table={"a": (1.0,), "b": (1.0, 2.0)})
