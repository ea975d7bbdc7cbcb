"""Slice sampling of hyperparameters, one coordinate at a time (Neal, "Slice sampling", 2003, section 4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Generator

from mcbo.surrogates.prior import Array

WIDTH = 1.0
"""First width of a slice, in units of a raw hyperparameter (about a logarithm)."""

STEPS_OUT = 16
"""Most widths of a slice; how many of them may lie below the point is drawn, as its balance demands."""


class Density(Protocol):
    """A negative log density of `p` numbers."""

    @property
    def bounds(self) -> Sequence[tuple[float, float]]:
        """Ranges of the numbers."""

    def value(self, theta: Array) -> float:
        """Return the value, infinite where the density is zero."""


def slice_samples(
    density: Density, theta: Array, n: int, *, burn_in: int, generator: Generator, thin: int = 1
) -> list[Array]:
    """Return `n` draws, each a vector of `p`.

    Args:
        density: Of what is drawn.
        theta: Where the chain starts; the most likely setting saves most of the burn-in.
        n: How many draws.
        burn_in: Sweeps over all coordinates before the first draw.
        generator: Source of randomness.
        thin: Sweeps from one draw to the next.
    """
    chance = _Chance(generator)
    samples = []
    for sweep in range(1, burn_in + n * thin + 1):
        for coordinate in range(len(theta)):
            theta = _moved(density.value, theta, coordinate, density.bounds[coordinate], chance)
        if sweep > burn_in and (sweep - burn_in) % thin == 0:
            samples.append(theta)
    return samples


class _Chance:
    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        return low + (high - low) * float(torch.rand((), generator=self._generator, dtype=torch.float64))


def _moved(
    cost: Callable[[Array], float], theta: Array, k: int, bounds: tuple[float, float], chance: _Chance
) -> Array:
    """Return `theta` with a new coordinate `k`, drawn from the slice under the density at `theta`."""

    def at(value: float) -> Array:
        changed = theta.copy()
        changed[k] = value
        return changed

    level = cost(theta) - math.log(max(chance.uniform(), 1e-300))
    low, high = _slice(lambda value: cost(at(value)) < level, float(theta[k]), bounds, chance)
    while True:  # ends, because the interval shrinks to where the density is above the level
        value = chance.uniform(low, high)
        if cost(at(value)) < level:
            return at(value)
        if high - low < 1e-12:
            return theta
        low, high = (value, high) if value < theta[k] else (low, value)


def _slice(
    inside: Callable[[float], bool], x: float, bounds: tuple[float, float], chance: _Chance
) -> tuple[float, float]:
    """Step out from a random interval around `x` until both ends are outside, or at the bounds."""
    low = x - WIDTH * chance.uniform()
    high = low + WIDTH
    n_below = int(STEPS_OUT * chance.uniform())
    for _ in range(n_below):
        if low <= bounds[0] or not inside(low):
            break
        low -= WIDTH
    for _ in range(STEPS_OUT - 1 - n_below):
        if high >= bounds[1] or not inside(high):
            break
        high += WIDTH
    return max(low, bounds[0]), min(high, bounds[1])
