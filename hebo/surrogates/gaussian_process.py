"""An exact Gaussian process, averaged over one or several hyperparameter settings."""

from __future__ import annotations

from typing import Any

import torch
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from gpytorch.distributions import MultivariateNormal
from linear_operator.operators import DiagLinearOperator
from torch import Size, Tensor

from hebo.errors import IncompatibleError
from hebo.linalg import safe_cholesky
from hebo.surrogates.covariance import Covariance, Inputs
from hebo.surrogates.hyperparameters import Columns

_LEAST_VARIANCE = 1e-12


class GaussianProcess(Model):
    """Exact GP posteriors under `s` hyperparameter settings, answered as one Gaussian.

    With several settings the answer has the mean and the covariance of their equally weighted mixture: the
    average of the covariances plus the covariance of the means (law of total variance). Single points, by
    the thousand or with gradients, are answered from cached factors without a joint covariance.

    Args:
        columns: Splits encoded points.
        covariance: `s` settings.
        x: `n x d` encoded points.
        y: `n` values.
    """

    def __init__(self, columns: Columns, covariance: Covariance, x: Tensor, y: Tensor) -> None:
        super().__init__()
        self.columns, self.covariance = columns, covariance
        self.x, self.y = x, y
        self.inputs = Inputs(*columns.split(x))
        self.features = covariance.features(self.inputs.numeric)
        plain = covariance.between(self.inputs, self.inputs, self.features)
        shift = (covariance.noise + 1e-9 * covariance.signal).unsqueeze(-1).expand(-1, len(x))
        factor = safe_cholesky(plain + torch.diag_embed(shift))
        eye = torch.eye(len(x), dtype=x.dtype, device=x.device)
        self.whiten = torch.linalg.solve_triangular(factor, eye, upper=False)
        whitened = self.whiten @ (y - covariance.mean.unsqueeze(-1)).unsqueeze(-1)
        self.weights = (self.whiten.mT @ whitened).squeeze(-1)

    @property
    def num_outputs(self) -> int:
        """One."""
        return 1

    @property
    def batch_shape(self) -> Size:
        """No batch: the settings are averaged."""
        return Size()

    @property
    def noise_variance(self) -> Tensor:
        """Variance of the observation noise, averaged over the settings."""
        return self.covariance.noise.mean()

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points."""
        cross, means = self._predict(Inputs(*self.columns.split(x)))
        prior = self.covariance.signal.unsqueeze(-1)
        explained = (cross @ self.whiten.mT).square().sum(-1)
        variances = (prior - explained).clamp_min(_LEAST_VARIANCE)
        if len(means) == 1:
            return means[0], variances[0]
        return means.mean(0), variances.mean(0) + means.var(0, correction=0)

    def _predict(self, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """Return covariances with the data, `s x b x n`, and means, `s x b`."""
        cross = self.covariance.between(inputs, self.inputs, self.features)
        means = self.covariance.mean.unsqueeze(-1) + (cross @ self.weights.unsqueeze(-1)).squeeze(-1)
        return cross, means

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean, `q`, and covariance, `q x q`, at `q x d` points."""
        inputs = Inputs(*self.columns.split(x))
        cross, means = self._predict(inputs)
        whitened = cross @ self.whiten.mT
        between = self.covariance.between(inputs, inputs) - whitened @ whitened.mT
        centred = means - means.mean(0)
        spread = centred.mT @ centred / len(means)
        floor = _LEAST_VARIANCE * torch.eye(len(x), dtype=x.dtype, device=x.device)
        return means.mean(0), between.mean(0) + spread + floor

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
        batch, q = X.shape[:-2], X.shape[-2]
        flat = X.reshape(-1, q, X.shape[-1])
        if q == 1:
            mean, variance = self.marginals(flat.squeeze(-2))
            mean, variance = mean.reshape(*batch, 1), variance.reshape(*batch, 1)
            normal = MultivariateNormal(mean, DiagLinearOperator(variance + self._extra(observation_noise)))
        else:
            means, covariances = torch.func.vmap(self.joint)(flat)
            extra = torch.diag_embed((self._extra(observation_noise) + torch.zeros(q).to(X)).expand(q))
            shape = (*batch, q)
            normal = MultivariateNormal(means.reshape(shape), covariances.reshape(*shape, q) + extra)
        posterior = GPyTorchPosterior(normal)
        return posterior if posterior_transform is None else posterior_transform(posterior)

    def _extra(self, observation_noise: bool | Tensor) -> Tensor:
        if isinstance(observation_noise, Tensor):
            return observation_noise.mean()
        return self.noise_variance if observation_noise else torch.zeros_like(self.noise_variance)

    def condition_on_observations(self, X: Tensor, Y: Tensor, **kwargs: Any) -> GaussianProcess:
        """Return the model with further observations, `k x d` and `k x 1`, under the same settings."""
        x, y = torch.cat([self.x, X]), torch.cat([self.y, Y.squeeze(-1)])
        return GaussianProcess(self.columns, self.covariance, x, y)
