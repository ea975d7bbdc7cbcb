"""Bar distributions: histograms with full support, their moments and densities in closed form.

Notation: `m` bars with ends `b_0 < ... < b_m`, `p_k` the probability of bar `k`. The inner bars are uniform;
the first one is a half-normal that begins at `b_1` and goes to minus infinity, the last one begins at
`b_(m-1)` and goes to infinity. Half the mass of either lies between the two ends it has.
Source: Mueller et al., "PFNs4BO" (2305.17535), bars with full support.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from scipy import optimize, stats
from torch import Tensor

from hebo.linalg import log_expected_excess, log_phi

_MEDIAN = 0.6744897501960817
"""Of the half-normal with scale 1."""
_LOG_2 = math.log(2)
_ROOT_HALF = math.sqrt(0.5)
_ROOT_2_OVER_PI = math.sqrt(2 / math.pi)
_FINE = (0.0, 3.5)
"""Where most incumbents of generated tasks lie, in standard deviations of their contexts."""
_MIN_OUTER = 1.9
"""Least width of an outer bar: few bars end early, and their tails have to reach as far as those of many."""
_TAIL_FREEDOM, _TAIL_SCALE = 3.0, 1.1


def default_borders(m: int) -> Tensor:
    """Return the ends of `m` bars of equal mass, `m + 1` in double precision.

    Half of the mass is that of a Student distribution with three degrees of freedom, which the noise-free
    values of generated tasks follow closely in units of their contexts. The other half is uniform where
    incumbents are: improvements there are what acquisitions ask for, and bars of equal mass under the first
    law alone would be a tenth of a standard deviation wide.

    Args:
        m: Number of bars.
    """
    return torch.tensor(_equal_masses(m), dtype=torch.float64)


@lru_cache(maxsize=8)
def _equal_masses(m: int) -> tuple[float, ...]:
    low, high = _FINE

    def excess(value: float, level: float) -> float:
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return 0.5 * (float(stats.t.cdf(value / _TAIL_SCALE, _TAIL_FREEDOM)) + share) - level

    levels = [0.5 / m, *(k / m for k in range(1, m)), 1 - 0.5 / m]
    ends = [float(optimize.brentq(excess, -1e4, 1e4, args=(one,), xtol=1e-12)) for one in levels]
    return (min(ends[0], ends[1] - _MIN_OUTER), *ends[1:-1], max(ends[-1], ends[-2] + _MIN_OUTER))


@dataclass(frozen=True)
class Bars:
    """The bars of distributions.

    Attributes:
        borders: `m + 1` increasing ends.
    """

    borders: Tensor

    @cached_property
    def widths(self) -> Tensor:
        """`b_(k+1) - b_k`, `m`."""
        return self.borders.diff()

    @cached_property
    def scales(self) -> tuple[Tensor, Tensor]:
        """Scales of the half-normals of the first and of the last bar."""
        return self.widths[0] / _MEDIAN, self.widths[-1] / _MEDIAN

    @cached_property
    def centers(self) -> Tensor:
        """Means of the bars, `m`."""
        inner = 0.5 * (self.borders[1:-2] + self.borders[2:-1])
        first = self.borders[1] - _ROOT_2_OVER_PI * self.scales[0]
        last = self.borders[-2] + _ROOT_2_OVER_PI * self.scales[1]
        return torch.cat([first.reshape(1), inner, last.reshape(1)])

    @cached_property
    def variances(self) -> Tensor:
        """Variances of values within each bar, `m`: `w^2 / 12` of the inner ones."""
        outer = (1 - 2 / math.pi) * torch.stack(self.scales).square()
        return torch.cat([outer[:1], self.widths[1:-1].square() / 12, outer[1:]])

    def mean(self, log_p: Tensor) -> Tensor:
        """Return means, `...`, of distributions `... x m`."""
        return log_p.exp() @ self.centers

    def moments(self, log_p: Tensor) -> tuple[Tensor, Tensor]:
        """Return means and variances, `...` each, of distributions `... x m`."""
        p = log_p.exp()
        mean = p @ self.centers
        apart = self.centers - mean.unsqueeze(-1)
        return mean, (p * (self.variances + apart.square())).sum(-1)

    def log_density(self, log_p: Tensor, values: Tensor) -> Tensor:
        """Return log densities, `...`, at values `...` of distributions `... x m`."""
        k = torch.bucketize(values.detach().contiguous(), self.borders[1:-1].contiguous())
        chosen = log_p.gather(-1, k.unsqueeze(-1)).squeeze(-1)
        return chosen + self._log_within(k, values)

    def _log_within(self, k: Tensor, values: Tensor) -> Tensor:
        """Return the log density of values within their bars."""
        below = _LOG_2 + log_phi((self.borders[1] - values) / self.scales[0]) - self.scales[0].log()
        above = _LOG_2 + log_phi((values - self.borders[-2]) / self.scales[1]) - self.scales[1].log()
        inside = torch.where(k == 0, below, -self.widths.log()[k])
        return torch.where(k == len(self.borders) - 2, above, inside)

    def log_survival(self, tau: Tensor) -> Tensor:
        """Return `log P[f > tau]` of values of each bar, `... x m`, at thresholds `...`.

        Minus infinity of the bars below the threshold; always finite of the last one.
        """
        first, inner, over = self._parts(tau)
        share = (inner / self.widths[1:-1]).clamp_max(1.0)
        of_first = torch.special.erf(first / self.scales[0] * _ROOT_HALF)
        of_last = (_LOG_2 + torch.special.log_ndtr(-over / self.scales[1])).clamp_max(0.0)
        return torch.cat([_log(of_first), _log(share), of_last], -1)

    def log_excess(self, tau: Tensor) -> Tensor:
        """Return `log E[max(f - tau, 0)]` of values of each bar, `... x m`, at thresholds `...`.

        Exact, for the bar that holds the threshold as for the half-normals. Minus infinity of the bars below
        the threshold; always finite of the last one.
        """
        first, inner, over = self._parts(tau)
        width = self.widths[1:-1]
        of_inner = torch.where(inner < width, inner.square() / (2 * width), inner - width / 2)
        low, high = self.scales
        r = first / low
        half_phi = -torch.expm1(-0.5 * r.square()) / math.sqrt(2 * math.pi)
        of_first = low * (r * torch.special.erf(r * _ROOT_HALF) - 2 * half_phi)
        beyond = _LOG_2 + high.log() + log_expected_excess(-over / high)
        above = self.centers[-1] - tau.unsqueeze(-1)
        is_above = tau.unsqueeze(-1) <= self.borders[-2]
        of_last = torch.where(is_above, torch.where(is_above, above, 1.0).log(), beyond)
        return torch.cat([_log(of_first), _log(of_inner), of_last], -1)

    def _parts(self, tau: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return how far bars reach above a threshold: the first, the inner ones; and it above the last."""
        tau = tau.unsqueeze(-1)
        first = (self.borders[1] - tau).clamp_min(0.0)
        inner = (self.borders[2:-1] - tau).clamp_min(0.0)
        return first, inner, (tau - self.borders[-2]).clamp_min(0.0)

    def quantile(self, log_p: Tensor, level: float) -> Tensor:
        """Return quantiles, `...`, of distributions `... x m`.

        Args:
            log_p: Log probabilities of the bars.
            level: Between 0 and 1.
        """
        p = log_p.exp()
        total = p.cumsum(-1)
        k = (total < level * total[..., -1:]).sum(-1, keepdim=True).clamp_max(p.shape[-1] - 1)
        share = 1 - (total.gather(-1, k) - level * total[..., -1:]) / p.gather(-1, k)
        share = share.clamp(1e-12, 1 - 1e-12)
        inside = self.borders[k] + share * self.widths[k]
        low = self.borders[1] + self.scales[0] * torch.special.ndtri(share / 2)
        high = self.borders[-2] - self.scales[1] * torch.special.ndtri((1 - share) / 2)
        found = torch.where(k == 0, low, torch.where(k == p.shape[-1] - 1, high, inside))
        return found.squeeze(-1)

    def log_noisy_density(self, log_p: Tensor, values: Tensor, sd: Tensor) -> Tensor:
        """Return log densities, `...`, of values plus independent normal noise.

        Uniform bars become differences of normal distribution functions; half-normals become skew-normal.

        Args:
            log_p: `... x m` log probabilities of the bars.
            values: `...` noisy values.
            sd: `...` standard deviations of the noise, above zero.
        """
        y, sd = values.unsqueeze(-1), sd.unsqueeze(-1)
        ends = (y - self.borders[1:-1]) / sd
        inner = _log_between(ends[..., 1:], ends[..., :-1]) - self.widths[1:-1].log()
        first = _log_skew_normal(self.borders[1] - y, self.scales[0], sd)
        last = _log_skew_normal(y - self.borders[-2], self.scales[1], sd)
        return torch.logsumexp(log_p + torch.cat([first, inner, last], -1), -1)


def _log(values: Tensor) -> Tensor:
    """Logarithms of values that may be zero, whose slope is zero there."""
    is_some = values > 0
    return torch.where(is_some, torch.where(is_some, values, 1.0).log(), -torch.inf)


def _log_between(low: Tensor, high: Tensor) -> Tensor:
    """`log(Phi(high) - Phi(low))` for `low < high`, in the tail where both are far from the middle."""
    is_right = low + high > 0
    low, high = torch.where(is_right, -high, low), torch.where(is_right, -low, high)
    top, bottom = torch.special.log_ndtr(high), torch.special.log_ndtr(low)
    value: Tensor = top + torch.log(-torch.expm1((bottom - top).clamp_max(-1e-14)))
    return value


def _log_skew_normal(z: Tensor, scale: Tensor, sd: Tensor) -> Tensor:
    """Log density at `z` of a half-normal from zero up, plus normal noise."""
    root = (scale.square() + sd.square()).sqrt()
    weight = torch.special.log_ndtr(z * scale / (sd * root))
    value: Tensor = _LOG_2 + log_phi(z / root) - root.log() + weight
    return value
