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
    if smoothness == 1.5:
        scaled = (3.0 * square + _TINY).sqrt()
        return (1 + scaled) * torch.exp(-scaled)
    scaled = (5.0 * square + _TINY).sqrt()
    return (1 + scaled + (5.0 / 3.0) * square) * torch.exp(-scaled)


def matern_with_slope(square: Any, smoothness: float, xp: ModuleType = np) -> tuple[Any, Any]:
    """Correlation and its derivative by the squared distance, elementwise.

    Args:
        square: Scaled squared distances, an array or a tensor.
        smoothness: 1.5 or 2.5.
        xp: The library of `square`: numpy or torch.
    """
    if smoothness == 1.5:
        scaled = _ROOT_3 * xp.sqrt(square)
        decay = xp.exp(-scaled)
        return (1 + scaled) * decay, -1.5 * decay
    scaled = _ROOT_5 * xp.sqrt(square)
    decay = xp.exp(-scaled)
    falling = (1 + scaled) * decay
    return falling + (5.0 / 3.0) * square * decay, (-5.0 / 6.0) * falling


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Squared Euclidean distances, `... x n x m`, between `... x n x d` and `... x m x d` points."""
    cross = a @ b.mT
    lengths = a.square().sum(-1).unsqueeze(-1) + b.square().sum(-1).unsqueeze(-2)
    return (lengths - 2 * cross).clamp_min(0.0)
