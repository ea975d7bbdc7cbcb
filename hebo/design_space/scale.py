"""Scales: how a natural value becomes the number in its encoded column."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor


class Scale(ABC):
    """A strictly increasing map between natural values and encoded ones."""

    @abstractmethod
    def forward(self, value: Tensor) -> Tensor:
        """Encode natural values; NaN or infinite where the scale does not reach."""

    @abstractmethod
    def inverse(self, x: Tensor) -> Tensor:
        """Return the natural values of encoded ones."""


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


@dataclass(frozen=True)
class Logit(Scale):
    """`x = log(value / (1 - value))`, for values strictly between 0 and 1."""

    def forward(self, value: Tensor) -> Tensor:
        """Return the log-odds of `value`."""
        return torch.logit(value)

    def inverse(self, x: Tensor) -> Tensor:
        """Return the logistic function of `x`."""
        return torch.sigmoid(x)
