"""MACE of several objectives: the ensemble of each, or that of a random scalarization."""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import Marginals
from hebo.acquisitions.confidence_bound import hebo_kappa
from hebo.acquisitions.fronts import MANY, mean_values
from hebo.acquisitions.marginals import marginals, noise_sd
from hebo.acquisitions.scalarized import random_chebyshev
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data


class MultiMACE(Acquisition):
    """UCB, log EI and log PI of several objectives, maximized in the Pareto sense.

    Of one objective it is `hebo.acquisitions.mace.MACE` (Cowen-Rivers et al., 2012.03826, section 4).

    Attributes:
        scalarized: False: the three values of each objective, `3 m` in all. True: those of an augmented
            Chebyshev scalarization, whose weights are drawn anew for each point; see
            `hebo.acquisitions.scalarized`.
        kappa: Width of the confidence bound; None takes HEBO's schedule (`hebo_kappa`).
        margin: Least improvement that counts, in units of the modeled `y`.
        noise_draw: Shift the means by one draw of the noise for each suggestion; see `MACE`.
    """

    n_values: ClassVar[int] = 3
    max_outputs: ClassVar[int] = MANY

    scalarized: bool = False
    kappa: float | None = Field(default=None, ge=0)
    margin: float = Field(default=0.02, ge=0)
    noise_draw: bool = True

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 3m` values, or to `b x 3` scalarized ones."""
        means = mean_values(models, data)
        xi = torch.randn(means.shape[1], generator=generator, dtype=torch.float64).to(means)
        shifts = [
            math.sqrt(2.0) * noise_sd(model, data) * draw * float(self.noise_draw)
            for model, draw in zip(models.objectives, xi, strict=True)
        ]
        kappa = self.kappa
        if kappa is None:
            kappa = hebo_kappa(len(data.x), data.x.shape[1], data.batch_size)

        def noisy(x: Tensor) -> list[Marginals]:
            pairs = zip(models.objectives, shifts, strict=True)
            return [marginals(model, x).shifted(shift) for model, shift in pairs]

        if self.scalarized:
            combined = random_chebyshev(means, generator=generator, number=len(models.pending))
            threshold = combined.of(means).max() + _SCALARIZED_MARGIN
            return lambda x: _ensemble(combined.marginals(noisy(x)), threshold, kappa)
        thresholds = (means.amax(0) + self.margin).unbind()

        def values(x: Tensor) -> Tensor:
            pairs = zip(noisy(x), thresholds, strict=True)
            return torch.cat([_ensemble(one, threshold, kappa) for one, threshold in pairs], dim=-1)

        return values


def _ensemble(predictions: Marginals, threshold: Tensor, kappa: float) -> Tensor:
    """Return bound, log EI and log PI, `b x 3`."""
    values = predictions.ucb(kappa), predictions.log_ei(threshold), predictions.log_pi(threshold)
    return torch.stack(values, dim=-1)


_SCALARIZED_MARGIN = 1e-3
"""Least improvement of a scalarized value, whose unit is the range of the front."""
