"""Axis limits: the shown part of an objective axis, drawn on 0 to 1 so that no value is too large."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.ticker import MaxNLocator

from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.report.text import tick

LOG_RATIO = 1e3
"""Positive values that span more than this are drawn on a log axis."""

BEYOND = 3.0
"""Where values far outside the shown part end up, so that a line to them leaves the axes."""


@dataclass(frozen=True)
class View:
    """The part of an axis from `low` (position 0) to `high` (position 1), linear or logarithmic."""

    low: float
    high: float
    is_log: bool

    def position(self, values: Floats) -> Floats:
        """Map values to the axis, those far outside to `-BEYOND` or `BEYOND`; NaN stays NaN."""
        low, high, shown = self.low, self.high, values
        if self.is_log:
            with np.errstate(divide="ignore"):
                low, high = np.log(low), np.log(high)
                shown = np.log(np.where(values <= 0, 0.0, values))  # below all that is shown
        # Halves keep the width of [-1e308, 1e308] inside the float range.
        with np.errstate(over="ignore"):
            positions = (shown / 2 - low / 2) / ((high / 2 - low / 2) or 1.0)
        return np.asarray(np.clip(positions, -BEYOND, BEYOND))

    def including(self, value: float) -> View:
        """Return the view that also shows `value`."""
        low, high = min(self.low, value), max(self.high, value)
        return View(low, high, self.is_log and low > 0)

    def ticks(self, n: int = 5) -> list[tuple[float, str]]:
        """Return (position, label) of up to about `n` round values, or of both ends."""
        values = self._decades(n) if self.is_log else self._steps(n)
        # Float noise must not drop a round value at an end.
        inside = np.unique(values[np.abs(self.position(values) - 0.5) <= 0.5 + 1e-9])
        chosen = inside if len(inside) > 1 else np.unique([self.low, self.high])
        return list(zip(self.position(chosen).tolist(), distinct_labels(chosen.tolist()), strict=True))

    def _steps(self, n: int) -> Floats:
        # Near the ends of the float range the locator overflows; such an axis shows its ends only.
        if not 1e-290 < self.high / 2 - self.low / 2 < 1e290:
            return np.empty(0)
        return np.asarray(MaxNLocator(n).tick_values(self.low, self.high))

    def _decades(self, n: int) -> Floats:
        first, last = int(np.ceil(np.log10(self.low))), int(np.floor(np.log10(self.high)))
        if last - first >= 1:
            exponents = np.arange(first, last + 1, max(1, -(-(last - first) // n)))
            return np.array([10.0**exponent for exponent in exponents.tolist()])
        return np.array([digit * 10.0 ** (first - 1) for digit in (1, 2, 5, 10, 20, 50)])


def distinct_labels(values: list[float]) -> list[str]:
    """Return the shortest labels, of four digits or more, that are true to a fiftieth of the spacing.

    Args:
        values: Ascending, no two alike.
    """
    spacing = min((high / 2 - low / 2 for low, high in pairwise(values)), default=0.0) * 2
    for n_digits in range(4, 17):
        labels = [tick(value, n_digits=n_digits) for value in values]
        if all(abs(float(one) - value) <= spacing / 50 for one, value in zip(labels, values, strict=True)):
            return labels
    return [tick(value) if len(values) == 1 else repr(value) for value in values]


def spans_decades(values: Floats) -> bool:
    """Say whether `values` are all positive and too far apart for a linear axis."""
    finite = values[np.isfinite(values)]
    return bool(len(finite) and finite.min() > 0 and finite.max() / LOG_RATIO > finite.min())


def full_view(values: Floats, *, is_log: bool) -> View:
    """Show all finite `values`."""
    finite = values[np.isfinite(values)]
    return View(float(finite.min()), float(finite.max()), is_log) if len(finite) else View(1.0, 2.0, is_log)


def objective_view(values: Floats, goal: str = "minimize") -> View:
    """Show all finite `values` but far outliers at the bad end, or at both where a target lies between.

    What is shown is at most three inter-quartile ranges beyond the quartiles (Tukey's outer fence).
    """
    is_log = spans_decades(values)
    finite = values[np.isfinite(values)]
    if not len(finite):
        return full_view(values, is_log=is_log)
    # A sixteenth leaves room for three ranges on top of the largest float.
    scaled = np.log(finite) if is_log else finite / 16
    lower, upper = np.quantile(scaled, [0.25, 0.75])
    reach = 3 * (upper - lower)
    is_shown = np.ones(len(finite), dtype=bool)
    if goal != "maximize":
        is_shown &= scaled <= upper + reach
    if goal != "minimize":
        is_shown &= scaled >= lower - reach
    return full_view(finite[is_shown], is_log=is_log)
