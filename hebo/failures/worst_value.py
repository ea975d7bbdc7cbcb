"""Imputation of failed evaluations by the worst observed value."""

from __future__ import annotations

import torch

from hebo.base import FailureRule
from hebo.data import Data


class WorstValue(FailureRule):
    """Failed points get the lowest value that was observed; the acquisition stays as it is.

    For acquisitions that cannot be weighted, such as sums of additive components.
    """

    def completed(self, data: Data) -> Data:
        """Return the data without failures."""
        worst = data.successes().y.amin(0)
        return data.with_y(torch.where(data.failed.unsqueeze(1), worst, data.y), data.y_var, data.gradients)
