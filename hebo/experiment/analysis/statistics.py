"""Best-so-far curves summed up over seeds: plain numbers, no drawing.

Smaller is better. Where a run has no success yet its best so far is NaN, and counts as `+inf` in medians and
quartiles, never as missing: leaving it out would flatter an optimizer that fails.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""An array of float64."""


def stack_curves(curves: list[Floats]) -> Floats:
    """Stack curves into `runs x longest`; a shorter run keeps its last best value to the end."""
    stacked = np.full((len(curves), max(map(len, curves), default=0)), np.nan)
    for row, curve in zip(stacked, curves, strict=True):
        row[: len(curve)] = curve
        row[len(curve) :] = curve[-1] if len(curve) else np.nan
    return stacked


@dataclass(frozen=True)
class Band:
    """A median curve and its inter-quartile interval over `n_runs` runs; NaN where it is infinite."""

    median: Floats
    lower: Floats
    upper: Floats
    n_runs: int


def quartile_band(curves: Floats) -> Band:
    """Return median and quartiles over the rows of `curves` (`runs x trials`), NaN counting as `+inf`."""
    if not len(curves):
        nothing = np.full(curves.shape[1], np.nan)
        return Band(median=nothing, lower=nothing, upper=nothing, n_runs=0)
    lower, median, upper = (quantile(curves, q) for q in (0.25, 0.5, 0.75))
    return Band(median=median, lower=lower, upper=upper, n_runs=len(curves))


def quantile(rows: Floats, q: float) -> Floats:
    """Return the linearly interpolated `q`-quantile of each column, NaN counting as `+inf`.

    A quantile that leans on an infinite value is returned as NaN, which plots as a gap.
    """
    ordered = np.sort(np.where(np.isnan(rows), np.inf, rows), axis=0)
    position = q * (len(ordered) - 1)
    below, weight = int(np.floor(position)), position - np.floor(position)
    above = min(below + 1, len(ordered) - 1)
    # A weight of zero must not touch its partner: 0 * inf is NaN. Two products, not a difference,
    # so that values near the end of the float range do not overflow.
    result = ordered[below] if weight == 0 else (1 - weight) * ordered[below] + weight * ordered[above]
    return np.where(np.isfinite(result), result, np.nan)


def bootstrap_interval(values: Floats, *, level: float = 0.95, n_resamples: int = 2000) -> Floats:
    """Return the percentile bootstrap interval of the column means of `values` (`n x k`).

    Rows are resampled together, so that paired columns stay paired. The resampling is seeded: the
    same values give the same interval.

    Returns:
        `2 x k`, lower and upper end. NaN for fewer than two rows, which carry no spread.
    """
    if len(values) < 2:
        return np.full((2, values.shape[1]), np.nan)
    rows = np.random.default_rng(0).integers(len(values), size=(n_resamples, len(values)))
    means = np.stack([values[chosen].mean(axis=0) for chosen in rows])
    tail = (1 - level) / 2
    return np.asarray(np.quantile(means, [tail, 1 - tail], axis=0))


def normalize(values: Floats) -> Floats:
    """Scale `values` to 0 (smallest) .. 1 (largest), ignoring NaN; constant values all become 0."""
    if not np.isfinite(values).any():
        return np.full(values.shape, np.nan)
    # Halves keep the width of [-1e308, 1e308] inside the float range.
    halves = values / 2
    low, width = np.nanmin(halves), np.nanmax(halves) - np.nanmin(halves)
    return np.asarray((halves - low) / (width or 1.0))
