"""MACE: a multi-objective acquisition ensemble."""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acquisitions.confidence_bound import hebo_kappa
from hebo.acquisitions.marginals import incumbent_mean, marginals, noise_sd
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data


class MACE(Acquisition):
    """(UCB, LogEI, LogPI) at once, made robust by one draw of observation noise.

    The three values of a point form a vector to be maximised in the Pareto sense (Lyu et al., 2018; HEBO,
    2012.03826, section 4). Means are shifted by `sqrt(2) sigma_n xi`, with the noise deviation `sigma_n`
    that the model learnt and one `xi ~ N(0, 1)` for the whole suggestion, so that the surfaces searched are
    smooth: the released code draws it anew for each point and each call.

    Attributes:
        kappa: Width of the confidence bound; None takes HEBO's schedule (`hebo_kappa`).
        margin: Least improvement that counts, in units of the modelled `y`. Without one, the last digits
            of the continuous columns are polished while booleans and categories are still wrong.
        noise_draw: Shift the means; False searches the plain surfaces.
    """

    n_values: ClassVar[int] = 3

    kappa: float | None = Field(default=None, ge=0)
    margin: float = Field(default=0.02, ge=0)
    noise_draw: bool = True

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 3` values (bound, log EI, log PI)."""
        model = models.objective
        threshold = incumbent_mean(model, data) + self.margin
        xi = torch.randn((), generator=generator, dtype=torch.float64).to(threshold)
        shift = math.sqrt(2.0) * noise_sd(model, data) * xi * float(self.noise_draw)
        kappa = self.kappa
        if kappa is None:
            kappa = hebo_kappa(len(data.x), data.x.shape[1], data.batch_size)

        def mace(x: Tensor) -> Tensor:
            noisy = marginals(model, x).shifted(shift)
            values = noisy.ucb(kappa), noisy.log_ei(threshold), noisy.log_pi(threshold)
            return torch.stack(values, dim=-1)

        return mace
