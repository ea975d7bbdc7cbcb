"""Tests of `tasks.sdp_game.best_distance`, most of them on numbers in place of the bound."""

from __future__ import annotations

import math

import pytest

from hebo.errors import ConfigError
from tasks.sdp_game.best_distance import (
    MIN_WEIGHT,
    N_CELLS,
    TEMPERATURE,
    minimum_over_distance,
    prior_over_distance,
    weights_of,
)
from tasks.sdp_game.bounds import BoundResult, TwoPointBound
from tasks.sdp_game.solves import Solves, solve_program


def parabolas(bound: TwoPointBound) -> BoundResult:
    """A function of the distance with two minima, at 1.2 and, lower, at 1.7; nothing is solved beyond 1.8."""
    r = bound.min_distance
    value = min((r - 1.2) ** 2 + 0.1, (r - 1.7) ** 2 + 0.05) if r < 1.8 else math.nan
    status = "stalled" if math.isnan(value) else "optimal"
    return BoundResult(value, None, status, 0.0, None, 1, 0.0, 1, (1,))  # type: ignore[arg-type]


def test_the_search_over_distances_finds_the_lower_of_two_minima() -> None:
    best, result = minimum_over_distance(3, 2, 1.0, 2.0, solve=parabolas)
    assert best == pytest.approx(1.7, abs=1e-3)
    assert result.value == pytest.approx(0.05, abs=1e-5)


def test_a_search_without_any_bound_says_so() -> None:
    with pytest.raises(ConfigError, match=r"no distance between 1.8 and 2 has a bound"):
        minimum_over_distance(3, 2, 1.8, 2.0, solve=parabolas)


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"low = 2, high = 1.*give 0 < low < high"):
        minimum_over_distance(3, 2, 2.0, 1.0)


def test_weights_fall_by_a_factor_e_for_a_fifth_of_the_largest_excess() -> None:
    found = weights_of([0.8, 0.7, 0.7 + TEMPERATURE * 0.1, 0.75])
    assert [one - MIN_WEIGHT for one in found] == pytest.approx(
        [math.exp(-5), 1.0, math.exp(-1), math.exp(-2.5)]
    )


def test_differences_that_say_nothing_leave_the_weights_alike() -> None:
    assert weights_of([0.7, 0.7 * (1 + 1e-6)]) == pytest.approx((1.05, 1.05 - 0.01), abs=1e-4)


def test_a_distance_without_a_bound_has_the_least_weight_and_a_range_of_them_is_refused() -> None:
    assert weights_of([math.nan, 0.7])[0] == MIN_WEIGHT
    with pytest.raises(ConfigError, match="no distance in the range has a bound of two points"):
        weights_of([math.nan, math.nan])


@pytest.mark.client
def test_the_prior_is_largest_where_two_points_are_best() -> None:
    pytest.importorskip("flint")
    low, high, half_degree = 0.9, 1.6, 2
    weights = prior_over_distance(3, half_degree, low, high, 256)
    best, _ = minimum_over_distance(3, half_degree, low, high, distance_tolerance=1e-2)
    cell = math.floor(N_CELLS * math.log(best / low) / math.log(high / low))
    assert len(weights) == N_CELLS
    assert abs(weights.index(max(weights)) - cell) <= 1
    assert min(weights) < 0.1


@pytest.mark.client
def test_both_searches_over_two_points_have_the_precision_they_are_given() -> None:
    pytest.importorskip("flint")
    assert TwoPointBound(3, 8, 1.2).solve(precision_bits=64, certify=False).status != "optimal"
    with pytest.raises(ConfigError, match="raise precision_bits"):
        prior_over_distance(3, 8, 1.1, 1.3, 64)
    with pytest.raises(ConfigError, match="no distance"):
        Solves(None, None, solve_program).best_two_point(3, 8, 1.1, 1.3, 64)
