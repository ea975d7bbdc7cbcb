"""Gaussian predictive models: BoTorch's `Model` contract from means and (co)variances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any, Self

import torch
from botorch.models.model import FantasizeMixin, Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from gpytorch.distributions import MultivariateNormal
from linear_operator.operators import DiagLinearOperator
from torch import Size, Tensor

from hebo.abilities import LeaveOneOut
from hebo.errors import IncompatibleError

MIN_VARIANCE = 1e-10
"""GPyTorch's own floor: below it a posterior warns of negative variances."""


class GaussianModel(Model, FantasizeMixin, ABC):  # type: ignore[misc]  # BoTorch types its two differently
    """A model of one output whose predictions are normal; a subclass says with which moments.

    Predictions of new observations are wider by the `noise_variance` and by the `excess_loo_error`.
    Acquisitions, which ask about the function, see neither. Fantasies are BoTorch's (`FantasizeMixin`):
    observations with noise drawn from the posterior, which the model is conditioned on.
    """

    likelihood = None
    """`FantasizeMixin` asks whether its noise is fixed; here that of `posterior` serves fantasies."""

    @property
    def num_outputs(self) -> int:
        """One."""
        return 1

    @property
    def batch_shape(self) -> Size:
        """That of models side by side, as fantasies are; empty for a single one."""
        return Size()

    def subset_output(self, idcs: list[int]) -> Self:
        """Return the model itself, which has one output.

        Raises:
            IncompatibleError: If another output is asked for.
        """
        self._check_outputs(idcs)
        return self

    @property
    @abstractmethod
    def noise_variance(self) -> Tensor:
        """Variance of the observation noise, a scalar or `batch_shape`."""

    @cached_property
    def excess_loo_error(self) -> Tensor:
        """Mean excess of squared leave-one-out errors over their variances; 0 of a model without them.

        Where most values are equal the likeliest noise is next to none, and a normal prediction has no tail
        for the rare other ones. The errors at the training data tell how far off those are.
        """
        if not isinstance(self, LeaveOneOut):
            return torch.zeros_like(self.noise_variance)
        with torch.no_grad():
            _, error, variance = self.leave_one_out()
            return (error.square() - variance).clamp_min(0).mean(-1)

    @abstractmethod
    def means(self, x: Tensor) -> Tensor:
        """Means, `b` (after the batch shape), at `b x d` points."""

    @abstractmethod
    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points; differentiable once."""

    @abstractmethod
    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""

    def posterior(  # type: ignore[override]  # see above
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
        self._check_outputs(output_indices)
        noise = self._noise(observation_noise, X)
        if X.shape[-2] == 1 and not self.batch_shape:
            mean, variance = self.marginals(X.reshape(-1, X.shape[-1]))
            shape = X.shape[:-1]
            normal = MultivariateNormal(
                mean.reshape(shape), DiagLinearOperator(variance.reshape(shape) + noise)
            )
        else:
            mean, covariance = self.joint(X)
            normal = MultivariateNormal(mean, covariance + torch.diag_embed(noise.expand(mean.shape)))
        posterior = GPyTorchPosterior(normal)
        return posterior if posterior_transform is None else posterior_transform(posterior)

    def _noise(self, observation_noise: bool | Tensor, x: Tensor) -> Tensor:
        """Variances of new observations at `... x q x d` points, which broadcast with `... x q` means."""
        if isinstance(observation_noise, Tensor):
            return observation_noise.squeeze(-1)
        if not observation_noise:
            return torch.zeros_like(self.excess_loo_error).unsqueeze(-1)
        return (self.noise_variance + self.excess_loo_error).unsqueeze(-1)

    def _check_outputs(self, indices: list[int] | None) -> None:
        if indices not in (None, [0], [-1]):
            raise IncompatibleError(
                f"{type(self).__name__} has one output, number 0, and {indices} were asked for; join models "
                "of several outputs in BoTorch's `ModelList`"
            )

    def _apply(self, fn: Any, recurse: bool = True) -> Self:
        """Stay where the data are: `to`, `double` and the like of `torch.nn.Module` come here.

        Raises:
            IncompatibleError: If the model would have to change its device or precision.
        """
        here = self.noise_variance.detach()
        there = fn(here)
        if (there.device, there.dtype) != (here.device, here.dtype):
            raise IncompatibleError(
                f"{type(self).__name__} has the device and precision of its data, {here.device} and "
                f"{here.dtype}; fit it to `data.to({str(there.device)!r})` instead of moving it"
            )
        return self
