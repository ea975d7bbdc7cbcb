"""Risk measures: expectation, value at risk, its conditional, worst case, of values with weights.

Notation: `m` values a point may turn out to have, larger is better. A risk level `alpha` is the share that
is at least as good, as in BoTorch.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from pydantic import Field
from torch import Tensor

from hebo.base import RiskMeasure

# Shares are sums of weights with float noise.
_NOISE = 1e-9


class Expectation(RiskMeasure):
    """The weighted mean: what many uses of one point give on average."""

    is_mean: ClassVar[bool] = True

    def of(self, values: Tensor, weights: Tensor) -> Tensor:
        """See `RiskMeasure`."""
        return values @ weights


class VaR(RiskMeasure):
    """Value at risk: the largest value that at least a share `alpha` reaches.

    Attributes:
        alpha: The share.
    """

    averages: ClassVar[bool] = False

    alpha: float = Field(default=0.8, gt=0, le=1)

    def of(self, values: Tensor, weights: Tensor) -> Tensor:
        """See `RiskMeasure`."""
        best_first, order = values.sort(-1, descending=True)
        reached = weights[order].cumsum(-1) >= self.alpha - _NOISE
        place = reached.int().argmax(-1, keepdim=True)
        return best_first.gather(-1, place).squeeze(-1)


class CVaR(RiskMeasure):
    """Conditional value at risk: the mean of the worst share `1 - alpha` of the values.

    It is coherent: other than the value at risk it sees how bad the worst ones are (Rockafellar and Uryasev,
    2000).

    Attributes:
        alpha: The share that is left out; 0 is the expectation.
    """

    alpha: float = Field(default=0.8, ge=0, lt=1)

    def of(self, values: Tensor, weights: Tensor) -> Tensor:
        """See `RiskMeasure`."""
        worst_first, order = values.sort(-1)
        share = weights[order]
        before = share.cumsum(-1) - share
        tail = torch.minimum((1 - self.alpha - before).clamp_min(0.0), share)
        value: Tensor = (tail * worst_first).sum(-1) / (1 - self.alpha)
        return value


class WorstCase(RiskMeasure):
    """The least of the values, whatever their weights: for perturbations that are all possible."""

    averages: ClassVar[bool] = False

    def of(self, values: Tensor, weights: Tensor) -> Tensor:
        """See `RiskMeasure`."""
        return values.amin(-1)
