"""Spaces and closed-form functions with known maxima, for tests of searches of acquisitions."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace

NUMERIC = DesignSpace().parse([{"name": name, "type": "num", "lb": -5, "ub": 5} for name in "abcd"])
LINE = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 10}])
MIXED = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -5, "ub": 5},
        {"name": "b", "type": "num", "lb": 0, "ub": 1},
        {"name": "k", "type": "int", "lb": 1, "ub": 100},
        {"name": "c", "type": "cat", "categories": list("uvwxyz")},
    ]
)
CONSTRAINED = DesignSpace().parse(
    [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"],
    constraints=[{"type": "linear", "coefficients": {"a": 1.0, "b": 1.0}, "ub": 1.0}],
)
CATEGORIES = DesignSpace().parse(
    [{"name": name, "type": "cat", "categories": list("uvwxyz")} for name in "abcdefg"]
)


def bowl(x: Tensor) -> Tensor:
    """Largest, 0, at 1 in every column."""
    return -(x - 1.0).square().sum(-1)


def corner(x: Tensor) -> Tensor:
    """Largest, 0, at 6 in every column; in `NUMERIC` it is -4 at the corner."""
    return -(x - 6.0).square().sum(-1)


def rastrigin(x: Tensor) -> Tensor:
    """Largest, 0, at 1 in every column; local maxima, about one apart, are one lower for each column."""
    away = x - 1.0
    return -(away.square() + 1.0 - torch.cos(2.0 * math.pi * away)).sum(-1)


def mixed(x: Tensor) -> Tensor:
    """Largest, 0, in `MIXED` at a = 2, b = 0.3, k = 70, c = w; the best b depends on c."""
    a, b, k, c = x.squeeze(-2).unbind(-1)
    wrong = (c != 2).to(x)
    off = (a - 2.0).square() + (4.0 * (b - 0.3 - 0.4 * wrong)).square() + ((k - 70.0) / 20.0).square()
    return -(off + wrong).unsqueeze(-1)


def beyond(x: Tensor) -> Tensor:
    """Largest at (0.9, 0.7); under `a + b <= 1` it is -0.18 at (0.6, 0.4)."""
    return -(x - torch.tensor([0.9, 0.7], dtype=x.dtype)).square().sum(-1)


def mismatches(x: Tensor) -> Tensor:
    """Largest, 0, where every column is 3."""
    return -(x != 3).to(x).sum(-1)


def two_bowls(x: Tensor) -> Tensor:
    """The Pareto set of these two is the segment from 0 to 1 on the diagonal."""
    return torch.stack([-x.square().sum(-1), -(x - 1.0).square().sum(-1)], dim=-1).squeeze(-2)
