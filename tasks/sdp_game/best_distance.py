"""The minimal distances at which two points give good bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache

from scipy.optimize import minimize_scalar

from hebo.errors import ConfigError
from tasks.sdp_game.bounds import BoundResult, TwoPointBound


def minimum_over_distance(
    dimension: int,
    half_degree: int,
    low: float,
    high: float,
    *,
    n_grid: int = 12,
    distance_tolerance: float = 1e-4,
    solve: Callable[[TwoPointBound], BoundResult] = TwoPointBound.solve,
) -> tuple[float, BoundResult]:
    """Return the best minimal distance for two points, and its bound.

    The bound has several minima at higher degrees, so every lowest point of a grid, uniform in the logarithm,
    is refined by a bounded scalar search.

    Args:
        dimension: `n`.
        half_degree: `d`.
        low: Smallest distance.
        high: Largest distance.
        n_grid: Points of the grid, at least 3.
        distance_tolerance: Of the refined distances.
        solve: Solves a bound.

    Raises:
        ConfigError: If the range is empty, or no distance within has a bound.
    """
    if not 0 < low < high or n_grid < 3:
        raise ConfigError(
            f"low = {low:g}, high = {high:g}, n_grid = {n_grid}: give 0 < low < high and n_grid >= 3."
        )
    results: dict[float, BoundResult] = {}

    def value(distance: float) -> float:
        result = results[distance] = solve(TwoPointBound(dimension, half_degree, float(distance)))
        return math.inf if math.isnan(result.value) else result.value

    grid = [low * (high / low) ** (i / (n_grid - 1)) for i in range(n_grid)]
    values = [value(one) for one in grid]
    for i in range(n_grid):
        neighbors = range(max(i - 1, 0), min(i + 2, n_grid))
        if math.isfinite(values[i]) and values[i] <= min(values[j] for j in neighbors):
            ends = grid[neighbors[0]], grid[neighbors[-1]]
            minimize_scalar(value, bounds=ends, method="bounded", options={"xatol": distance_tolerance})
    solved = {distance: one for distance, one in results.items() if not math.isnan(one.value)}
    if not solved:
        raise ConfigError(f"no distance between {low:g} and {high:g} has a bound; move the range.")
    best = min(solved, key=lambda distance: solved[distance].value)
    return float(best), solved[best]


N_CELLS = 32
"""Cells of a prior over the distance: about eight for each minimum of the bound at half degrees of 6 to 8."""

TEMPERATURE = 0.2
"""Excess over the best bound that makes a weight smaller by a factor e, as a share of the largest excess."""

MIN_TEMPERATURE = 1e-4
"""The same as a share of the bound itself: smaller differences say nothing about three points."""

MIN_WEIGHT = 0.05
"""Added to each weight, the largest being 1: nothing is ruled out."""


@cache
def prior_over_distance(
    dimension: int, half_degree: int, low: float, high: float, precision_bits: int
) -> tuple[float, ...]:
    """Return weights of cells of the range of distances by how good two points are there.

    With a small truncation radius three points hardly improve on two, and the valleys of their bound over
    the distance are those of two points; they stay near these up to the best radii. A bound of two points
    takes a fraction of the time.

    Args:
        dimension: `n`.
        half_degree: `d`.
        low: Smallest distance.
        high: Largest distance.
        precision_bits: Of the solver: high degrees need many.

    Returns:
        `N_CELLS` weights, at the centres of cells that are uniform in the logarithm.
    """
    centres = [low * (high / low) ** ((cell + 0.5) / N_CELLS) for cell in range(N_CELLS)]
    problems = [TwoPointBound(dimension, half_degree, one) for one in centres]
    return weights_of([one.solve(precision_bits=precision_bits, certify=False).value for one in problems])


def weights_of(bounds: Sequence[float]) -> tuple[float, ...]:
    """Return weights `exp(-excess / temperature) + MIN_WEIGHT`; NaN, no bound, gives the least one.

    Raises:
        ConfigError: If none was found.
    """
    found = [one for one in bounds if not math.isnan(one)]
    if not found:
        raise ConfigError(
            "no distance in the range has a bound of two points; move the range, or raise precision_bits."
        )
    best = min(found)
    temperature = max(TEMPERATURE * (max(found) - best), MIN_TEMPERATURE * best)
    excess = [math.inf if math.isnan(one) else one - best for one in bounds]
    return tuple(math.exp(-one / temperature) + MIN_WEIGHT for one in excess)
