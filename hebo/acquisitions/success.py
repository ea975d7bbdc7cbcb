"""Making any acquisition avoid points whose evaluation is likely to fail."""

from __future__ import annotations

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.acquisitions.marginals import mean_and_sd, noise_sd
from hebo.base import AcqFunction
from hebo.data import Data

# Least variance of a label: keeps log-probabilities within reach where labels look noiseless.
_LABEL_VARIANCE = 0.01


def success_labels(data: Data) -> Data:
    """Return all points of `data` with y = +1 where the evaluation succeeded and -1 where it failed."""
    labels = torch.where(data.failed, -1.0, 1.0).to(data.x).unsqueeze(-1)
    return data.without_constraints().with_y(labels)


def times_success(acq: AcqFunction, success_model: Model, labels: Data) -> AcqFunction:
    """Add the log probability of success, `log Phi(mu / sqrt(s^2 + sigma_n^2))`, to every value of `acq`.

    For a log improvement that is the improvement times the probability (Gelbart et al., 2014); for a bound
    in standardised units it is a penalty of about one standard deviation per factor e.

    Args:
        acq: Function to weight.
        success_model: Fitted to `labels`: regression on +-1 stands in for classification.
        labels: See `success_labels`. Failures at random make them noisy and the weight weak; a region
            that always fails makes them sharp.
    """
    label_variance = noise_sd(success_model, labels).square() + _LABEL_VARIANCE

    def weighted(x: Tensor) -> Tensor:
        mu, sigma = mean_and_sd(success_model, x)
        log_success = torch.special.log_ndtr(mu / (sigma.square() + label_variance).sqrt())
        values: Tensor = acq(x) + log_success.unsqueeze(-1)
        return values

    return weighted
