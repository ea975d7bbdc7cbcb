"""Pretraining of the transformer behind the surrogate `neural_process`."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.surrogates.neural_process.embedding import Points, Signs, squared_distances
from hebo.surrogates.neural_process.transformer import (
    MAX_VALUE,
    Architecture,
    Prediction,
    Transformer,
    network_of,
)
from hebo.training.learner import Learner
from hebo.training.tasks import Columns, TaskBatch

_NEAR = 0.1
"""Queries within this root mean squared distance per column are neighbors of the regularizer."""
_MAX_NEIGHBORS = 16
_MAX_NOISE = 2.0
"""Noise is taken for no larger than so many standard deviations of the context, of which it is a part."""
_ROBUST = 4.0


class NeuralProcess(Learner):
    """A transformer that predicts noise-free values of queries from noisy observations.

    The loss is the mean negative log density of the noise-free values under the bars, plus a robust
    form of the expected negative log density of the noise under the standard deviation that the network says.

    The approximate-posterior regularizer (2205.13902) keeps distributions of neighboring queries alike: for
    two queries within `eps = 0.1` of each other it adds their Kullback-Leibler divergence, weighted by
    `(eps - distance) / eps`, over one plus the number of neighbors.

    Attributes:
        sizes: Of the network.
        regularizer: Weight of the regularizer; 0 leaves it out.
    """

    kind: ClassVar[str] = "neural_process"

    sizes: Architecture = Architecture()
    regularizer: float = Field(default=0.0, ge=0)

    def architecture(self) -> dict[str, Any]:
        """See `Learner`."""
        return self.sizes.model_dump()

    def network(self) -> Transformer:
        """See `Learner`."""
        return network_of(self.architecture())

    def loss(self, network: Any, batch: TaskBatch, *, generator: Generator) -> Tensor:
        """See `Learner`."""
        found = predicted(network, batch, generator)
        loss = value_loss(network, found, batch) + _noise_loss(found.log_noise_sd, batch.query_noise)
        if self.regularizer:
            loss = loss + self.regularizer * _roughness(points_of(batch.query_x, batch.columns), found.log_p)
        return loss


def predicted(network: Any, batch: TaskBatch, generator: Generator) -> Prediction:
    """Return what a network predicts of the queries, with random signs of the columns."""
    context, queries = (points_of(x, batch.columns) for x in (batch.x, batch.query_x))
    k, categories = batch.columns.n_numeric, batch.columns.categories
    signs = Signs.draw(len(batch), k, categories, network.architecture.n_signs, generator)
    found: Prediction = network(context, batch.y, queries, signs.to(batch.x))
    return found


def value_loss(network: Any, found: Prediction, batch: TaskBatch) -> Tensor:
    """Return the mean negative log density of the noise-free values of the queries."""
    values = batch.query_f.clamp(-MAX_VALUE, MAX_VALUE)
    loss: Tensor = -network.bars.log_density(found.log_p, values).mean()
    return loss


def points_of(x: Tensor, columns: Columns) -> Points:
    """Return points, `t x b x d`, as the network takes them."""
    k = columns.n_numeric
    return Points(x[..., :k], x[..., k:], columns.levels, columns.categories)


def _noise_loss(log_sd: Tensor, noise: Tensor) -> Tensor:
    """Return a robust expected negative log density of noise, less a constant.

    Of normal noise with standard deviation `s`, where `s'` is predicted, it is `log s' + r^2 / 2` with
    `r = s / s'`, least at `r = 1`. A few tasks whose context tells nothing of a large noise would outweigh
    all others. `c (sqrt(1 + r^2 / k) - 1)`, `c = sqrt(k^2 + k)`, in place of the square grows linearly, and
    the loss is least at `r = 1` as before.
    """
    square = (noise.clamp_max(_MAX_NOISE) * torch.exp(-log_sd)).square()
    c = (_ROBUST**2 + _ROBUST) ** 0.5
    loss: Tensor = (log_sd + c * ((1 + square / _ROBUST).sqrt() - 1)).mean()
    return loss


def _roughness(queries: Points, log_p: Tensor) -> Tensor:
    """Return the regularizer of the first queries of each task; in one task it costs their square."""
    few = log_p[:, :_MAX_NEIGHBORS]
    points = Points(
        queries.numeric[:, :_MAX_NEIGHBORS],
        queries.codes[:, :_MAX_NEIGHBORS],
        queries.levels,
        queries.categories,
    )
    distance = squared_distances(points, points).clamp_min(1e-12).sqrt()
    apart = ~torch.eye(few.shape[1], dtype=torch.bool, device=few.device)
    weight = ((_NEAR - distance) / _NEAR).clamp_min(0) * apart
    p = few.exp()
    cross = (p @ few.mT).mT  # entry (i, j): sum over bars of p_j log p_i
    divergence = (p * few).sum(-1).unsqueeze(1) - cross
    per_query = (weight * divergence).sum(-1) / (1 + (weight > 0).sum(-1))
    return per_query.mean()
