"""Matern correlations of half-integer smoothness as functions of the squared distance."""

from __future__ import annotations

import math

import torch
from torch import Tensor

SMOOTHNESS = (1.5, 2.5)
_ROOT_3, _ROOT_5 = math.sqrt(3.0), math.sqrt(5.0)
# Keeps the root differentiable where points coincide; far below any distance that matters.
_TINY = 1e-24


def matern(square: Tensor, smoothness: float) -> Tensor:
    """Correlation at scaled squared distances, elementwise (Rasmussen and Williams, 2006, 4.17)."""
    r = (square + _TINY).sqrt()
    if smoothness == 1.5:
        scaled = _ROOT_3 * r
        return (1 + scaled) * torch.exp(-scaled)
    scaled = _ROOT_5 * r
    return (1 + scaled + (5.0 / 3.0) * square) * torch.exp(-scaled)


def matern_with_slope(square: Tensor, smoothness: float) -> tuple[Tensor, Tensor]:
    """Correlation and its derivative by the squared distance, elementwise."""
    r = (square + _TINY).sqrt()
    if smoothness == 1.5:
        scaled = _ROOT_3 * r
        decay = torch.exp(-scaled)
        return (1 + scaled) * decay, -1.5 * decay
    scaled = _ROOT_5 * r
    decay = torch.exp(-scaled)
    rise = 1 + scaled
    return (rise + (5.0 / 3.0) * square) * decay, (-5.0 / 6.0) * rise * decay


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Squared Euclidean distances, `... x n x m`, between `... x n x d` and `... x m x d` points."""
    cross = a @ b.mT
    lengths = a.square().sum(-1).unsqueeze(-1) + b.square().sum(-1).unsqueeze(-2)
    return (lengths - 2 * cross).clamp_min(0.0)
