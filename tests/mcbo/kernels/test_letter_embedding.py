"""Tests of `mcbo.kernels.letter_embedding`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from kernel_checks import assert_correlation, assert_gradients, gram, points, scattered
from pydantic import ValidationError

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.random import make_generator
from mcbo.kernels.letter_embedding import LetterEmbedding, LetterEmbeddingKernel
from mcbo.kernels.letters import blosum62

AMINO = "ACDEFGHIKLMNPQRSTVWY"
LOOP = DesignSpace().parse([{"name": f"x{i}", "type": "cat", "categories": list(AMINO)} for i in range(4)])
TABLE: dict[str, tuple[float, ...]] = {"a": (0.0, 0.0), "b": (1.0, 0.0), "c": (0.0, 3.0), "1": (2.0, 2.0)}
SMALL = DesignSpace().parse(
    [
        {"name": "u", "type": "cat", "categories": ["a", "b", "c"]},
        {"name": "z", "type": "num", "lb": 0, "ub": 1},
        {"name": "v", "type": "cat", "categories": [1, "c"]},
    ]
)


def build(recipe: LetterEmbedding, space: DesignSpace, columns: list[int]) -> LetterEmbeddingKernel:
    kernel = recipe.build(space, columns, generator=make_generator(0))
    assert isinstance(kernel, LetterEmbeddingKernel)
    return kernel


@pytest.mark.parametrize("ard", [True, False])
def test_it_is_a_correlation(ard: bool) -> None:
    assert_correlation(scattered(build(LetterEmbedding(ard=ard), LOOP, [0, 1, 2, 3])), LOOP)
    assert_correlation(scattered(build(LetterEmbedding(ard=ard, table=TABLE), SMALL, [0, 2])), SMALL)


def test_gradients_are_those_of_finite_differences() -> None:
    x = points(LOOP, 5)
    assert_gradients(scattered(build(LetterEmbedding(), LOOP, [0, 1, 2, 3])), x, x)


def test_it_is_the_exponential_of_the_weighted_distances() -> None:
    kernel = scattered(build(LetterEmbedding(table=TABLE), SMALL, [0, 2]))
    vectors = np.array([*TABLE.values()])
    apart = ((vectors[:, None] - vectors) ** 2).sum(-1)
    mean = apart[np.triu_indices(4, 1)].mean()
    x = SMALL.encode(SMALL.decode(torch.tensor([[0.0, 0.5, 0.0], [2.0, 0.1, 1.0]], dtype=torch.float64)))
    first, second = kernel.lengthscale[0].tolist()
    # u: a to c, a squared distance of 9; v: 1 to c, (2, 2) to (0, 3).
    expected = math.exp(-(9.0 / first + 5.0 / second) / mean)
    assert gram(kernel, x)[0, 1] == pytest.approx(expected)


def test_equally_distant_letters_are_those_of_the_transformed_overlap() -> None:
    table = {letter: tuple(float(letter == other) for other in AMINO) for letter in AMINO}
    x = points(LOOP, 8)
    plain = TransformedOverlap().build(LOOP, [0, 1, 2, 3], generator=make_generator(0))
    mine = build(LetterEmbedding(table=table), LOOP, [0, 1, 2, 3])
    torch.testing.assert_close(gram(mine, x), gram(plain, x))


def test_amino_acids_that_replace_one_another_are_near() -> None:
    vectors = blosum62()
    assert list(vectors) == list(AMINO)

    def apart(a: str, b: str) -> float:
        return float(((np.array(vectors[a]) - np.array(vectors[b])) ** 2).sum())

    assert apart("I", "V") < apart("I", "L") < apart("I", "D")
    assert apart("D", "E") < apart("D", "W")
    # 4 + 4 - 2 * 3 by the matrix; what the left out directions change is small.
    assert apart("I", "V") == pytest.approx(2.0, abs=1.0)


def test_strings_that_differ_everywhere_can_be_uncorrelated() -> None:
    kernel = build(LetterEmbedding(), LOOP, [0, 1, 2, 3])
    kernel.lengthscale = 0.1
    x = LOOP.encode(LOOP.decode(torch.tensor([[0.0] * 4, [18.0] * 4], dtype=torch.float64)))
    assert gram(kernel, x)[0, 1] < 0.05


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"a": [1.0]}, "two categories or more"),
        ({"a": [1.0], "b": [1.0, 2.0]}, "vectors of one length"),
        ({"a": [1.0], "b": [1.0]}, "not all the same"),
        ({"a": [1.0], "b": [float("nan")]}, "a finite number"),
    ],
)
def test_a_table_of_no_use_is_refused(table: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        LetterEmbedding(table=table)


def test_a_category_without_a_vector_is_named() -> None:
    with pytest.raises(IncompatibleError, match=r"no vector for the category 'a'; its table has A, C, D"):
        LetterEmbedding().check(SMALL, [0])
    with pytest.raises(IncompatibleError, match="no correlation for the continuous parameter 'z'"):
        LetterEmbedding(table=TABLE).check(SMALL, [1])
