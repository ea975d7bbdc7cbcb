"""Values as a surrogate of HEBO sees them: after a power transform that is fitted to the context.

HEBO fits its models to values that went through Box-Cox or Yeo-Johnson (`hebo.transforms.power`). After
that even the values of wild functions look normal in the context, and bad values elsewhere are compressed.
A model trained on values as they are expects more of the unknown than there is then.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Generator, Tensor

from hebo.training.tasks import MIN_SPREAD, TaskBatch

_POWERS = (-1.0, 3.0, 33)
"""First and last power that is tried, and how many. Of a few values further ones are accidents."""

_LEAST = (0.01, 1.0)
"""Smallest and largest distance of the best cost from 0, where all are positive."""

_MAX = 30.0
"""Values that a power takes further than this are only very bad, or very good."""


def normalized(batch: TaskBatch, share: float, *, generator: Generator) -> TaskBatch:
    """Return tasks whose values went through a power transform, in units of their contexts.

    Half of them are costs above zero, which go through Box-Cox, the others go through Yeo-Johnson with an
    origin at random. The power is the likeliest of a grid. The spread of a context is that of a sample
    (divided by `n - 1`), as in HEBO.

    Args:
        batch: The tasks, in units of their contexts.
        share: Of tasks that are transformed.
        generator: Source of every random decision, on the device of the tasks.
    """
    u = torch.rand(3, len(batch), 1, generator=generator, device=batch.y.device)
    shift = torch.randn(len(batch), 1, generator=generator, device=batch.y.device)
    values = torch.cat([batch.y, batch.query_y, batch.query_f], -1).double()
    low, high = (torch.tensor(one).log() for one in _LEAST)
    above = values.amax(-1, keepdim=True) + (low + u[0] * (high - low)).exp()
    is_positive = u[1] < 0.5
    cost = torch.where(is_positive, above - values, shift - values)
    sign, log = _signs_and_logs(cost, is_positive)
    n = batch.y.shape[1]
    power = _likeliest(sign[:, :n], log[:, :n])
    return _in_units(batch, torch.where(u[2] < share, -_powered(sign, log, power), values))


def _signs_and_logs(cost: Tensor, is_positive: Tensor) -> tuple[Tensor, Tensor]:
    """Return what both families are made of: `s (exp(q L) - 1) / q`, with `q = p`, or `2 - p` below 0."""
    sign = torch.where(is_positive | (cost >= 0), 1.0, -1.0)
    return sign, torch.where(is_positive, cost.clamp_min(1e-9).log(), cost.abs().log1p())


def _powered(sign: Tensor, log: Tensor, power: Tensor) -> Tensor:
    q = torch.where(sign > 0, power, 2 - power)
    q = torch.where(q.abs() < 1e-3, torch.full_like(q, 1e-3), q)
    return sign * torch.expm1((q * log).clamp_max(_MAX)) / q


def _likeliest(sign: Tensor, log: Tensor) -> Tensor:
    """Return the power under which each context is most like a normal sample, `t x 1`.

    The profile likelihood is `(p - 1) S - n/2 log var t(p)` (Box and Cox, 1964), `S` the sum of `s L`.
    """
    powers = torch.linspace(*_POWERS, dtype=log.dtype, device=log.device)
    each = _powered(sign.unsqueeze(1), log.unsqueeze(1), powers[:, None])
    variance = each.var(-1, correction=0).clamp_min(1e-12)
    fit = (powers - 1) * (sign * log).sum(-1, keepdim=True) - 0.5 * log.shape[-1] * variance.log()
    return powers[fit.argmax(-1)].unsqueeze(-1)


def _in_units(batch: TaskBatch, values: Tensor) -> TaskBatch:
    n, m = batch.y.shape[1], batch.query_y.shape[1]
    context = values[:, :n]
    spread = context.std(-1, keepdim=True)
    scale = torch.where(spread > MIN_SPREAD, spread, torch.ones_like(spread))
    values = (values - context.mean(-1, keepdim=True)) / scale
    y, query_y, query_f = values[:, :n], values[:, n : n + m], values[:, n + m :]
    noise = (query_y - query_f).abs()  # its size at the query; a power changes it from point to point
    return replace(batch, y=y, query_y=query_y, query_f=query_f, query_noise=noise)
