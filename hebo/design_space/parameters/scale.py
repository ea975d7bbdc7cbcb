"""Scales: how a natural value becomes the number in its encoded column."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor

from hebo.design_space.values.precision import SAME

SAME_RELATIVE = 1e-5
"""The same on logarithmic scales, as a share of the value."""


class Scale(ABC):
    """A strictly increasing map between natural values and encoded ones."""

    @abstractmethod
    def forward(self, value: Tensor) -> Tensor:
        """Encode natural values; NaN or infinite where the scale does not reach."""

    @abstractmethod
    def inverse(self, x: Tensor) -> Tensor:
        """Return the natural values of encoded ones."""

    def slope(self, x: Tensor) -> Tensor:
        """Return the derivative of the natural value by the encoded one, at encoded values of any shape."""
        with torch.enable_grad():
            at = x.detach().clone().requires_grad_()
            (slope,) = torch.autograd.grad(self.inverse(at).sum(), at)
        return slope

    def tolerance(self, x: Tensor, ends: Tensor) -> Tensor:
        """Return how far from `x` an encoded value is the same setting, for a range with these two ends."""
        return torch.full_like(x, SAME * float(ends[1] - ends[0]))


@dataclass(frozen=True)
class Linear(Scale):
    """`x = value`."""

    def forward(self, value: Tensor) -> Tensor:
        """Return `value` itself."""
        return value

    def inverse(self, x: Tensor) -> Tensor:
        """Return `x` itself."""
        return x


@dataclass(frozen=True)
class Log(Scale):
    """`x = log(value) / log(base)`, for positive values.

    Bases 2 and 10 use the exact library functions, so that powers of ten have integer logarithms.
    """

    base: float = math.e

    def forward(self, value: Tensor) -> Tensor:
        """Return the logarithm of `value`."""
        if self.base == 10.0:
            return value.log10()
        return value.log2() if self.base == 2.0 else value.log() / math.log(self.base)

    def inverse(self, x: Tensor) -> Tensor:
        """Return `base` to the power `x`."""
        return x.exp() if self.base == math.e else torch.pow(self.base, x)

    def tolerance(self, x: Tensor, ends: Tensor) -> Tensor:
        """Return a share of the value, which is a constant here, but little of a narrow range."""
        width = float(ends[1] - ends[0])
        return torch.full_like(x, min(SAME_RELATIVE / math.log(self.base), 1e-3 * width))


@dataclass(frozen=True)
class Logit(Scale):
    """`x = log(value / (1 - value))`, for values strictly between 0 and 1."""

    def forward(self, value: Tensor) -> Tensor:
        """Return the log-odds of `value`."""
        return torch.logit(value)

    def inverse(self, x: Tensor) -> Tensor:
        """Return the logistic function of `x`."""
        return torch.sigmoid(x)
