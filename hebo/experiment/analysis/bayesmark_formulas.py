"""Bayesmark's mean score, formulas: how the NeurIPS 2020 black-box optimisation challenge ranked.

For each problem, with `f` the best value so far of a study and random search as the yardstick::

    loss  = clip((f - best) / (median - best), -1, 1)
    score = 100 (1 - mean of loss over studies and problems)

`median` is the median of all single evaluations of random search, `best` the best evaluation of any
optimiser, lowered by a hair so that no study reaches it. So 100 is the best known value in every
study, 0 no better than one random point. The *normalised* mean divides the loss by that of random search
with the same number of evaluations, estimated without bias from all of its evaluations: random search
gets about 0 there. The median score follows the same idea with medians throughout.

Definitions: bayesmark 0.0.8, modules `experiment_baseline`, `experiment_analysis`, `expected_max`.
The challenge itself took `best` from a stored baseline, which is why its winner could score above 100.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from hebo.experiment.analysis.statistics import Floats

_PAD_IN_SPACINGS = 10_000


@dataclass(frozen=True)
class Baseline:
    """What random search does on one problem.

    Attributes:
        best: Best known value, lowered by ten thousand float spacings.
        clip: Median of the single evaluations of random search; worse values count as this.
        mean: Expected best of random search after each round, of values no worse than `clip` (`rounds`).
        median: Median best of random search after each round (`rounds`).
    """

    best: float
    clip: float
    mean: Floats
    median: Floats


def compute_baseline(random_values: Floats, *, best: float, batch_size: int, n_rounds: int) -> Baseline:
    """Summarise the evaluations of random search on one problem.

    Args:
        random_values: All single evaluations of random search (`n`), `+inf` where failed.
        best: Best evaluation of any optimiser.
        batch_size: Evaluations per round.
        n_rounds: Rounds per study.
    """
    counts = batch_size * np.arange(1, n_rounds + 1)
    clip = float(lower_quantile(random_values, 0.5))
    clipped = np.minimum(random_values, clip)
    smallest = float(np.nextafter(0, 1))
    return Baseline(
        best=best - _PAD_IN_SPACINGS * float(np.spacing(max(smallest, abs(best)))),
        clip=clip,
        mean=np.minimum.accumulate(np.minimum(clip, expected_minimum(clipped, counts))),
        median=np.array([lower_quantile(random_values, 1 - 0.5 ** (1 / m)) for m in counts]),
    )


def expected_minimum(values: Floats, counts: NDArray[np.int64]) -> Floats:
    """Return the unbiased estimate of the expected smallest of `m` draws, for each `m` in `counts`.

    With `n` values in descending order the `i`-th is the smallest of a random `m`-subset with
    probability `C(i - 1, m - 1) / C(n, m)`.
    """
    descending = np.sort(values)[::-1]
    order = np.arange(1, len(values) + 1)
    estimates = []
    for m in counts:
        # log C(i - 1, m - 1) up to a constant; gammaln is +inf at the poles, where the weight is 0.
        log_weight = np.where(order >= m, gammaln(order) - gammaln(np.maximum(order - m + 1, 1)), -np.inf)
        estimates.append(float(np.sum(descending * np.exp(log_weight - logsumexp(log_weight)))))
    return np.array(estimates)


def lower_quantile(values: Floats, q: float) -> float:
    """Return the `ceil(n q)`-th smallest value: always one of `values`, never an interpolation."""
    return float(np.sort(values)[int(np.ceil(len(values) * q)) - 1])


def mean_loss(finals: Floats, baseline: Baseline) -> float:
    """Return the mean loss of the final values of studies, each loss clipped to -1..1."""
    losses = (finals - baseline.best) / (baseline.clip - baseline.best)
    return float(np.clip(losses, -1.0, 1.0).mean())


def median_loss(finals: Floats, baseline: Baseline) -> float:
    """Return the loss of the median study: 0 = best known, 1 = median random search."""
    return float((lower_quantile(finals, 0.5) - baseline.best) / (baseline.median[-1] - baseline.best))


def random_mean_loss(baseline: Baseline) -> float:
    """Return the expected loss of random search after the last round."""
    return float((baseline.mean[-1] - baseline.best) / (baseline.clip - baseline.best))
