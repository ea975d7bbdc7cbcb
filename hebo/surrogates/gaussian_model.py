"""What models with normal predictions share: BoTorch's `posterior` from means and (co)variances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

import torch
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from gpytorch.distributions import MultivariateNormal
from linear_operator.operators import DiagLinearOperator
from torch import Size, Tensor

from hebo.abilities import LeaveOneOut
from hebo.errors import IncompatibleError

LEAST_VARIANCE = 1e-10
"""GPyTorch's own floor: below it a posterior warns of negative variances."""


class GaussianModel(Model, ABC):
    """A model of one output whose predictions are normal; a subclass says with which moments.

    Predictions of new observations are wider by the `noise_variance` and by the `surprise`. Acquisitions,
    which ask about the function, see neither.
    """

    @property
    def num_outputs(self) -> int:
        """One."""
        return 1

    @property
    def batch_shape(self) -> Size:
        """No batch."""
        return Size()

    @property
    @abstractmethod
    def noise_variance(self) -> Tensor:
        """Variance of the observation noise."""

    @cached_property
    def surprise(self) -> Tensor:
        """Mean excess of squared leave-one-out errors over their variances; 0 of a model without them.

        Where most values are equal the likeliest noise is next to none, and a normal prediction has no tail
        for the rare other ones. The errors at the training data tell how far off those are.
        """
        if not isinstance(self, LeaveOneOut):
            return torch.zeros_like(self.noise_variance)
        with torch.no_grad():
            _, error, variance = self.leave_one_out()
            return (error.square() - variance).clamp_min(0).mean()

    @abstractmethod
    def means(self, x: Tensor) -> Tensor:
        """Means, `b`, at `b x d` points."""

    @abstractmethod
    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points; differentiable once."""

    @abstractmethod
    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""

    def posterior(
        self,
        X: Tensor,
        output_indices: list[int] | None = None,
        observation_noise: bool | Tensor = False,
        posterior_transform: Any = None,
    ) -> GPyTorchPosterior:
        """Return the joint posterior at `... x q x d` points; see `botorch.models.model.Model`.

        Raises:
            IncompatibleError: If an output other than the first is asked for.
        """
        if output_indices not in (None, [0]):
            raise IncompatibleError(f"this model has one output; output_indices {output_indices} has others")
        noise = self._noise(observation_noise)
        if X.shape[-2] == 1:
            mean, variance = self.marginals(X.reshape(-1, X.shape[-1]))
            shape = X.shape[:-1]
            normal = MultivariateNormal(
                mean.reshape(shape), DiagLinearOperator(variance.reshape(shape) + noise)
            )
        else:
            mean, covariance = self.joint(X)
            normal = MultivariateNormal(mean, covariance + torch.diag(noise.expand(X.shape[-2])))
        posterior = GPyTorchPosterior(normal)
        return posterior if posterior_transform is None else posterior_transform(posterior)

    def _noise(self, observation_noise: bool | Tensor) -> Tensor:
        if isinstance(observation_noise, Tensor):
            return observation_noise.mean()
        if not observation_noise:
            return torch.zeros_like(self.noise_variance)
        return self.noise_variance + self.surprise
