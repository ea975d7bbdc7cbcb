"""Helpers of priors: random numbers on the device of a generator, categories as numbers, unit variance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from hebo.training.tasks import MIN_SPREAD, Columns, Functions

_N_PROBES = 64


def uniform(*shape: int, generator: Generator) -> Tensor:
    """Return uniform numbers."""
    return torch.rand(shape, generator=generator, device=generator.device)


def normal(*shape: int, generator: Generator) -> Tensor:
    """Return standard normal numbers."""
    return torch.randn(shape, generator=generator, device=generator.device)


def log_uniform(low: float, high: float, *shape: int, generator: Generator) -> Tensor:
    """Return numbers whose logarithm is uniform."""
    start, end = math.log(low), math.log(high)
    return (start + (end - start) * uniform(*shape, generator=generator)).exp()


def whole(low: int, high: int, *shape: int, generator: Generator) -> Tensor:
    """Return uniform integers from `low` to `high`, both included."""
    return torch.randint(low, high + 1, shape, generator=generator, device=generator.device)


class Numbers:
    """Points with a random number in the place of each category, another one in each task.

    Args:
        n_tasks: `t`.
        columns: Of the points.
        generator: Draws the numbers, uniform in `[0, 1]`.
    """

    def __init__(self, n_tasks: int, columns: Columns, generator: Generator) -> None:
        self._k = columns.n_numeric
        most = max(columns.categories, default=1)
        self._of_codes = uniform(n_tasks, columns.n_categorical, most, generator=generator)

    def __call__(self, x: Tensor) -> Tensor:
        """Return `t x b x d` numbers in `[0, 1]` of `t x b x d` points."""
        codes = x[..., self._k :].long().transpose(-1, -2)
        numbers = self._of_codes.gather(-1, codes).transpose(-1, -2)
        return torch.cat([x[..., : self._k], numbers], -1)


@dataclass(frozen=True)
class Noiseless:
    """Base of functions without noise."""

    def noise_sd(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        return torch.zeros_like(x[..., 0])


@dataclass(frozen=True)
class Rescaled:
    """Functions moved to zero mean and unit variance.

    Attributes:
        of: The functions.
        mean: `t x 1`.
        scale: `t x 1`.
    """

    of: Functions
    mean: Tensor
    scale: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        return (self.of(x) - self.mean) / self.scale

    def noise_sd(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        return self.of.noise_sd(x) / self.scale


def rescaled(functions: Functions, n_tasks: int, columns: Columns, *, generator: Generator) -> Rescaled:
    """Return functions of zero mean and unit variance over random points; constant ones are only moved."""
    values = functions(columns.uniform(n_tasks, _N_PROBES, generator=generator))
    spread = values.std(-1, correction=0, keepdim=True)
    scale = torch.where(spread > MIN_SPREAD, spread, torch.ones_like(spread))
    return Rescaled(functions, values.mean(-1, keepdim=True), scale)
