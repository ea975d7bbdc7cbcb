"""Functions with one broad optimum, and ripples on it: many local optima."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.training.priors.draws import Noiseless, Numbers, log_uniform, normal, rescaled, uniform
from hebo.training.tasks import Columns, Functions, TaskPrior


class Bowls(TaskPrior):
    """A peak at a random place, `-|A (x - c)|^p`, with a wave along each axis of it.

    The axes are those of the space or turned at random. Exponents `p` lie between 0.5, a sharp peak in a wide
    plain, and 4, a flat top with steep sides.

    Attributes:
        rippled: Share of tasks with waves.
        turned: Share of tasks with turned axes.
    """

    rippled: float = Field(default=0.6, ge=0, le=1)
    turned: float = Field(default=0.5, ge=0, le=1)

    def draw(self, n_tasks: int, columns: Columns, *, generator: Generator) -> Functions:
        """See `TaskPrior`."""
        d = columns.n
        turn = torch.linalg.qr(normal(n_tasks, d, d, generator=generator))[0]
        is_turned = uniform(n_tasks, 1, 1, generator=generator) < self.turned
        axes = torch.where(is_turned, turn, torch.eye(d, device=generator.device))
        is_rippled = uniform(n_tasks, 1, 1, generator=generator) < self.rippled
        drawn = Rippled(
            Numbers(n_tasks, columns, generator),
            uniform(n_tasks, 1, d, generator=generator),
            axes * log_uniform(0.3, 3.0, n_tasks, 1, d, generator=generator),
            log_uniform(0.5, 4.0, n_tasks, 1, generator=generator),
            is_rippled * log_uniform(0.02, 0.5, n_tasks, 1, 1, generator=generator),
            2 * math.pi * log_uniform(1.0, 6.0, n_tasks, 1, 1, generator=generator),
        )
        return rescaled(drawn, n_tasks, columns, generator=generator)


@dataclass(frozen=True)
class Rippled(Noiseless):
    """Peaks with ripples.

    Attributes:
        numbers: Turns points into numbers in `[0, 1]`.
        center: `t x 1 x d`.
        axes: `t x d x d`.
        power: `t x 1`.
        height: Of the ripples in units of the fall of the peak, `t x 1 x 1`.
        frequency: Of the ripples, `t x 1 x 1`.
    """

    numbers: Numbers
    center: Tensor
    axes: Tensor
    power: Tensor
    height: Tensor
    frequency: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        z = (self.numbers(x) - self.center) @ self.axes
        wave = (self.height * (1 - (self.frequency * z).cos())).mean(-1)
        return -((z.square().mean(-1) + 1e-12) ** (0.5 * self.power)) - wave
