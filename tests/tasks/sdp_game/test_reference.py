"""Tests of `tasks.sdp_game.reference`."""

from __future__ import annotations

import math

import pytest

from tasks.sdp_game.reference import REFERENCE, best_known_density, linear_programming_bound


@pytest.mark.parametrize("dimension", REFERENCE)
def test_packings_are_below_upper_bounds_and_these_below_linear_programming(dimension: int) -> None:
    known = REFERENCE[dimension]
    # Digits of the table: densities are rounded to seven, linear programming is rounded up.
    assert known.best_packing <= known.upper + 5e-8
    assert known.upper <= known.linear_programming + 1e-9


@pytest.mark.parametrize(
    ("dimension", "density"),
    [
        (2, math.pi / math.sqrt(12.0)),
        (3, math.pi / math.sqrt(18.0)),
        (4, math.pi**2 / 16.0),
        (5, math.pi**2 / (15.0 * math.sqrt(2.0))),
        (8, math.pi**4 / 384.0),
    ],
)
def test_best_packings_are_those_of_the_root_lattices(dimension: int, density: float) -> None:
    assert best_known_density(dimension) == pytest.approx(density, abs=6e-8)


def test_other_dimensions_are_not_in_the_table() -> None:
    assert best_known_density(17) is None
    assert linear_programming_bound(48) is None
