"""Box-Cox and Yeo-Johnson power transforms, each with its maximum-likelihood fit and its inverse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Tensor

Array = NDArray[np.float64]

# Powers outside this range only magnify rounding: at 5, values 1000 apart become 1e15 apart.
_POWERS = (-5.0, 5.0)
_LOG_LIMIT = 1e-8


class PowerFamily(Protocol):
    """An increasing map of the line (or of its positive half) and its inverse."""

    def forward(self, z: Tensor) -> Tensor:
        """Map values."""

    def inverse(self, s: Tensor) -> Tensor:
        """Invert `forward`; values outside its range give NaN."""


@dataclass(frozen=True)
class Identity:
    """No power at all."""

    def forward(self, z: Tensor) -> Tensor:
        """Return `z`."""
        return z

    def inverse(self, s: Tensor) -> Tensor:
        """Return `s`."""
        return s


@dataclass(frozen=True)
class BoxCox:
    """`(z^p - 1) / p`, or `log z` at `p = 0`, for positive `z` (Box and Cox, 1964)."""

    power: float
    needs_positive: ClassVar[bool] = True

    @classmethod
    def fit(cls, z: Tensor) -> BoxCox:
        """Return the member under which `z` is most like a normal sample."""
        log = np.log(z.cpu().numpy())
        return cls(_most_likely(lambda power: _box_cox(log, power), float(log.sum()), len(log)))

    def forward(self, z: Tensor) -> Tensor:
        """Map positive values; others give NaN."""
        log = torch.log(z)
        return log if abs(self.power) < _LOG_LIMIT else torch.expm1(self.power * log) / self.power

    def inverse(self, s: Tensor) -> Tensor:
        """Invert `forward`; scores beyond its range give the end of theirs, 0 or infinity."""
        if abs(self.power) < _LOG_LIMIT:
            return torch.exp(s)
        return torch.exp(torch.log1p((self.power * s).clamp_min(-1.0)) / self.power)


@dataclass(frozen=True)
class YeoJohnson:
    """Box-Cox of `1 + z` with power `p` above 0, of `1 - z` with `2 - p` below (Yeo and Johnson, 2000)."""

    power: float
    needs_positive: ClassVar[bool] = False

    @classmethod
    def fit(cls, z: Tensor) -> YeoJohnson:
        """Return the member under which `z` is most like a normal sample."""
        values = z.cpu().numpy()
        log = np.log1p(np.abs(values))
        above = values >= 0

        def transformed(power: float) -> Array:
            return np.where(above, _box_cox(log, power), -_box_cox(log, 2.0 - power))

        stretch = float(np.where(above, log, -log).sum())
        return cls(_most_likely(transformed, stretch, len(log)))

    def forward(self, z: Tensor) -> Tensor:
        """Map values of any sign."""
        above, below = BoxCox(self.power), BoxCox(2.0 - self.power)
        up = above.forward(1 + z.clamp_min(0.0))
        down = -below.forward(1 - z.clamp_max(0.0))
        return torch.where(z >= 0, up, down)

    def inverse(self, s: Tensor) -> Tensor:
        """Invert `forward`."""
        above, below = BoxCox(self.power), BoxCox(2.0 - self.power)
        up = above.inverse(s.clamp_min(0.0)) - 1
        down = 1 - below.inverse(-s.clamp_max(0.0))
        return torch.where(s >= 0, up, down)


def _box_cox(log: Array, power: float) -> Array:
    return log if abs(power) < _LOG_LIMIT else np.expm1(power * log) / power


def _most_likely(transformed: Callable[[float], Array], stretch: float, n: int) -> float:
    """Maximize the normal likelihood of transformed values over the power.

    `(p - 1) S - n/2 log var t(p)`, the profile likelihood of mean and variance (Box and Cox, 1964), where
    `S` is the derivative of the log Jacobian by the power. Values that overflow count as impossible.
    """

    def cost(power: float) -> float:
        with np.errstate(all="ignore"):
            value = 0.5 * n * float(np.log(np.var(transformed(power)))) - (power - 1) * stretch
        return value if np.isfinite(value) else 1e300

    return float(minimize_scalar(cost, bounds=_POWERS, method="bounded").x)
