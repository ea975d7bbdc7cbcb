"""Covariances of a neural process: what its mean at one point learns from a value at another.

Notation: `b` batches of `q` joint points, `n` observations, `d` columns.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

_STEP = 1.0
"""Of the differences, in standard deviations of a new observation."""

_MAX_TOKENS = 32768
"""Most tokens, of observations and of points to be predicted, at once."""

_LEAST = 1e-6
"""Least eigenvalue of a correlation matrix."""


class Means(Protocol):
    """Predictions from `t` sets of observations."""

    def means(self, x: Tensor) -> Tensor:
        """Return means, `t x b`, at `t x b x d` points."""


class Reader(Protocol):
    """What reads observations and predicts from them."""

    def encoded(self, x: Tensor, y: Tensor) -> Means:
        """Return predictions from `t` sets of observations, `t x n x d` points and `t x n` values."""


class Observed(Protocol):
    """A model of `n` observations that read them all."""

    @property
    def x(self) -> Tensor:
        """Points, `n x d`."""

    @property
    def y(self) -> Tensor:
        """Values, `n`."""

    @property
    def noise_variance(self) -> Tensor:
        """Variance of the observation noise."""

    @property
    def predictor(self) -> Reader:
        """What read them."""


def covariances(model: Observed, x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """Return covariances, `... x q x q`, of the values at joint points.

    In a Gaussian process an observation `y_i` at `x_i` moves the mean at `x_j` by
    `k_ij / (k_ii + s_i^2)` of its surprise, `s_i^2` being the noise. So `k_ij` is taken to be
    `(k_ii + s_i^2) dE[f_j | y_i] / dy_i`, a central difference over observations that are appended to the
    context one or the other standard deviation off their mean. Both directions are averaged. A network is no
    Gaussian process, so correlations are shrunk together until all eigenvalues are positive. The diagonal
    keeps the variances of the bars.

    Args:
        model: Conditioned on `n` observations.
        x: `... x q x d` points.
        mean: `... x q` means there.
        variance: `... x q` variances there.
    """
    q, d = x.shape[-2:]
    points, mean, of_f = x.reshape(-1, q, d), mean.reshape(-1, q), variance.reshape(-1, q)
    of_y = of_f + model.noise_variance
    rows = points.reshape(-1, d), mean.reshape(-1), of_y.sqrt().reshape(-1)
    others = points.unsqueeze(1).expand(-1, q, q, d).reshape(-1, q, d)
    size = max(1, _MAX_TOKENS // (len(model.x) + 1 + q))
    parts = zip(*(one.split(size) for one in (*rows, others)), strict=True)
    slopes = torch.cat([_slopes(model, *part) for part in parts]).reshape(-1, q, q)
    roots = of_f.sqrt()
    correlation = of_y.unsqueeze(-1) * slopes / (roots.unsqueeze(-1) * roots.unsqueeze(-2))
    correlation = _shrunk((0.5 * (correlation + correlation.mT)).clamp(-1.0, 1.0))
    found: Tensor = correlation * roots.unsqueeze(-1) * roots.unsqueeze(-2)
    return found.reshape(*x.shape[:-1], q)


def _slopes(model: Observed, x: Tensor, mean: Tensor, sd: Tensor, others: Tensor) -> Tensor:
    """Return how means at other points answer to a new observation at each point, `t x q`.

    Args:
        model: Conditioned on `n` observations.
        x: `t x d` points.
        mean: `t` means there.
        sd: `t` standard deviations of new observations there.
        others: `t x q x d` points.
    """
    n = len(model.x)
    appended = torch.cat([model.x.expand(len(x), n, -1), x.unsqueeze(1)], 1)
    answers = []
    for sign in (1.0, -1.0):
        last = (mean + sign * _STEP * sd).unsqueeze(-1)
        values = torch.cat([model.y.expand(len(x), n), last], -1)
        answers.append(model.predictor.encoded(appended, values).means(others))
    return (answers[0] - answers[1]) / (2 * _STEP * sd.unsqueeze(-1))


def _shrunk(correlation: Tensor) -> Tensor:
    """Return correlations with ones on the diagonal, the others as large as positive eigenvalues allow."""
    off = correlation - torch.diag_embed(correlation.diagonal(dim1=-2, dim2=-1))
    one = torch.eye(off.shape[-1], dtype=off.dtype, device=off.device)
    least = torch.linalg.eigvalsh((off + one).detach())[..., 0]
    share = ((1 - _LEAST) / (1 - least).clamp_min(1e-12)).clamp_max(1.0)
    shrunk: Tensor = one + share.unsqueeze(-1).unsqueeze(-1) * off
    return shrunk
