"""Tests of `tasks.sdp_game.best_distance`, on a function in place of the bound."""

from __future__ import annotations

import math

import pytest

from hebo.errors import ConfigError
from tasks.sdp_game.best_distance import minimum_over_distance
from tasks.sdp_game.bounds import BoundResult, TwoPointBound


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
