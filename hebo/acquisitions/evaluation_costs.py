"""Evaluation costs: a model of their logarithm, fitted to what evaluations are known to have cost.

Notation: `n` observations, `b` points, `d` columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.acquisitions.marginals import marginals
from hebo.data import Data

MIN_KNOWN = 3
"""Known costs below which nothing is modeled."""

# Logarithms of costs that differ by less are rounding.
_MIN_SPREAD = 1e-9


@dataclass(frozen=True)
class LogCosts:
    """What evaluations are expected to cost, on a log scale.

    Attributes:
        model: Of the standardized logarithms.
        center: Mean of the logarithms.
        spread: Their standard deviation.
    """

    model: Model
    center: float
    spread: float

    def log_cost(self, x: Tensor) -> Tensor:
        """Return the predicted mean of the log cost, `b`, at `b x 1 x d` points."""
        return self.center + self.spread * marginals(self.model, x).mean


def fit_log_costs(data: Data, fit: Callable[[Data], Model]) -> LogCosts | None:
    """Return a model of the costs of evaluations, failed ones included.

    Args:
        data: With costs, NaN where one is unknown.
        fit: Fits the model to data whose values are logarithms of costs, standardized.

    Returns:
        The model; None while fewer than three costs are known, or all are the same.
    """
    if data.costs is None:
        return None
    known = data.rows(torch.isfinite(data.costs)).without_constraints()
    if len(known.x) < MIN_KNOWN:
        return None
    assert known.costs is not None  # see above
    logs = known.costs.to(known.y).log()
    center, spread = float(logs.mean()), float(logs.std())
    if not spread > _MIN_SPREAD:
        return None
    standardized = ((logs - center) / spread).unsqueeze(-1)
    return LogCosts(fit(known.with_y(standardized)), center, spread)
