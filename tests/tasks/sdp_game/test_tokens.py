"""Multipliers of the three-point bound."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hebo.errors import ConfigError
from tasks.sdp_game.tokens import BASES, parse_token, products

NAMES = ["1", "A1", "A2", "B1", "B2", "C", "G", "g1", "g2", "A1*C", "B1^2*G", "A1*B1*C"]


def centres(n: int, inner: float, outer: float) -> np.ndarray:
    """`n x 3` values of u, v and t of centres around a third one, in three dimensions."""
    generator = np.random.default_rng(0)
    x, y = generator.uniform(-outer, outer, (2, 40 * n, 3))
    u, v, t = (x * x).sum(1), (y * y).sum(1), (x * y).sum(1)
    is_packing = (np.minimum(u, v) >= inner**2) & (np.maximum(u, v) <= outer**2) & (u + v - 2 * t >= inner**2)
    return np.stack([u, v, t], 1)[is_packing][:n]


@pytest.mark.parametrize("name", NAMES)
def test_no_multiplier_is_negative_where_centres_can_be(name: str) -> None:
    found = centres(500, 1.0, 1.6)
    assert len(found) == 500
    values = parse_token(name).value(*found.T, 1.0, 1.6**2)
    assert np.min(values) >= -1e-12


@pytest.mark.parametrize(("degree", "count"), [(0, 1), (1, 4), (2, 13), (3, 32), (4, 71)])
def test_products_are_counted_by_their_degree(degree: int, count: int) -> None:
    found = products(degree)
    assert len({one.name for one in found}) == len(found) == count
    assert found[0].name == "1"


def test_names_are_read_back_and_the_order_of_factors_does_not_matter() -> None:
    for one in products(4):
        assert parse_token(one.name) == one
    assert parse_token("C*A1*A1") == parse_token("A1^2*C")
    assert parse_token("B2 * A2") == parse_token("g2")


@pytest.mark.parametrize("name", NAMES)
def test_degree_and_top_form_are_those_of_the_polynomial(name: str) -> None:
    token = parse_token(name)
    scale = Fraction(10**12)
    inner, outer = Fraction(3, 2), Fraction(7, 3)
    leading = token.value(scale, scale, scale, inner, outer) / scale**token.degree
    assert abs(leading - token.top_form_at_ones) < Fraction(1, 10**9)
    # At a point with no special position the terms of highest degree do not cancel.
    generic = token.value(2 * scale, 3 * scale, scale, inner, outer) / scale**token.degree
    assert abs(generic) > Fraction(1, 2)


def test_the_values_are_those_of_the_formulas() -> None:
    u, v, t, a, b = (Fraction(one) for one in (3, 5, 2, 1, 7))
    expected = {"A1": 6, "A2": 8, "B1": 6, "B2": 8, "C": 3, "G": 11, "g1": 16, "g2": 64}
    assert {name: parse_token(name).value(u, v, t, a, b) for name in expected} == expected
    assert set(expected) == {*BASES, "g2"}


def test_multipliers_are_symmetric() -> None:
    for name in NAMES:
        token = parse_token(name)
        assert token.value(Fraction(2), Fraction(3), Fraction(1), 1, 4) == token.value(3, 2, 1, 1, 4)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("A3", "'A3' is not a base polynomial. Known: 1, A1"),
        ("A1*", "''"),
        ("g1*C", "stands alone"),
        ("A1^0", "A1"),
    ],
)
def test_an_unknown_multiplier_is_refused(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_token(name)
