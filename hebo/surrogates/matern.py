"""Matern correlations of smoothness 3/2 and 5/2 as functions of the squared distance."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor

SMOOTHNESS = (1.5, 2.5)
_ROOT_3, _ROOT_5 = math.sqrt(3.0), math.sqrt(5.0)
# Keeps the root differentiable where points coincide; far below any distance that matters.
_TINY = 1e-24


def matern(square: Tensor, smoothness: float) -> Tensor:
    """Correlation at scaled squared distances, elementwise (Rasmussen and Williams, 2006, 4.17)."""
    # Large arrays cost more to allocate than to compute, hence the operations in place here and below.
    if smoothness == 1.5:
        scaled = square.mul(3.0).add_(_TINY).sqrt_()
        decay = scaled.neg().exp_()
        return torch.addcmul(decay, scaled, decay)
    scaled = square.mul(5.0).add_(_TINY).sqrt_()
    decay = scaled.neg().exp_()
    return torch.addcmul(decay, scaled.add(square, alpha=5.0 / 3.0), decay)


def matern_with_slope(square: Any, smoothness: float, xp: ModuleType = np) -> tuple[Any, Any]:
    """Correlation and its derivative by the squared distance, elementwise.

    Args:
        square: Scaled squared distances, an array or a tensor.
        smoothness: 1.5 or 2.5.
        xp: The library of `square`: numpy or torch.
    """
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


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Squared Euclidean distances, `... x n x m`, between `... x n x d` and `... x m x d` points."""
    square = (a @ b.mT).mul_(-2)
    square += a.square().sum(-1).unsqueeze(-1)
    square += b.square().sum(-1).unsqueeze(-2)
    return square.clamp_min_(0.0)
