"""Outcome models: predictions of what is measured, in its own units.

A surrogate predicts scores with normal distributions; a measured value is a monotone function of its score.
So quantiles go through the inverse of the transform as they are, and means do not: those are integrals.

Notation: `n` points, `d` columns, `k` quantiles, `s` draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np
import torch
from botorch.models.model import Model
from torch import Tensor

LEVEL = 0.9
"""Probability of an interval."""

Z = float(torch.special.ndtri(torch.tensor(0.5 + LEVEL / 2, dtype=torch.float64)))
"""Half the width of a normal interval of that probability, in standard deviations."""

N_NODES = 20
"""Of the quadrature of means and variances."""

FAR = 10.0
"""Ranges of the observed values beyond which no value is believed: some transforms have no end there."""

_AT_ONCE = 4096


class Offset(Protocol):
    """What is added to all values of a context."""

    def at(self, x: Tensor) -> Tensor:
        """Return the offsets, `n`, at `n x d` points."""

    def variance(self, x: Tensor) -> Tensor:
        """Return their variances, `n`, where told contexts do not say what they are."""


class Success(Protocol):
    """How likely evaluations are to succeed."""

    def log_probability(self, x: Tensor) -> Tensor:
        """Return log probabilities, `n`, at `n x 1 x d` points."""


@dataclass(frozen=True)
class HeldOut:
    """Cross-validation: each observation predicted by a model that was fitted without it; as scores.

    Attributes:
        x: `n x d` points.
        y: `n` observed scores.
        mean: What the models predict.
        sd: How far off a measurement may be by them, noise included.
    """

    x: Tensor
    y: Tensor
    mean: Tensor
    sd: Tensor

    @property
    def standardized(self) -> Tensor:
        """Errors in units of their standard deviations, `n`."""
        return (self.y - self.mean) / self.sd


@dataclass(frozen=True)
class OutcomeModel:
    """The model of one measured quantity.

    A value is `shift + slope * (inverse(score) + offset(x))`.

    Attributes:
        model: A BoTorch model of one output: the score.
        held_out: How well such models predict what they were not fitted to.
        inverse: Increasing function of scores.
        limits: Least and largest result of `inverse` that is believed.
        slope: From there to the units of the measured value.
        shift: The same.
        offset: Of contexts; None where there are none.
        width: What standard deviations are multiplied by; see `hebo.explain.calibration`.
        device: Where the model computes.
        measure: Of the scores of a risk measure of values, where points are chosen by one; None: by values.
    """

    model: Model
    held_out: HeldOut
    inverse: Callable[[Tensor], Tensor]
    limits: tuple[float, float]
    slope: float = 1.0
    shift: float = 0.0
    offset: Offset | None = None
    width: float = 1.0
    device: str = "cpu"
    measure: Model | None = None

    def measured_as(self, slope: float, shift: float = 0.0) -> Self:
        """Return the model of `shift + slope * value`."""
        return replace(self, slope=self.slope * slope, shift=shift + slope * self.shift)

    @property
    def direction(self) -> float:
        """1 where values grow with scores, -1 where they fall."""
        return 1.0 if self.slope > 0 else -1.0

    @property
    def range(self) -> float:
        """How far apart observed values are, in units of the measured value."""
        low, high = self.limits
        return abs(self.slope) * (high - low) / (2 * FAR + 1)

    @torch.no_grad()
    def scores(self, x: Tensor, *, observation_noise: bool) -> tuple[Tensor, Tensor]:
        """Return means and standard deviations of scores, `n` each, at `n x d` points."""
        parts = torch.split(x, _AT_ONCE)
        found = [self._scores(part, observation_noise) for part in parts]
        mean, sd = (torch.cat(part) for part in zip(*found, strict=True))
        return mean, self.width * sd

    def _scores(self, x: Tensor, observation_noise: bool) -> tuple[Tensor, Tensor]:
        return normal_scores(self.model, x.to(self.device), observation_noise=observation_noise)

    def values(self, scores: Tensor, x: Tensor) -> Tensor:
        """Return measured values of scores, `... x n`, at `n x d` points."""
        found = self.inverse(scores).clamp(*self.limits)
        if self.offset is not None:
            found = found + self.offset.at(x)
        return self.shift + self.slope * found

    def offset_sd(self, x: Tensor) -> Tensor:
        """Return the standard deviations of unknown offsets, `n`, in units of the measured value."""
        if self.offset is None:
            return torch.zeros(len(x), dtype=x.dtype)
        return abs(self.slope) * self.offset.variance(x).clamp_min(0.0).sqrt()

    def quantiles(self, x: Tensor, z: Tensor, *, observation_noise: bool) -> Tensor:
        """Return quantiles of measured values, `n x k`, at `n x d` points.

        Args:
            x: The points.
            z: `k` standard-normal quantiles.
            observation_noise: Whether they are those of a new measurement, or of the quantity itself.
        """
        mean, sd = self.scores(x, observation_noise=observation_noise)
        found = self.values(mean + self.direction * z.unsqueeze(-1) * sd, x)
        unknown = self.offset_sd(x)
        if bool((unknown > 0).any()):  # independent of the score: squares of the distances add up
            middle, far = self.values(mean, x), z.unsqueeze(-1)
            found = middle + far.sign() * torch.hypot(found - middle, far * unknown)
        return found.mT

    def moments(self, x: Tensor, *, observation_noise: bool) -> tuple[Tensor, Tensor]:
        """Return means and standard deviations of measured values, `n` each, by Gauss-Hermite quadrature."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(N_NODES)
        share = torch.from_numpy(weights / weights.sum())
        found = self.quantiles(x, torch.from_numpy(nodes), observation_noise=observation_noise)
        mean = found @ share
        return mean, ((found - mean.unsqueeze(-1)).square() @ share).sqrt()

    def interval(self, x: Tensor, *, observation_noise: bool) -> tuple[Tensor, Tensor]:
        """Return the ends of the central 90 % interval, `n` each."""
        low, high = self.quantiles(
            x, torch.tensor([-Z, Z], dtype=torch.float64), observation_noise=observation_noise
        ).unbind(-1)
        return low, high

    def probability(self, x: Tensor, lower: float | None, upper: float | None) -> Tensor:
        """Return the probability that the quantity itself is between two limits, `n`.

        It is for quantities that are modeled as they are, which are normal.
        """
        mean, sd = self.moments(x, observation_noise=False)
        sd = sd.clamp_min(1e-300)
        below = 1.0 if upper is None else torch.special.ndtr((upper - mean) / sd)
        above = 0.0 if lower is None else torch.special.ndtr((lower - mean) / sd)
        return (below - above) * torch.ones_like(mean)


@dataclass(frozen=True)
class OutcomeModels:
    """The models of all that is measured.

    Attributes:
        objectives: One for each objective.
        constraints: One for each measured constraint.
        success: Of which evaluations succeed; None where none failed, or failures are not modeled.
    """

    objectives: tuple[OutcomeModel, ...]
    constraints: tuple[OutcomeModel, ...] = ()
    success: Success | None = None


@torch.no_grad()
def normal_scores(model: Model, x: Tensor, *, observation_noise: bool) -> tuple[Tensor, Tensor]:
    """Return means and standard deviations of scores, `n` each on the CPU, at `n x d` points."""
    posterior: Any = model.posterior(x.unsqueeze(-2), observation_noise=observation_noise)
    mean, variance = posterior.mean[..., 0, 0], posterior.variance[..., 0, 0]
    return mean.cpu(), variance.clamp_min(0.0).sqrt().cpu()


def limits_of(y: Tensor) -> tuple[float, float]:
    """Return the least and largest value that is believed, given `n` observed ones."""
    low, high = float(y.min()), float(y.max())
    far = FAR * (high - low) if high > low else max(1.0, abs(high))
    return low - far, high + far
