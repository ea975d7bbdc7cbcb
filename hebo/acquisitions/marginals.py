"""What the analytic acquisitions share: the marginal mean and deviation at single points."""

from __future__ import annotations

from typing import Any

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.base import FastMarginals
from hebo.data import Data
from hebo.errors import IncompatibleError


def mean_and_sd(model: Model, x: Tensor) -> tuple[Tensor, Tensor]:
    """Posterior mean and standard deviation, `b` each, at `b x 1 x d` points.

    Raises:
        IncompatibleError: If points are joint (`q > 1`) or the model has several outputs.
    """
    if x.shape[-2] != 1:
        raise IncompatibleError(
            f"an analytic acquisition takes single points (b x 1 x d), not {tuple(x.shape)}; "
            "choose the points of a batch one after the other, or use a Monte Carlo acquisition"
        )
    if model.num_outputs != 1:
        raise IncompatibleError(f"an analytic acquisition takes one output, not {model.num_outputs}")
    if isinstance(model, FastMarginals):
        mean, variance = model.marginals(x.squeeze(-2))
        return mean, variance.clamp_min(1e-20).sqrt()
    mean, variance = _moments(model, x)
    return mean[..., 0, 0], variance[..., 0, 0].clamp_min(1e-20).sqrt()


@torch.no_grad()
def noise_sd(model: Model, data: Data) -> Tensor:
    """Standard deviation of the observation noise that the model sees at the best observed point."""
    if isinstance(model, FastMarginals):  # the same everywhere, and no posterior has to be built
        return model.noise_variance.sqrt()
    x = data.best.reshape(1, 1, -1)
    _, noisy = _moments(model, x, observation_noise=True)
    _, variance = _moments(model, x)
    return (noisy - variance).clamp_min(0.0).sqrt().squeeze()


@torch.no_grad()
def incumbent_mean(model: Model, data: Data) -> Tensor:
    """Largest posterior mean over the evaluated points: what an improvement is measured against.

    With noise this is a better guess of the best value than the mean at the best observation, which may
    have been lucky.
    """
    if isinstance(model, FastMarginals):
        return model.means(data.x).max()
    means, _ = mean_and_sd(model, data.x.unsqueeze(-2))
    return means.max()


def _moments(model: Model, x: Tensor, *, observation_noise: bool = False) -> tuple[Tensor, Tensor]:
    """Mean and variance, `b x q x 1`; BoTorch's base class does not declare that a posterior has them."""
    posterior: Any = model.posterior(x, observation_noise=observation_noise)
    return posterior.mean, posterior.variance
