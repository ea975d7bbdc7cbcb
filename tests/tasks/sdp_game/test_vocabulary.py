"""Tests of `tasks.sdp_game.vocabulary`."""

from __future__ import annotations

import pytest

from hebo.errors import ConfigError
from tasks.sdp_game.tokens import parse_token
from tasks.sdp_game.vocabulary import Vocabulary, gives_interior


@pytest.mark.parametrize(("degree", "n_products"), [(1, 4), (2, 13), (3, 32), (4, 71)])
def test_products_are_counted_as_by_hand_and_g1_g2_follow(degree: int, n_products: int) -> None:
    names = [token.name for token in Vocabulary(9, degree).all_tokens]
    assert names[0] == "1"
    assert names[-2:] == ["g1", "g2"]
    # g2 is A2*B2, the product of two base polynomials of degree 2, so degree 4 has it already.
    assert len(set(names)) == len(names) == n_products + 2 - (degree == 4)


def test_degrees_never_fall_before_g1_and_names_stand_for_their_tokens() -> None:
    tokens = Vocabulary(9, 4).all_tokens
    degrees = [token.degree for token in tokens[:-2]]
    assert degrees == sorted(degrees)
    assert [parse_token(token.name) for token in tokens] == list(tokens)


def test_multipliers_above_the_degree_of_the_kernel_are_illegal() -> None:
    assert [token.name for token in Vocabulary(1, 2).tokens][-1] == "g1"
    assert all(token.degree <= 2 for token in Vocabulary(1, 4).tokens)
    assert [token.name for token in Vocabulary(2, 2).tokens][-2:] == ["g1", "g2"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["1", "C", "G"], False),
        (["1", "A1", "A2", "B1", "B2", "C", "G"], False),  # B1 is negative there, but of odd degree
        (["1", "C", "G", "g1"], True),
        (["1", "A1*B1"], True),
        (["1", "B1^2"], False),
        (["1", "g2"], False),
    ],
)
def test_an_interior_needs_an_even_multiplier_that_is_negative_at_ones(
    names: list[str], expected: bool
) -> None:
    tokens = [parse_token(name) for name in names]
    assert Vocabulary(3, 2).is_strictly_feasible(tokens) is expected
    assert expected is any(gives_interior(token) for token in tokens)


def test_degrees_must_be_positive() -> None:
    with pytest.raises(ConfigError, match="half_degree_3 = 0: give a positive integer"):
        Vocabulary(0, 2)
    with pytest.raises(ConfigError, match="token_degree = -1"):
        Vocabulary(3, -1)
