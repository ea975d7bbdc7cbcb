"""Acquisitions at the import path of the original package, for `HEBO(acq_cls=...)` and `BO(acq_cls=...)`.

`MACE`, `EI` and `logEI` are parts of this package by those names. All are classes of recipes: an optimizer
builds them from their settings alone, and not from a model as in the original.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acquisitions.confidence_bound import hebo_kappa
from hebo.acquisitions.fronts import MANY
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.improvement import LogEI as EI
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data

__all__ = ["EI", "LCB", "MACE", "Mean", "Sigma", "logEI"]

logEI = LogEI


class LCB(Acquisition):
    """Lower confidence bound of a cost, `mu - kappa s`; its negative is maximized.

    Of several costs there is a bound of each, and these are maximized together.

    Attributes:
        kappa: Width of the bound; None takes HEBO's schedule (`hebo_kappa`).
    """

    max_outputs: ClassVar[int] = MANY

    kappa: float | None = Field(default=None, ge=0)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x m` values, in units of the modeled `y`."""
        kappa = self.kappa
        if kappa is None:
            kappa = hebo_kappa(len(data.x), data.x.shape[1], data.batch_size)

        def bound(x: Tensor) -> Tensor:
            return torch.stack([marginals(model, x).ucb(kappa) for model in models.objectives], dim=-1)

        return bound


class Mean(Acquisition):
    """The posterior mean: exploitation alone."""

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in units of the modeled `y`."""
        model = models.objective

        def mean(x: Tensor) -> Tensor:
            return marginals(model, x).mean.unsqueeze(-1)

        return mean


class Sigma(Acquisition):
    """The posterior standard deviation: exploration alone."""

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in units of the modeled `y`."""
        model = models.objective

        def deviation(x: Tensor) -> Tensor:
            return marginals(model, x).sd.unsqueeze(-1)

        return deviation
