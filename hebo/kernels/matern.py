"""Matern correlations of smoothness 3/2 and 5/2 at scaled squared distances, elementwise.

`k = (1 + s) exp(-s)` with `s = sqrt(3) r` for smoothness 3/2, `k = (1 + s + s^2 / 3) exp(-s)` with
`s = sqrt(5) r` for 5/2 (Rasmussen and Williams, 2006, 4.17).
"""

from __future__ import annotations

import math
from types import ModuleType
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import AfterValidator
from torch import Tensor

_ROOT_3, _ROOT_5 = math.sqrt(3.0), math.sqrt(5.0)
# Far below any distance that matters.
_TINY = 1e-24


def _known(nu: float) -> float:
    if nu not in (1.5, 2.5):
        raise ValueError(f"smoothness {nu:g} has no closed form here; use 1.5 or 2.5")
    return nu


Smoothness = Annotated[float, AfterValidator(_known)]
"""The `nu` of the correlation: 1.5 or 2.5."""


def matern(square: Tensor, smoothness: float) -> Tensor:
    """Return the correlation at squared distances; differentiable once, also where points coincide."""
    if not square.requires_grad:
        return _value_and_falling(square, smoothness)[0]
    untyped: Any = _Matern  # torch declares no types for `apply`
    value: Tensor = untyped.apply(square, smoothness)
    return value


def matern_with_slope(square: Any, smoothness: float, xp: ModuleType = np) -> tuple[Any, Any]:
    """Return the correlation and its derivative by the squared distance.

    Args:
        square: Scaled squared distances, an array or a tensor.
        smoothness: 1.5 or 2.5.
        xp: The library of `square`: numpy or torch.
    """
    # Large arrays cost more to allocate than to compute, hence the operations in place here and below.
    scaled = xp.sqrt(square)
    scaled *= _ROOT_3 if smoothness == 1.5 else _ROOT_5
    decay = -scaled
    xp.exp(decay, out=decay)
    scaled *= decay
    scaled += decay
    if smoothness == 1.5:
        return scaled, -1.5 * decay
    slope = (-5.0 / 6.0) * scaled
    decay *= square
    decay *= 5.0 / 3.0
    scaled += decay
    return scaled, slope


def matern_of_column(a: Tensor, b: Tensor, lengthscale: Tensor) -> Tensor:
    """Return the correlation of smoothness 5/2, `... x n x m`, of columns `... x n x 1` and `... x 1 x m`."""
    untyped: Any = _OfColumn
    value: Tensor = untyped.apply(a, b, lengthscale)
    return value


def _value_and_falling(square: Tensor, smoothness: float) -> tuple[Tensor, Tensor]:
    """Return the correlation, and what the slope by the squared distance is a multiple of."""
    if smoothness == 1.5:
        s = square.mul(3.0).add_(_TINY).sqrt_()
        decay = s.neg().exp_()
        return torch.addcmul(decay, s, decay), decay
    s = square.sqrt().mul_(_ROOT_5)
    decay = s.neg().exp_()
    linear = s.mul_(decay).add_(decay)
    return torch.addcmul(linear, decay, square, value=5.0 / 3.0), linear


class _Matern(torch.autograd.Function):
    """The correlation with its slope in closed form, which is finite where points coincide."""

    @staticmethod
    def forward(ctx: Any, square: Tensor, smoothness: float) -> Tensor:
        value, falling = _value_and_falling(square, smoothness)
        ctx.save_for_backward(falling * (-1.5 if smoothness == 1.5 else -5.0 / 6.0))
        return value

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient * ctx.saved_tensors[0], None


class _OfColumn(torch.autograd.Function):
    """`k = (1 + |s| + s^2 / 3) e^-|s|` with `s = sqrt(5) (a - b) / l`, so `dk/ds = -s (1 + |s|) e^-|s| / 3`.

    What the derivatives need is computed again from the points: there are too many columns to keep it.
    """

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, lengthscale: Tensor) -> Tensor:
        ctx.save_for_backward(a, b, lengthscale)
        s = ((a - b) * (_ROOT_5 / lengthscale)).abs_()
        decay = s.neg().exp_()
        return s.mul(1.0 / 3.0).add_(1.0).mul_(s).add_(1.0).mul_(decay)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        a, b, lengthscale = ctx.saved_tensors
        rate = _ROOT_5 / lengthscale
        s = (a - b) * rate
        size = s.abs()
        by_s = size.neg().exp_().mul_(size.add_(1.0)).mul_(s).mul_(gradient).mul_(-1.0 / 3.0)
        by_length = -(by_s * s).sum_to_size(lengthscale.shape) / lengthscale
        if not any(ctx.needs_input_grad[:2]):
            return None, None, by_length
        by_s *= rate
        return by_s.sum_to_size(a.shape), -by_s.sum_to_size(b.shape), by_length
