"""Calibration of intervals by cross-validation.

The interval of a model is as wide as its hyperparameters say, which are taken at their mode. The errors at
observations that it was not fitted to tell how wide it should have been. Leave-one-out errors in closed form
would not do: hyperparameters were fitted to what is left out as well, so that these errors are too small, by
a third with 50 observations.
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Generator, Tensor

from hebo.explain.outcome_model import LEVEL, OutcomeModel

N_FOLDS, N_FOLDS_OF_MANY, MANY = 10, 5, 100
"""How many fits there are, with up to a hundred points and with more, of which a fifth can be spared."""

MIN_ERRORS = 10
"""With fewer errors their size says next to nothing."""

MIN_WIDTH, MAX_WIDTH = 0.1, 3.0

_PRIOR_WEIGHT = 5.0
"""Errors that the width of the model itself counts as."""

_MARGIN = 1.05
"""Errors at observations are a little smaller than elsewhere; chosen for coverage on tuning problems."""

_OUTLYING = 2.5


def folds(x: Tensor, generator: Generator) -> Tensor:
    """Return the fold of each of `n x d` points, `n`; equal points are in one fold."""
    _, place = torch.unique(x, dim=0, return_inverse=True)
    n = int(place.max()) + 1
    order = torch.randperm(n, generator=generator)
    return (order % min(n, N_FOLDS if n <= MANY else N_FOLDS_OF_MANY))[place.cpu()]


def calibrated(outcome: OutcomeModel) -> OutcomeModel:
    """Return an outcome model whose standard deviations fit the errors of its cross-validation.

    They are multiplied by the root mean square of the standardized errors, within limits. With fewer than
    ten errors they stay.
    """
    standardized = outcome.held_out.standardized
    if len(standardized) < MIN_ERRORS:
        return outcome
    return replace(outcome, width=width_of(standardized))


def width_of(standardized: Tensor) -> float:
    """Return what standard deviations are to be multiplied by, given `n` standardized errors.

    The root of their mean square, where the largest ones count as 2.5 times the 90 % quantile. It counts the
    more against the width of the model itself, 1, the more errors there are.
    """
    size, n = standardized.abs(), len(standardized)
    bounded = size.clamp_max(_OUTLYING * float(size.quantile(LEVEL)))
    spread = _MARGIN * float(bounded.square().mean().sqrt())
    log = n / (n + _PRIOR_WEIGHT) * math.log(max(spread, 1e-3))
    return min(MAX_WIDTH, max(MIN_WIDTH, math.exp(log)))
