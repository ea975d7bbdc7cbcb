"""Imputation of failed evaluations by the worst observed value."""

from __future__ import annotations

from dataclasses import replace

import torch

from hebo.base import FailureRule
from hebo.data import Data


class WorstValue(FailureRule):
    """Failed points get the lowest value that was observed; the acquisition stays as it is.

    For acquisitions that cannot be weighted, such as sums of additive components.
    """

    def completed(self, data: Data) -> Data:
        """Return the data without failures."""
        worst, failed, slopes = data.successes().y.amin(0), data.failed.unsqueeze(1), data.gradients
        slopes = None if slopes is None else slopes.masked_fill(failed, torch.nan)
        return replace(data, y=torch.where(failed, worst, data.y), gradients=slopes)
