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


@torch.no_grad()
def believe_failures(model: Model, known: Data) -> Model:
    """Return a model that knows failed points by their predicted means, at most that of the best success.

    Nothing is measured where evaluations fail. Where values get better towards such a region, a model that
    knows successes alone expects ever more of it, however often it fails.

    Args:
        model: Of the successes of `known`.
        known: With at least one success and one failure.
    """
    failed, best = known.x[known.failed], mean_and_sd(model, known.successes().x.unsqueeze(-2))[0].max()
    means = mean_and_sd(model, failed.unsqueeze(-2))[0].clamp_max(best)
    return model.condition_on_observations(failed, means.unsqueeze(-1))


class SuccessModel:
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
        mu, sigma = mean_and_sd(self._model, x)
        log_success: Tensor = torch.special.log_ndtr(mu / (sigma.square() + self._variance).sqrt())
        return log_success

    def weigh(self, acq: AcqFunction) -> AcqFunction:
        """Add the log probability of success to every value of `acq`.

        For a log improvement that is the improvement times the probability (Gelbart et al., 2014); for a
        bound in standardised units it is a penalty of about one standard deviation per factor e.
        """

        def weighted(x: Tensor) -> Tensor:
            values: Tensor = acq(x) + self.log_probability(x).unsqueeze(-1)
            return values

        return weighted
