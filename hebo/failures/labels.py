"""Probability-of-success model: regression on labels of success and failure."""

from __future__ import annotations

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.abilities import Marginals
from hebo.acquisitions.marginals import NormalMarginals, marginals, noise_sd
from hebo.base import AcqFunction
from hebo.data import Data

# Least variance of a label: keeps log-probabilities within reach where labels look noiseless.
_LABEL_VARIANCE = 0.01


def success_labels(data: Data) -> Data:
    """Return all points of `data` with y = +1 where the evaluation succeeded and -1 where it failed."""
    labels = torch.where(data.failed, -1.0, 1.0).to(data.x).unsqueeze(-1)
    return data.without_constraints().with_y(labels)


class LabelModel:
    """How likely evaluations are to succeed.

    Args:
        model: Fitted to `labels`: regression on +-1 stands in for classification. Failures at random make
            labels noisy and probabilities middling; a region that always fails makes them sharp.
        labels: See `success_labels`.
    """

    def __init__(self, model: Model, labels: Data) -> None:
        self._model = model
        self._variance = noise_sd(model, labels).square() + _LABEL_VARIANCE

    def log_probability(self, x: Tensor) -> Tensor:
        """Return `log Phi(mu / sqrt(s^2 + sigma_n^2))` of points (`n x 1 x d`), `n` numbers."""
        return _log_positive(marginals(self._model, x), self._variance)

    def weigh(self, acq: AcqFunction, power: float = 1.0) -> AcqFunction:
        """Add the log probability of success to every value of `acq`.

        For a log improvement that is the improvement times the probability (Gelbart et al., 2014); for a
        bound in standardized units it is a penalty of about one standard deviation per factor e.

        Args:
            acq: Any number of values per point.
            power: 1 counts a failure as no improvement. With more, a search comes to the edge of a region
                that fails from inside, in steps of which most succeed, and not from outside. The further
                factors are the probability that a point lies in the region of successes, without the noise
                of labels: where an edge is steeper than the model can be, noise takes the blame, and success
                would be doubtful at the best points as well.
        """

        def weighted(x: Tensor) -> Tensor:
            label = marginals(self._model, x)
            log_success = _log_positive(label, self._variance)
            log_inside = _log_positive(label, _LABEL_VARIANCE)
            values: Tensor = acq(x) + (log_success + (power - 1.0) * log_inside).unsqueeze(-1)
            return values

        return weighted


def _log_positive(label: Marginals, noise: Tensor | float) -> Tensor:
    """Return the log probability that labels with noise of a given variance are positive."""
    return NormalMarginals(label.mean, (label.sd.square() + noise).sqrt()).log_pi(0.0)
