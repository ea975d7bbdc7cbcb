"""The nested toy problem of CompBO (2012.08240), whose maximum is known."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

from hebo.descent.nested import Nested

OPTIMUM = (0.0, math.asin(0.2))
"""Where `cos(x1) - |sin(x2) - 0.2|` is 1, its maximum on [-2, 2]^2."""


def toy() -> Nested:
    """Return `f(E_w[g_w(x)])`, `f(y) = cos(y1) - |sin(y2) - 0.2|`: each sample shows twice one of two coordinates."""
    return Nested(draw=_draw, inner=_inner, outer=_outer)


def exact(x: Tensor) -> Tensor:
    """Return the value without noise: `E_w[g_w(x)] = x`."""
    return _outer(x)


def _draw(n: int, generator: Generator) -> Tensor:
    first = torch.rand(n, generator=generator) < 0.5
    return 2.0 * torch.stack([first, ~first], dim=1)


def _inner(x: Tensor, w: Tensor) -> Tensor:
    return x.unsqueeze(1) * w


def _outer(y: Tensor) -> Tensor:
    return torch.cos(y[:, 0]) - (torch.sin(y[:, 1]) - 0.2).abs()
