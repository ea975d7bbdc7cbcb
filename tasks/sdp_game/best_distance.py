"""The minimal distance at which two points give the best bound."""

from __future__ import annotations

import math
from collections.abc import Callable

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
        neighbours = range(max(i - 1, 0), min(i + 2, n_grid))
        if math.isfinite(values[i]) and values[i] <= min(values[j] for j in neighbours):
            ends = grid[neighbours[0]], grid[neighbours[-1]]
            minimize_scalar(value, bounds=ends, method="bounded", options={"xatol": distance_tolerance})
    solved = {distance: one for distance, one in results.items() if not math.isnan(one.value)}
    if not solved:
        raise ConfigError(f"no distance between {low:g} and {high:g} has a bound; move the range.")
    best = min(solved, key=lambda distance: solved[distance].value)
    return float(best), solved[best]
