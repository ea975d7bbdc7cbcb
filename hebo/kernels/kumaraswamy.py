"""Kumaraswamy input warping: `w(u) = 1 - (1 - u^a)^b` of columns in `[0, 1]`, with learned exponents.

A monotone map that stretches the parts of a column where a function varies fast (Snoek et al., 2014,
1402.0929). `a = b = 1` is the identity.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import torch
from gpytorch.module import Module
from torch import Tensor

from hebo.kernels.correlation import PositiveParameter, log_normal, register_positive

EDGE = 1e-6
"""Keeps the logarithms of the warp finite at the ends of a column."""

SPREAD = 0.5
"""Standard deviation of the prior of the logarithm of an exponent, whose mode is 1."""


def kumaraswamy(u: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Return the warped columns, `... x k`, of columns between `EDGE` and `1 - EDGE`."""
    powered = torch.exp(a * u.log())
    return -torch.expm1(b * torch.log1p(-powered))


class KumaraswamySlopes:
    """The warp with its derivatives in closed form, of arrays or tensors.

    With `p = u^a` and `q = (1 - p)^b` it is `w = 1 - q`, and `dw/du = a b (p / u) q / (1 - p)`,
    `dw/da = b q p log(u) / (1 - p)`, `dw/db = -q log(1 - p)`.

    Args:
        log_u: Logarithms of columns between `EDGE` and `1 - EDGE`, `... x k`.
        a: `k` exponents, or `... x 1 x k` of several problems.
        b: The same.
        xp: The library of the three: numpy or torch.
    """

    def __init__(self, log_u: Any, a: Any, b: Any, xp: ModuleType = np) -> None:
        self._log_u, self._a, self._b = log_u, a, b
        self._powered = xp.exp(a * log_u)
        self._log_rest = xp.log1p(-self._powered)
        self._rest = xp.exp(b * self._log_rest)
        self.value = 1 - self._rest

    def by_u(self, u: Any) -> Any:
        """Return the derivatives by the columns themselves, `... x k`."""
        return self._a * self._b * (self._powered / u) * (self._rest / (1 - self._powered))

    def along_log_exponents(self) -> tuple[Any, Any]:
        """Return the derivatives of the values by `log a` and by `log b`, `... n x k` each."""
        by_power = self._b / (1 - self._powered) * self._powered * self._log_u * self._a
        return self._rest * by_power, -self._rest * self._log_rest * self._b

    def by_log_exponents(self, by_value: Any) -> tuple[Any, Any]:
        """Return the slopes along `log a` and `log b`, `... k`, given those along values, `... n x k`."""
        by_rest = by_value * self._rest
        by_power = self._b / (1 - self._powered) * self._powered * self._log_u * self._a
        b = self._b if self._b.ndim == 1 else self._b[..., 0, :]
        return (by_rest * by_power).sum(-2), -(by_rest * self._log_rest).sum(-2) * b


class Kumaraswamy(Module):  # type: ignore[misc]  # gpytorch has no types
    """The warp as a layer before a kernel, with a log-normal prior of each exponent.

    Args:
        n: Number `k` of columns.

    Attributes:
        a: The inner exponents, `... x 1 x k`.
        b: The outer exponents, `... x 1 x k`.
    """

    a, b = PositiveParameter(), PositiveParameter()

    def __init__(self, n: int) -> None:
        super().__init__()
        for name in ("a", "b"):
            one = torch.ones(1, n, dtype=torch.float64)
            register_positive(self, name, one, log_normal(mode=1.0, spread=SPREAD))

    def forward(self, u: Tensor) -> Tensor:
        """Return the warped columns, `... x n x k`; a point at an end of a column has a slope, too."""
        inside = u + (u.clamp(EDGE, 1 - EDGE) - u).detach()
        return kumaraswamy(inside, self.a, self.b)
