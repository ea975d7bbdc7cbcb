"""Diagnosis of outcome models: what they predict of measurements that they were not fitted to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pandas as pd

from hebo.explain.calibration import MIN_ERRORS

GOOD, FAIR, POOR = 0.8, 0.5, 0.2
"""Shares of the variance that predictions of held-out measurements explain."""

_NARROWED, _WIDENED = 0.7, 1.4


class NoiseFindings(Protocol):
    """What was measured of the noise; see `hebo.diagnostics.findings.Findings`."""

    @property
    def noise_share(self) -> float:
        """Share of the variance that is noise."""

    @property
    def noise_sd(self) -> float:
        """Standard deviation of the noise at the best point."""

    @property
    def is_by_replicates(self) -> bool:
        """Whether replicates say so, or the model."""


class Noise(Protocol):
    """How noisy a quantity is; see `hebo.diagnostics.noise.Diagnosis`."""

    @property
    def findings(self) -> NoiseFindings | None:
        """Measured quantities; None where there are too few observations."""

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do."""


@dataclass(frozen=True)
class OutcomeDiagnosis:
    """How far the model of one measured quantity can be trusted.

    Attributes:
        name: Of the quantity.
        held_out: One row for each measurement: the point, `measured`, `predicted` (the median) and the 90 %
            interval, `low` to `high`, by a model fitted to other measurements (cross-validation).
        r2: Share of the variance, as modeled, that these predictions explain; NaN where all are equal.
        coverage: Share of the measurements in their intervals, which is 0.9 if they are right.
        width: What the intervals of the model itself were multiplied by; see `hebo.explain.calibration`.
        noise: How noisy the quantity is, with advice on replicates.
    """

    name: str
    held_out: pd.DataFrame
    r2: float
    coverage: float
    width: float
    noise: Noise

    @property
    def verdict(self) -> str:
        """Whether to trust the model, in a sentence or two."""
        n = len(self.held_out)
        if n < MIN_ERRORS:
            missing = MIN_ERRORS - n
            return f"{n} measurements are too few to tell whether the model predicts; tell {missing} more."
        if not self.r2 >= POOR:
            return f"Do not trust the model of {self.name}: {self._explains}. {self._remedy}"
        if self.r2 < FAIR:
            return (
                f"Hardly trust the model of {self.name}: {self._explains}. It tells good regions from bad "
                "ones at most; effects of single parameters may be chance."
            )
        if self.r2 < GOOD:
            return (
                f"Trust the model of {self.name} in tendency: {self._explains}. Measure a point before you "
                "rely on its prediction."
            )
        return f"Trust the model of {self.name} within its intervals: {self._explains}."

    @property
    def lines(self) -> list[str]:
        """All but the noise, as text."""
        share = "nothing" if math.isnan(self.coverage) else _percent(self.coverage)
        is_changed = not _NARROWED < self.width < _WIDENED
        width = f" (made {self.width:.2g} times as wide as those of the model alone)" if is_changed else ""
        return [
            f"measurements: {len(self.held_out)}",
            f"R2 of held-out predictions: {self.r2:.2f}",
            f"held-out measurements in their 90 % intervals: {share}{width}",
            f"* {self.verdict}",
        ]

    @property
    def _explains(self) -> str:
        if not self.r2 > 0:
            return "it predicts measurements that it has not seen no better than their mean would"
        return (
            f"it explains {_percent(self.r2)} of the variance of measurements that it has not seen, and "
            f"{_percent(self.coverage)} of these are in their 90 % intervals"
        )

    @property
    def _remedy(self) -> str:
        found = self.noise.findings
        if found is not None and found.is_by_replicates and found.noise_share > FAIR:
            return "The values are mostly noise: repeat points, or measure more exactly."
        return (
            "What importance and dependence say is next to nothing; tell more points, space-filling ones "
            "among them, and see below whether it is noise."
        )


@dataclass(frozen=True)
class ModelDiagnosis:
    """How far the models of an optimization can be trusted; printed, it is a text.

    Attributes:
        outcomes: One for each objective and each constraint.
    """

    outcomes: tuple[OutcomeDiagnosis, ...]

    def __getitem__(self, name: str) -> OutcomeDiagnosis:
        """Return that of one quantity."""
        return {one.name: one for one in self.outcomes}[name]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each quantity: the numbers."""
        rows = [
            {
                "n": len(one.held_out),
                "r2": one.r2,
                "coverage": one.coverage,
                "width": one.width,
                "noise_share": math.nan if one.noise.findings is None else one.noise.findings.noise_share,
                "noise_sd": math.nan if one.noise.findings is None else one.noise.findings.noise_sd,
            }
            for one in self.outcomes
        ]
        return pd.DataFrame(rows, index=pd.Index([one.name for one in self.outcomes], name="outcome"))

    @property
    def text(self) -> str:
        """All of it as text."""
        parts = ["\n".join([f"Model of {one.name}", *one.lines, str(one.noise)]) for one in self.outcomes]
        return "\n\n".join(parts)

    def __str__(self) -> str:
        return self.text


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
