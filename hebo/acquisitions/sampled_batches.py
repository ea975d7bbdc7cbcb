"""Sampled batch acquisitions: qEI, qPI, qSR and qUCB of means and deviations (CompBO, 2012.08240).

Each is `alpha(x) = E_z[h(max_j Y_j)]` of values `Y` that depend on the posterior mean `mu` of `q` joint
points and a deviation `L z`, with a Cholesky factor `L` of their covariance and standard normal `z`; larger
is better.

Notation: `r` batches, `q` joint points, `m` samples; `Y` values, `r x q x m`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor

from hebo.errors import ConfigError


class SampledAcquisition(ABC):
    """`alpha = mean_m h(max_j Y_jm)`: what one acquisition has of its own."""

    def values(self, mean: Tensor, deviation: Tensor) -> Tensor:
        """Return columns of `Y`, `r x q x m`, at means (`r x q x 1`) and deviations `L z` (`r x q x m`)."""
        return mean + deviation

    @abstractmethod
    def of_best(self, best: Tensor) -> Tensor:
        """Return `h` at the largest value of a batch, elementwise; it does not decrease."""

    def outer(self, y: Tensor) -> Tensor:
        """Return `f(Y) = mean_m h(max_j Y_jm)`, `r`, at `r x q x m` values."""
        return self.of_best(y.amax(-2)).mean(-1)


@dataclass(frozen=True)
class QEI(SampledAcquisition):
    """Expected improvement of a batch: `Y = mu + L z - threshold`, `h(y) = max(y, 0)`.

    Attributes:
        threshold: What is to be improved, larger is better.
    """

    threshold: float

    def values(self, mean: Tensor, deviation: Tensor) -> Tensor:
        """See `SampledAcquisition`."""
        return mean + deviation - self.threshold

    def of_best(self, best: Tensor) -> Tensor:
        """See `SampledAcquisition`."""
        return best.clamp_min(0.0)


@dataclass(frozen=True)
class QPI(SampledAcquisition):
    """Smoothed probability of improvement: `Y = mu + L z - threshold`, `h(y) = sigmoid(y / temperature)`.

    Attributes:
        threshold: What is to be improved, larger is better.
        temperature: Width of the step, in units of the values.
    """

    threshold: float
    temperature: float = 1e-3

    def __post_init__(self) -> None:
        """Refuse a step without width, which has no gradient."""
        if not self.temperature > 0:
            raise ConfigError(f"QPI: temperature = {self.temperature!r}; give a positive width of the step")

    def values(self, mean: Tensor, deviation: Tensor) -> Tensor:
        """See `SampledAcquisition`."""
        return mean + deviation - self.threshold

    def of_best(self, best: Tensor) -> Tensor:
        """See `SampledAcquisition`."""
        return torch.sigmoid(best / self.temperature)


@dataclass(frozen=True)
class QSR(SampledAcquisition):
    """Expected largest value of a batch (simple reward): `Y = mu + L z`, `h(y) = y`."""

    def of_best(self, best: Tensor) -> Tensor:
        """See `SampledAcquisition`."""
        return best


@dataclass(frozen=True)
class QUCB(SampledAcquisition):
    """Upper confidence bound of a batch: `Y = mu + sqrt(beta pi / 2) |L z|`, `h(y) = y`.

    Of Wilson et al. (1712.00424). For a batch of one it is `mu + sqrt(beta) sigma`.

    Attributes:
        beta: Square of the width of the bound, not negative.
    """

    beta: float = 2.0

    def __post_init__(self) -> None:
        """Refuse a width that is no number."""
        if not self.beta >= 0:
            raise ConfigError(f"QUCB: beta = {self.beta!r}; give a number of at least 0")

    def values(self, mean: Tensor, deviation: Tensor) -> Tensor:
        """See `SampledAcquisition`."""
        return mean + math.sqrt(self.beta * math.pi / 2.0) * deviation.abs()

    def of_best(self, best: Tensor) -> Tensor:
        """See `SampledAcquisition`."""
        return best
