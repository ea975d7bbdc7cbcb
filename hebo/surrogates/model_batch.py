"""Model batches: models that take up one set of observations at a time, for fantasies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Size, Tensor

from hebo.surrogates.gaussian_model import GaussianModel


class OneByOne(GaussianModel, ABC):
    """A model that is conditioned on one set of observations; on several it becomes a `ModelBatch`."""

    @abstractmethod
    def conditioned(self, x: Tensor, y: Tensor, noise: Tensor | None) -> Self:
        """Return the model with further observations.

        Args:
            x: `k x d` points.
            y: `k` values.
            noise: `k` known variances of these; None for the learned one.
        """

    def condition_on_observations(
        self, X: Tensor, Y: Tensor, noise: Tensor | None = None, **kwargs: Any
    ) -> Any:
        """Return the model, or a batch of them, with further observations; see `GaussianProcess`."""
        return _conditioned([self], Size(), X, Y, noise)


class ModelBatch(GaussianModel):
    """Models side by side, each asked about its own points.

    Args:
        models: In the order of the flattened batch.
        batch_shape: Of the batch.
    """

    def __init__(self, models: Sequence[OneByOne], batch_shape: Size) -> None:
        super().__init__()
        self.models, self._batch_shape = list(models), batch_shape

    @property
    def batch_shape(self) -> Size:
        """Of the batch."""
        return self._batch_shape

    @property
    def noise_variance(self) -> Tensor:
        """Variance of the observation noise of each model."""
        return self._joined([one.noise_variance for one in self.models])

    def means(self, x: Tensor) -> Tensor:
        """Means of each model, `... x b`, at `b x d` points."""
        return self._joined([one.means(x) for one in self.models])

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances of each model, `... x b`, at `b x d` points."""
        means, variances = zip(*(one.marginals(x) for one in self.models), strict=True)
        return self._joined(means), self._joined(variances)

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
        shape = torch.broadcast_shapes(x.shape[:-2], self.batch_shape)
        points = x.expand(*shape, *x.shape[-2:]).flatten(0, -3)
        number = torch.arange(len(self.models)).reshape(self.batch_shape).expand(shape).flatten()
        rows = [(number == i).nonzero()[:, 0].to(x.device) for i in range(len(self.models))]
        parts = [one.joint(points[of_one]) for one, of_one in zip(self.models, rows, strict=True)]
        order = torch.cat(rows).argsort()
        means, covariances = (torch.cat(part)[order] for part in zip(*parts, strict=True))
        return means.unflatten(0, shape), covariances.unflatten(0, shape)

    def condition_on_observations(
        self, X: Tensor, Y: Tensor, noise: Tensor | None = None, **kwargs: Any
    ) -> Any:
        """Return each model with its own further observations; see `GaussianProcess`."""
        return _conditioned(self.models, self.batch_shape, X, Y, noise)

    def _joined(self, values: Sequence[Tensor]) -> Tensor:
        joined: Tensor = torch.stack(list(values)).unflatten(0, self.batch_shape)
        return joined


def _conditioned(
    models: Sequence[OneByOne], batch_shape: Size, x: Tensor, y: Tensor, noise: Tensor | None
) -> GaussianModel:
    """Condition models of a batch on `... x k x d` points and `... x k x 1` values."""
    given = [one for one in (x, y, noise) if one is not None]
    shape = torch.broadcast_shapes(batch_shape, *(one.shape[:-2] for one in given))
    number = torch.arange(len(models)).reshape(batch_shape).expand(shape).flatten().tolist()
    xs, ys, *known = (
        one.expand(*shape, *one.shape[-2:]).reshape(len(number), *one.shape[-2:]) for one in given
    )
    found = [
        models[i].conditioned(xs[row], ys[row, :, 0], known[0][row, :, 0] if known else None)
        for row, i in enumerate(number)
    ]
    return ModelBatch(found, shape) if shape else found[0]
