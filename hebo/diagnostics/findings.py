"""Findings about noise: measured quantities, and how they are printed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hebo.diagnostics.variance_tests import VarianceTest


@dataclass(frozen=True)
class Findings:
    """What was measured of one objective.

    "As modeled" is after HEBO's output transform, fitted to all values.

    Attributes:
        n: Number of successful observations.
        n_failed: Number of failed ones.
        n_replicated: Number of points that were told several times.
        n_replicates: Number of observations at these points.
        replicate_sd: Standard deviation within replicates, in units of the objective; NaN without any.
        noise_share: Share of the variance as modeled that is noise: by replicates where there are enough,
            else as the model has learned it.
        is_by_replicates: Which of the two `noise_share` is.
        learned_share: That of the model.
        noise_sd: Standard deviation of the noise at the best point, in units of the objective.
        told_sd: Root mean square of the standard deviations that were told (`y_var`); NaN without any.
        loo_r2: Share of the variance as modeled that leave-one-out predictions explain.
        tests: Of equal variances as modeled; empty where there are too few observations for them.
        raw_tests: The same of replicates in units of the objective.
    """

    n: int
    n_failed: int
    n_replicated: int
    n_replicates: int
    replicate_sd: float
    noise_share: float
    is_by_replicates: bool
    learned_share: float
    noise_sd: float
    told_sd: float
    loo_r2: float
    tests: tuple[VarianceTest, ...]
    raw_tests: tuple[VarianceTest, ...]

    def lines(self) -> list[str]:
        """Return them as text, a line each."""
        return [
            f"observations: {self.n}{f' and {self.n_failed} failed' if self.n_failed else ''}",
            self._replicate_line(),
            f"noise share: {self._share} of the variance as modeled, by {self._source}",
            f"noise at the best point: standard deviation {self.noise_sd:.3g}",
            *([] if math.isnan(self.told_sd) else [f"noise as told: standard deviation {self.told_sd:.3g}"]),
            f"leave-one-out R2: {self.loo_r2:.2f}",
            *(
                f"{one.name}: p = {one.p_value:.2g} ({one.compared})"
                for one in (*self.tests, *self.raw_tests)
            ),
        ]

    @property
    def largest_share(self) -> float:
        """Share of the variance that may be noise: what leave-one-out predictions do not explain."""
        return (
            self.noise_share if self.is_by_replicates else max(self.noise_share, 1.0 - max(0.0, self.loo_r2))
        )

    @property
    def is_uncertain(self) -> bool:
        """Whether it cannot be said without replicates whether values are noisy or the objective is rough."""
        return self.largest_share > 0.2 and self.noise_share < 0.5 * self.largest_share

    @property
    def _share(self) -> str:
        if not self.is_uncertain:
            return percent(self.noise_share)
        return f"{percent(self.noise_share)} to {percent(self.largest_share)}"

    @property
    def _source(self) -> str:
        return "replicates" if self.is_by_replicates else "the model"

    def _replicate_line(self) -> str:
        if not self.n_replicated:
            return "replicates: none"
        counts = f"{self.n_replicates} observations of {self.n_replicated} points"
        return f"replicates: {counts}, standard deviation {self.replicate_sd:.3g}"


def percent(share: float) -> str:
    """Return a share as text."""
    return f"{100 * share:.0f} %"
