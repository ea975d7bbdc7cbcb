"""Levene's and the Fligner-Killeen test of equal variances, of groups or of two halves of residuals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MIN_GROUP = 5
"""Of three values around their median one deviation is 0: smaller groups look more alike than they are."""

LEVEL = 0.05


@dataclass(frozen=True)
class VarianceTest:
    """A test of the hypothesis that groups of values have one variance.

    Attributes:
        name: Of the test.
        p_value: Probability of groups as different if the variances are equal, for all splits tried.
        compared: What the groups are.
        ratio: Largest standard deviation of a group over the smallest.
        split: Of two halves: what is high in the one with the larger variance, or "low" in front of it.
    """

    name: str
    p_value: float
    compared: str
    ratio: float
    split: str = ""


def equal_variance_tests(groups: Sequence[Array], compared: str) -> tuple[VarianceTest, ...]:
    """Return Levene's test around the median (Brown and Forsythe, 1974) and Fligner and Killeen's (1976).

    Both bear values that are not normal.

    Args:
        groups: Values of each group; those of fewer than `MIN_GROUP` values are left out.
        compared: What the groups are.

    Returns:
        None of them if fewer than two groups are left, or no value differs from the others of its group.
    """
    tested = [one for one in groups if len(one) >= MIN_GROUP]
    if len(tested) < 2 or not any(np.ptp(one) > 0 for one in tested):
        return ()
    deviations = [float(one.std(ddof=1)) for one in tested]
    ratio = max(deviations) / max(min(deviations), 1e-300)
    with np.errstate(invalid="ignore", divide="ignore"):
        p_values = {
            "Levene": float(stats.levene(*tested, center="median").pvalue),
            "Fligner-Killeen": float(stats.fligner(*tested, center="median").pvalue),
        }
    found = (VarianceTest(name, p, compared, ratio) for name, p in p_values.items())
    return tuple(one for one in found if math.isfinite(one.p_value))


def split_tests(residuals: Array, halves: Mapping[str, Mask], compared: str) -> tuple[VarianceTest, ...]:
    """Return the tests of the split of residuals that differs most, with the probability for all splits.

    Args:
        residuals: `n` independent residuals with mean 0.
        halves: What a split is by -> where it is high, `n`.
        compared: What the residuals are.
    """
    found = [_of_split(residuals, name, is_high, compared) for name, is_high in halves.items()]
    usable = [one for one in found if one]
    if not usable:
        return ()
    clearest = min(usable, key=lambda tests: min(one.p_value for one in tests))
    return tuple(replace(one, p_value=min(1.0, len(usable) * one.p_value)) for one in clearest)


def differ(tests: Sequence[VarianceTest]) -> bool:
    """Say whether one of the tests rejects equal variances, at `LEVEL` for all of them together."""
    return any(one.p_value * len(tests) < LEVEL for one in tests)


def _of_split(residuals: Array, name: str, is_high: Mask, compared: str) -> tuple[VarianceTest, ...]:
    high, low = residuals[is_high], residuals[~is_high]
    tests = equal_variance_tests((high, low), f"{compared}, where {name} is low and where it is high")
    side = "high" if len(tests) and high.std() >= low.std() else "low"
    return tuple(replace(one, split=f"{name} is {side}") for one in tests)
