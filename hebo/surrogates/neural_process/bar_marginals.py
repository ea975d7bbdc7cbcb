"""Predictions of single points as bar distributions, in the units of the data."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from hebo.surrogates.neural_process.bar_distribution import Bars

_MIN_VARIANCE = 1e-20


class BarMarginals:
    """Predictions `f = offset + scale z` at `b` points, `z` with a bar distribution; see `Marginals`.

    Args:
        bars: Of `z`, `m` of them.
        log_p: `b x m` log probabilities of the bars.
        offset: A scalar, or `b`.
        scale: A positive scalar.
    """

    def __init__(self, bars: Bars, log_p: Tensor, offset: Tensor, scale: Tensor) -> None:
        self.bars, self.log_p, self.offset, self.scale = bars, log_p, offset, scale

    @cached_property
    def _moments(self) -> tuple[Tensor, Tensor]:
        mean, variance = self.bars.moments(self.log_p)
        return self.offset + self.scale * mean, (self.scale.square() * variance).clamp_min(_MIN_VARIANCE)

    @property
    def mean(self) -> Tensor:
        """Means, `b`."""
        return self._moments[0]

    @property
    def sd(self) -> Tensor:
        """Standard deviations, `b`."""
        return self._moments[1].sqrt()

    def log_ei(self, tau: Tensor | float) -> Tensor:
        """`log E[max(f - tau, 0)]`, exact: the sum over bars, of which the last reaches any threshold."""
        excess = self.bars.log_excess(self._standardized(tau))
        return self.scale.log() + torch.logsumexp(self.log_p + excess, -1)

    def log_pi(self, tau: Tensor | float) -> Tensor:
        """`log P[f > tau]`, exact as well."""
        found = torch.logsumexp(self.log_p + self.bars.log_survival(self._standardized(tau)), -1)
        return found.clamp_max(0.0)  # probabilities of a network in single precision add up to 1 + 1e-7

    def ucb(self, kappa: float) -> Tensor:
        """`mu + kappa s`: quantiles so far out are those of bars that no training task has told apart."""
        return self.mean + kappa * self.sd

    def quantile(self, level: float) -> Tensor:
        """Quantiles, `b`, at a level between 0 and 1."""
        return self.offset + self.scale * self.bars.quantile(self.log_p, level)

    def log_density(self, values: Tensor, noise_sd: Tensor | None = None) -> Tensor:
        """Log densities, `b`, at `b` values: noise-free ones, or those with normal noise.

        Args:
            values: In the units of the data.
            noise_sd: `b` standard deviations of the noise.
        """
        z = (values - self.offset) / self.scale
        if noise_sd is None:
            found = self.bars.log_density(self.log_p, z)
        else:
            found = self.bars.log_noisy_density(self.log_p, z, noise_sd / self.scale)
        return found - self.scale.log()

    def shifted(self, by: Tensor) -> BarMarginals:
        """Return the predictions of `f + by`."""
        return BarMarginals(self.bars, self.log_p, self.offset + by, self.scale)

    def _standardized(self, tau: Tensor | float) -> Tensor:
        return (torch.as_tensor(tau).to(self.log_p) - self.offset) / self.scale
