"""Posterior covariances of single points with a set of others, as acquisitions over sets ask for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.abilities import CrossCovariance, NoiseProfile
from hebo.acquisitions.marginals import noise_sd
from hebo.base import FittedModels
from hebo.data import Data

_JOINT = 256
"""Points in one joint posterior of a model without `cross`."""


def known_points(models: FittedModels, data: Data) -> Tensor:
    """Return the different points that the models are conditioned on, evaluated or pending, `n x d`."""
    parts = [data.x, models.pending.to(data.x)] if len(models.pending) else [data.x]
    different: Tensor = torch.unique(torch.cat(parts), dim=0)
    return different


def joint_moments(model: Model, points: Tensor) -> tuple[Tensor, Tensor]:
    """Return the means, `m`, and covariances, `m x m`, at `m x d` points."""
    found: Any = model.posterior(points)
    mean, covariance = found.distribution.mean, found.distribution.covariance_matrix
    return mean, covariance


def cross_covariances(model: Model, x: Tensor, points: Tensor) -> Tensor:
    """Return the posterior covariances of `b x d` points with others, `b x m`; differentiable.

    Those of the model, or of its joint posteriors where it is one of BoTorch's without `cross`.
    """
    if isinstance(model, CrossCovariance):
        return model.cross(x, points)
    parts = []
    for one in torch.split(x, _JOINT):
        _, covariance = joint_moments(model, torch.cat([one, points]))
        parts.append(covariance[: len(one), len(one) :])
    return torch.cat(parts)


def noise_variances(model: Model, data: Data) -> Callable[[Tensor], Tensor]:
    """Return the variance of the noise of an observation as a function of `b x d` points, `b` or a scalar."""
    if isinstance(model, NoiseProfile):
        return model.noise_at
    variance = noise_sd(model, data).square()
    return lambda x: variance
