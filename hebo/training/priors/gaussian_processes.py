"""Functions drawn from Gaussian processes with random hyperparameters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Self

import torch
from pydantic import Field, model_validator
from torch import Generator, Tensor

from hebo.kernels.kumaraswamy import EDGE, kumaraswamy
from hebo.training.priors.draws import Noiseless, normal, uniform
from hebo.training.tasks import Columns, TaskPrior

_SMOOTHEST = 10.0
"""A Matern kernel of this `nu` or more is drawn as a squared exponential."""


class GaussianProcesses(TaskPrior):
    """Matern processes with a lengthscale per column, warped inputs and related categories.

    Functions are sums of random Fourier features: `f(x) = sqrt(2 / F) sum_j a_j cos(w_j x + b_j + p_j(c))`.
    The frequencies `w_j` follow the spectral density of the Matern kernel, a Student distribution. The phase
    `p_j` makes two categories correlate by `rho`: with that probability it is the same for all categories of
    a column, otherwise an independent uniform one for each.

    Attributes:
        smoothness: The `nu` of the Matern kernels, half-integers; 10 or more is a squared exponential.
        lengthscale: Median of the lengthscales in units of `sqrt(d)`.
        spread: Standard deviation of the logarithm of each.
        shared: Standard deviation of what the logarithms of one task have in common.
        warped: Share of tasks with Kumaraswamy-warped inputs.
        warp_spread: Standard deviation of the logarithms of the exponents.
        decay: Median of `-log rho` of two categories, divided by the number of categorical columns.
        decay_spread: Standard deviation of its logarithm.
        n_features: `F`.
    """

    smoothness: tuple[Annotated[float, Field(gt=0)], ...] = Field(default=(1.5, 2.5, 10.0), min_length=1)
    lengthscale: float = Field(default=0.3, gt=0)
    spread: float = Field(default=0.7, ge=0)
    shared: float = Field(default=0.7, ge=0)
    warped: float = Field(default=0.5, ge=0, le=1)
    warp_spread: float = Field(default=0.5, ge=0)
    decay: float = Field(default=0.5, gt=0)
    decay_spread: float = Field(default=1.2, ge=0)
    n_features: int = Field(default=256, ge=16)

    @model_validator(mode="after")
    def _check_smoothness(self) -> Self:
        for nu in self.smoothness:
            if nu < _SMOOTHEST and (2 * nu) % 2 != 1:
                raise ValueError(
                    f"smoothness: {nu:g} is no half-integer; use 0.5, 1.5, 2.5, or 10 (squared exponential)"
                )
        return self

    def draw(self, n_tasks: int, columns: Columns, *, generator: Generator) -> Drawn:
        """See `TaskPrior`."""
        k, shape = columns.n_numeric, (n_tasks, self.n_features)
        tails = self._tails(shape, generator)
        frequencies = normal(*shape, k, generator=generator) * tails.unsqueeze(-1)
        exponents = (self.warp_spread * normal(2, n_tasks, 1, k, generator=generator)).exp()
        is_warped = uniform(n_tasks, 1, 1, generator=generator) < self.warped
        return Drawn(
            columns,
            frequencies / self._lengthscales(n_tasks, columns, generator),
            2 * math.pi * uniform(*shape, generator=generator),
            self._phases(shape, columns, generator),
            normal(*shape, generator=generator) * (2 / self.n_features) ** 0.5,
            torch.where(is_warped, exponents, torch.ones_like(exponents)),
        )

    def _lengthscales(self, n_tasks: int, columns: Columns, generator: Generator) -> Tensor:
        """Return lengthscales, `t x 1 x k`."""
        own = self.spread * normal(n_tasks, 1, columns.n_numeric, generator=generator)
        common = self.shared * normal(n_tasks, 1, 1, generator=generator)
        scales: Tensor = self.lengthscale * max(1, columns.n_numeric) ** 0.5 * (own + common).exp()
        return scales

    def _tails(self, shape: tuple[int, int], generator: Generator) -> Tensor:
        """Return what normal frequencies are multiplied by, `t x F`; each task draws a smoothness."""
        orders = torch.tensor(self.smoothness, device=generator.device)
        chosen = (uniform(shape[0], 1, generator=generator) * len(orders)).long()
        nu = orders[chosen]
        most = int(2 * max((one for one in self.smoothness if one < _SMOOTHEST), default=0.5))
        squares = normal(*shape, most, generator=generator).square()
        chi2 = (squares * (torch.arange(most, device=generator.device) < 2 * nu.unsqueeze(-1))).sum(-1)
        return torch.where(nu >= _SMOOTHEST, torch.ones_like(chi2), (2 * nu / chi2.clamp_min(1e-6)).sqrt())

    def _phases(self, shape: tuple[int, int], columns: Columns, generator: Generator) -> Tensor:
        """Return the phase of each category, `t x F x c x most`."""
        c, most = columns.n_categorical, max(columns.categories, default=1)
        spread = (self.decay_spread * normal(shape[0], 1, c, 1, generator=generator)).exp()
        rho = (-self.decay / max(1, c) * spread).exp()
        is_apart = uniform(*shape, c, 1, generator=generator) > rho
        return 2 * math.pi * uniform(*shape, c, most, generator=generator) * is_apart


@dataclass(frozen=True)
class Drawn(Noiseless):
    """Sums of Fourier features.

    Attributes:
        columns: Of the points.
        frequencies: `t x F x k`.
        offsets: `t x F`.
        phases: Of categories, `t x F x c x most`.
        weights: `t x F`.
        exponents: Of the warps, `2 x t x 1 x k`.
    """

    columns: Columns
    frequencies: Tensor
    offsets: Tensor
    phases: Tensor
    weights: Tensor
    exponents: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        k = self.columns.n_numeric
        u = kumaraswamy(x[..., :k].clamp(EDGE, 1 - EDGE), *self.exponents)
        angles = u @ self.frequencies.mT + self.offsets.unsqueeze(-2)
        for column in range(self.columns.n_categorical):
            codes = x[..., k + column].long().unsqueeze(-2)
            phase = self.phases[:, :, column].gather(-1, codes.expand(-1, self.phases.shape[1], -1))
            angles = angles + phase.mT
        return (angles.cos() @ self.weights.unsqueeze(-1)).squeeze(-1)
