"""Learner of `amortised_gp`: a network that sets the hyperparameters of a warped GP."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor, nn

from hebo.kernels.matern import Smoothness
from hebo.surrogates.amortized.amortized_gp import KIND
from hebo.surrogates.amortized.network import Frame, SettingNetwork
from hebo.surrogates.amortized.predictive import Predictions, predict
from hebo.surrogates.amortized.scores import Problems
from hebo.surrogates.hyperparameters import Layout
from hebo.surrogates.warped_gp import warped_layout
from hebo.training.learner import Learner
from hebo.training.normalized import normalized
from hebo.training.tasks import TaskBatch

_MAX_NLL = 10.0
_BEYOND = 0.01


class AmortizedGPLearner(Learner):
    """Trains the network of `AmortizedGP` by what the exact posterior under its settings predicts.

    The loss of a setting is the mean negative log density of the queries, each at most 10 nats, less a share
    of the log marginal likelihood. Predictions are those that the surrogate gives: widened, with noise, and
    with the excess of leave-one-out errors. The loss of a task is the mean of those after the first pass and
    after each correction, in which the last one counts double.

    Data hardly tell long lengthscales with much signal from short ones with less, which differ far from all
    observations. Searches that believe in a large variance there explore too much in few evaluations.
    `prior` moves settings to where those of fits are.

    Attributes:
        width: Of the network.
        n_corrections: Learned corrections after the first pass.
        smoothness: Of the Matern kernel.
        likelihood: Weight of the log marginal likelihood, in nats. It is a sum over observations: many of
            them decide by it alone, few leave the decision to the predictions.
        prior: Weight of the log density of the priors of `WarpedGP`, in nats.
        noiseless: Share of the loss that values without noise have, under the distribution of the function
            itself: the one that acquisitions see.
        normalized: Share of tasks whose values go through a power transform, as those that HEBO models.
    """

    kind: ClassVar[str] = KIND

    width: int = Field(default=64, ge=4)
    n_corrections: int = Field(default=3, ge=0, le=8)
    smoothness: Smoothness = 1.5
    likelihood: float = Field(default=0.01, ge=0)
    prior: float = Field(default=0.0, ge=0)
    noiseless: float = Field(default=0.0, ge=0, le=1)
    normalized: float = Field(default=0.0, ge=0, le=1)

    def architecture(self) -> dict[str, Any]:
        """See `Learner`."""
        return {
            "width": self.width,
            "n_corrections": self.n_corrections,
            "smoothness": self.smoothness,
            "warp": True,
        }

    def network(self) -> nn.Module:
        """See `Learner`."""
        return SettingNetwork(self.width, self.n_corrections)

    def loss(self, network: nn.Module, batch: TaskBatch, *, generator: Generator) -> Tensor:
        """See `Learner`."""
        batch = normalized(batch, self.normalized, generator=generator)
        problems = problems_of(batch, self.smoothness)
        frame = Frame(problems)
        settings = network(problems)
        weights = [1.0] * (len(settings) - 1) + [2.0]
        losses = [w * self._of_setting(one, frame, batch) for w, one in zip(weights, settings, strict=True)]
        return torch.stack(losses).sum() / sum(weights)

    def _of_setting(self, theta: Tensor, frame: Frame, batch: TaskBatch) -> Tensor:
        k, inside = batch.columns.n_numeric, frame.inside(theta)
        found = predict(frame.problems, inside, batch.query_x[..., :k], batch.query_x[..., k:])
        loss = (1 - self.noiseless) * nll(found, batch.query_y).clamp_max(_MAX_NLL).mean()
        if self.noiseless:
            of_function = Predictions(found.mean, found.variance, 0 * found.noise, found.log_likelihood)
            loss = loss + self.noiseless * nll(of_function, batch.query_f).clamp_max(_MAX_NLL).mean()
        density = self.likelihood * found.log_likelihood + self.prior * log_prior(frame.layout, inside)
        loss = loss - density.mean()
        return loss + _BEYOND * (theta - inside).square().sum(-1).mean()


def problems_of(batch: TaskBatch, smoothness: float) -> Problems:
    """Return the observations of tasks as problems of a warped GP."""
    columns, n = batch.columns, batch.x.shape[1]
    layout = warped_layout(columns.n_numeric, columns.n_categorical, n)
    k = columns.n_numeric
    return Problems(layout, batch.x[..., :k], batch.x[..., k:], batch.y, smoothness)


def log_prior(layout: Layout, theta: Tensor) -> Tensor:
    """Return `Layout.log_prior` of `t x p` settings, `t`; differentiable."""
    z = (theta - theta.new_tensor(layout.center)) / theta.new_tensor(layout.spread)
    value = z.square().sum(-1)
    for name, prior in layout.priors.items():
        group = layout.groups.get(name, slice(0, 0)) if prior.shared else slice(0, 0)
        weight = prior.shared**2 / (prior.spread**2 + (group.stop - group.start) * prior.shared**2)
        value = value - weight * z[:, group].sum(-1).square()
    return -0.5 * value


def nll(found: Predictions, y: Tensor) -> Tensor:
    """Return negative log predictive densities of observations, `t x m`, in nats."""
    variance = found.variance + found.noise
    error = (y - found.mean).square() / variance
    return 0.5 * (error + variance.log() + math.log(2 * math.pi))
