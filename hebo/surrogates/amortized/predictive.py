"""Predictions of many warped GPs at once, differentiable by their hyperparameters.

They are those of `hebo.surrogates.gaussian_process.GaussianProcess`, on tensors with a leading axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from hebo.kernels.distances import squared_distances
from hebo.kernels.kumaraswamy import EDGE, kumaraswamy
from hebo.kernels.matern import matern
from hebo.kernels.transformed_overlap import mismatch_decay, mismatches
from hebo.surrogates.amortized.scores import Problems
from hebo.surrogates.gaussian_model import MIN_VARIANCE
from hebo.surrogates.gaussian_process import widening
from hebo.surrogates.hyperparameters import Layout
from hebo.surrogates.marginal_likelihood import JITTER


@dataclass(frozen=True)
class Predictions:
    """Predictions of `t` processes at `m` points each.

    Attributes:
        mean: `t x m`.
        variance: Of the function, `t x m`.
        noise: What predictions of observations are wider by, `t x 1`.
        log_likelihood: Log marginal likelihoods of the observations, `t`, in nats.
    """

    mean: Tensor
    variance: Tensor
    noise: Tensor
    log_likelihood: Tensor


def predict(problems: Problems, theta: Tensor, numeric: Tensor, codes: Tensor) -> Predictions:
    """Predict at points under given settings.

    Args:
        problems: `t` of them.
        theta: `t x p`.
        numeric: `t x m x k` columns in `[0, 1]`.
        codes: `t x m x c` categories.
    """
    layout, n = problems.layout, problems.n
    positive = {name: theta[:, group].exp().unsqueeze(-2) for name, group in layout.groups.items()}
    signal, noise, mean = positive["signal"], positive["noise"], theta[:, -1:]
    told = _Points(layout, positive, problems.numeric, problems.codes)
    asked = _Points(layout, positive, numeric.double(), codes)
    eye = torch.eye(n, dtype=theta.dtype, device=theta.device)
    covariance = signal * told.correlation(told, problems.smoothness) + (noise + JITTER * signal) * eye
    factor = torch.linalg.cholesky(covariance)
    weights = torch.cholesky_solve((problems.y - mean).unsqueeze(-1), factor)
    cross = signal * asked.correlation(told, problems.smoothness)
    whitened = torch.linalg.solve_triangular(factor, cross.mT, upper=False)
    variance = (signal[..., 0] - whitened.square().sum(-2)).clamp_min(MIN_VARIANCE)
    wider = widening(n)
    residual = (problems.y - mean) * weights[..., 0]
    value = 0.5 * residual.sum(-1) + factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    return Predictions(
        mean + (cross @ weights)[..., 0],
        wider * variance,
        wider * noise[..., 0] + _excess(factor, weights[..., 0], wider),
        -value - 0.5 * n * math.log(2 * math.pi),
    )


def _excess(factor: Tensor, weights: Tensor, wider: float) -> Tensor:
    """Return `GaussianModel.excess_loo_error`, `t x 1`."""
    eye = torch.eye(factor.shape[-1], dtype=factor.dtype, device=factor.device)
    inverse = torch.linalg.solve_triangular(factor, eye.expand_as(factor), upper=False)
    precision = inverse.square().sum(-2)
    excess: Tensor = (weights / precision).square() - wider / precision
    mean: Tensor = excess.clamp_min(0).mean(-1, keepdim=True)
    return mean


class _Points:
    """Features of points under the settings of their problems."""

    def __init__(self, layout: Layout, positive: dict[str, Tensor], numeric: Tensor, codes: Tensor) -> None:
        self._layout, self._codes, self._scale = layout, codes, positive["overlap_scale"]
        if layout.warp:
            inside = numeric.clamp(EDGE, 1 - EDGE)
            numeric = kumaraswamy(inside, positive["warp_a"], positive["warp_b"])
        self._features = numeric / positive["lengthscale"]

    def correlation(self, other: _Points, smoothness: float) -> Tensor:
        """Return the correlations with other points, `t x m x n`."""
        square = squared_distances(self._features, other._features)
        found = matern(square, smoothness)
        if not self._layout.n_categorical:
            return found
        differ = mismatches(self._codes, other._codes).to(found)
        weights = 1.0 / (self._scale * self._layout.n_categorical)
        decay: Tensor = mismatch_decay(differ, weights.mT.unsqueeze(-3), torch)
        both: Tensor = found * decay.squeeze(-1)
        return both
