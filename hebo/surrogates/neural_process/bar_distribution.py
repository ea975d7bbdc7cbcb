"""Bar distributions: histograms with full support, and what they say of improvements in closed form.

Notation: `m` bars with ends `b_0 < ... < b_m`, `p_k` the probability of bar `k`. The inner bars are uniform;
the first one is a half-normal that begins at `b_1` and goes to minus infinity, the last one begins at
`b_(m-1)` and goes to infinity. Half the mass of either lies between the two ends it has.
Source: Mueller et al., "PFNs4BO" (2305.17535), "Riemann distribution with full support".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from scipy import optimize, stats
from torch import Tensor

from hebo.linalg import log_phi

_HALF_NORMAL_MEDIAN = 0.6744897501960817
_LOG_2 = math.log(2)
_ROOT_2_OVER_PI = math.sqrt(2 / math.pi)
_FINE = (0.0, 3.5)
"""Where most incumbents of generated tasks lie, in standard deviations of their contexts."""
_TAIL_FREEDOM, _TAIL_SCALE = 3.0, 1.1


@lru_cache(maxsize=8)
def default_borders(m: int) -> Tensor:
    """Return the ends of `m` bars of equal mass, `m + 1` in double precision.

    Half of the mass is that of a Student distribution with three degrees of freedom, which the noise-free
    values of the generated tasks follow closely in units of their contexts. The other half is uniform where
    incumbents are: improvements there are what the acquisitions ask for, and bars of equal mass under the
    first law alone would be a tenth of a standard deviation wide.

    Args:
        m: Number of bars.
    """

    def mass(value: float) -> float:
        low, high = _FINE
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return 0.5 * (float(stats.t.cdf(value / _TAIL_SCALE, _TAIL_FREEDOM)) + share)

    levels = [0.5 / m, *(k / m for k in range(1, m)), 1 - 0.5 / m]
    ends = [
        float(optimize.brentq(lambda b, at=level: mass(b) - at, -1e4, 1e4, xtol=1e-12)) for level in levels
    ]
    return torch.tensor(ends, dtype=torch.float64)


@dataclass(frozen=True)
class Bars:
    """The bars of a distribution.

    Attributes:
        borders: `m + 1` increasing ends.
    """

    borders: Tensor

    @property
    def widths(self) -> Tensor:
        """`b_(k+1) - b_k`, `m`."""
        return self.borders.diff()

    @property
    def lower_scale(self) -> Tensor:
        """Scale of the half-normal of the first bar."""
        return (self.borders[1] - self.borders[0]) / _HALF_NORMAL_MEDIAN

    @property
    def upper_scale(self) -> Tensor:
        """Scale of the half-normal of the last bar."""
        return (self.borders[-1] - self.borders[-2]) / _HALF_NORMAL_MEDIAN

    @cached_property
    def centers(self) -> Tensor:
        """Means of the bars, `m`."""
        inner = 0.5 * (self.borders[1:-2] + self.borders[2:-1])
        first = self.borders[1] - _ROOT_2_OVER_PI * self.lower_scale
        last = self.borders[-2] + _ROOT_2_OVER_PI * self.upper_scale
        return torch.cat([first.reshape(1), inner, last.reshape(1)])

    @cached_property
    def variances(self) -> Tensor:
        """Variances of values within each bar, `m`: `w^2 / 12` of the inner ones."""
        inner = self.widths[1:-1].square() / 12
        outer = (1 - 2 / math.pi) * torch.stack([self.lower_scale, self.upper_scale]).square()
        return torch.cat([outer[:1], inner, outer[1:]])

    def expected_excess(self, tau: Tensor) -> Tensor:
        """Return `E[max(f - tau, 0)]` of each bar, `... x m`, for thresholds `...`."""
        tau, low, high = tau.unsqueeze(-1), self.borders[:-1], self.borders[1:]
        whole = self.centers - tau
        part = (high - tau).clamp_min(0).square() / (2 * self.widths)
        inner = torch.where(tau <= low, whole, part)
        first, last = self.borders[1], self.borders[-2]
        below = _excess((first - tau) / self.lower_scale) * self.lower_scale + whole[..., :1]
        above = _excess((tau - last) / self.upper_scale) * self.upper_scale
        lowest = torch.where(tau < first, below, torch.zeros_like(below))
        highest = torch.where(tau <= last, whole[..., -1:], above)
        return torch.cat([lowest, inner[..., 1:-1], highest], -1)

    def index(self, values: Tensor) -> Tensor:
        """Return the bar that each value lies in, of the same shape."""
        return torch.bucketize(values.detach(), self.borders[1:-1].contiguous())

    def log_density(self, log_p: Tensor, values: Tensor) -> Tensor:
        """Return log densities, `...`, at values `...` of distributions `... x m`."""
        k = self.index(values)
        chosen = log_p.gather(-1, k.unsqueeze(-1)).squeeze(-1)
        return chosen + self._log_within(k, values)

    def _log_within(self, k: Tensor, values: Tensor) -> Tensor:
        """Return the log density of values within their bars."""
        inside = -self.widths.log()[k]
        low, high = self.borders[1] - values, values - self.borders[-2]
        below = _LOG_2 + log_phi(low / self.lower_scale) - self.lower_scale.log()
        above = _LOG_2 + log_phi(high / self.upper_scale) - self.upper_scale.log()
        last = len(self.borders) - 2
        return torch.where(k == 0, below, torch.where(k == last, above, inside))

    def mean(self, log_p: Tensor) -> Tensor:
        """Return means, `...`, of distributions `... x m`."""
        return log_p.exp() @ self.centers

    def moments(self, log_p: Tensor) -> tuple[Tensor, Tensor]:
        """Return means and variances, `...` each, of distributions `... x m`."""
        p = log_p.exp()
        mean = p @ self.centers
        apart = self.centers - mean.unsqueeze(-1)
        return mean, (p * (self.variances + apart.square())).sum(-1)


def _excess(z: Tensor) -> Tensor:
    """Return `E[max(|Z| - z, 0)]` of a standard normal `Z`, for positive `z`."""
    density = torch.exp(-0.5 * z.square()) / math.sqrt(2 * math.pi)
    return 2 * (density - z * torch.special.ndtr(-z))
