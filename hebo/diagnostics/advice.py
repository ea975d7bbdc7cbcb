"""Advice on noise: findings as sentences that say what to do."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hebo.diagnostics.findings import Findings, percent
from hebo.diagnostics.replicates import MIN_DEGREES
from hebo.diagnostics.variance_tests import MIN_GROUP, differ
from hebo.diagnostics.variation import MIN_TESTED

RELIABILITY = 0.85
"""Share of the variance of the mean of a repeated point that shall be no noise."""

MAX_REPEATS = 20

SMALL, _LARGE = 0.05, 0.5


def advice_on(found: Findings) -> tuple[str, ...]:
    """Return what to do, a sentence or two each."""
    return (*_on_share(found), *_on_replicates(found), *_on_variation(found), *_on_told(found))


def n_repeats(noise_share: float) -> int:
    """Return how often to observe a point, so that noise explains 15 % of the variance of its mean at most.

    With the variance `s^2` of the objective and `v` of the noise the mean of `k` has the reliability
    `s^2 / (s^2 + v / k)`.
    """
    if noise_share >= 1.0:
        return MAX_REPEATS
    ratio = noise_share / (1.0 - noise_share) * RELIABILITY / (1.0 - RELIABILITY)
    return min(MAX_REPEATS, max(1, math.ceil(ratio - 1e-9)))


def _on_share(found: Findings) -> Iterator[str]:
    share, k = found.noise_share, n_repeats(found.noise_share)
    says = f"Noise explains {percent(share)} of the variance"
    if found.is_uncertain:
        yield (
            f"The model leaves {percent(found.largest_share)} of the variance unexplained, and cannot tell "
            "noise from an objective that is rough: only replicates can."
        )
    elif share < SMALL:
        yield f"{says}: repeating points would teach little, spend evaluations on new ones."
    elif share < _LARGE:
        yield (
            f"{says}: observe the best point {k} times before you rely on its value. Its mean then has a "
            f"standard deviation of {found.noise_sd / math.sqrt(k):.3g} instead of {found.noise_sd:.3g}."
        )
    else:
        yield (
            f"{says}: single values say little. Make the measurement more exact, or observe each point "
            f"several times ({k} for a reliable mean) and tell every value; the acquisition "
            "log_augmented_ei is for noise."
        )


def _on_replicates(found: Findings) -> Iterator[str]:
    if not found.n_replicated:
        yield (
            "No point was observed twice: the share of the noise is the model's guess. Tell the best point "
            "and two others three times each to measure it."
        )
        return
    if not found.is_by_replicates:
        degrees = found.n_replicates - found.n_replicated
        missing = MIN_DEGREES - degrees
        yield f"Replicates are few ({degrees} beyond the first of each point): {missing} more would do."
    elif found.noise_share < 0.25 * found.learned_share:
        yield (
            f"Replicates scatter far less than the model believes ({percent(found.noise_share)} and "
            f"{percent(found.learned_share)} of the variance): the objective is rougher than the model, it "
            "is not noise. More points, or another surrogate or kernel, help; repeating does not."
        )


def _on_variation(found: Findings) -> Iterator[str]:
    if found.noise_share < SMALL:
        return  # what varies then is how well the model predicts
    if differ(found.tests):
        first = found.tests[0]
        where = f" where {first.split}" if first.split else " at some points"
        yield (
            f"The noise is not the same everywhere: its standard deviation is {first.ratio:.2g} times as "
            f"large{where}. Use the surrogate heteroscedastic_gp, or tell the variance of each value (y_var) "
            "where you know it."
        )
    elif differ(found.raw_tests):
        yield (
            "In units of the objective the noise is not the same everywhere, as modeled it is: HEBO's output "
            "transform evens it out, keep it (output_transform: power)."
        )
    elif found.tests:
        yield "No sign that the noise varies over the space."
    else:
        yield (
            f"Too few observations to test whether the noise varies: that takes {MIN_TESTED}, or two points "
            f"with {MIN_GROUP} values each."
        )


def _on_told(found: Findings) -> Iterator[str]:
    if math.isnan(found.told_sd) or math.isnan(found.replicate_sd) or not found.is_by_replicates:
        return
    ratio = found.replicate_sd / max(found.told_sd, 1e-300)
    if not 0.5 <= ratio <= 2.0:
        yield (
            f"Replicates have a standard deviation of {found.replicate_sd:.3g}, the variances told (y_var) "
            f"say {found.told_sd:.3g}; one of them is wrong: y_var is the variance of a single value, in "
            "squared units."
        )
