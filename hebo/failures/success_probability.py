"""Probability of success as a weight of the acquisition (Gelbart et al., 1403.5607)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from botorch.models.model import Model
from pydantic import Field

from hebo.base import AcqFunction, FailureRule, SuccessModel
from hebo.data import Data
from hebo.failures.labels import LabelModel, success_labels


class SuccessProbability(FailureRule):
    """Once an evaluation has failed, improvements are multiplied by the probability of success.

    Attributes:
        power: Power of that probability. 1 counts a failure as no improvement; more keeps a search from going
            beyond an edge again and again where values get ever better towards it.
    """

    weighs: ClassVar[bool] = True

    power: float = Field(default=1.0, gt=0, allow_inf_nan=False)

    def success(self, data: Data, fit: Callable[[Data], Model]) -> SuccessModel | None:
        """Return a regression on labels of success and failure; None without a failure."""
        if not bool(data.failed.any()):
            return None
        labels = success_labels(data)
        return LabelModel(fit(labels), labels)

    def weigh(self, acq: AcqFunction, success: SuccessModel | None) -> AcqFunction:
        """Return the acquisition, multiplied by the power of the probability of success."""
        return acq if success is None else success.weigh(acq, self.power)
