"""`ExactGP`: BoTorch's `SingleTaskGP` with fast marginal predictions."""

from __future__ import annotations

from typing import Any

import torch
from botorch.models import SingleTaskGP
from botorch.posteriors.gpytorch import GPyTorchPosterior
from botorch.posteriors.transformed import TransformedPosterior
from gpytorch.distributions import MultivariateNormal
from linear_operator.operators import DiagLinearOperator
from torch import Tensor

from hebo.linalg import safe_cholesky


class ExactGP(SingleTaskGP):
    """A single-output GP that predicts many separate points without their joint covariance.

    Acquisition searches ask for means and variances of thousands of single points (`b x 1 x d`) and need no
    gradient. Those are answered from one cached Cholesky factor, at `O(n)` memory per point; all other
    questions go to BoTorch.
    """

    _cache: tuple[tuple[Tensor, Tensor], Tensor, Tensor] | None = None

    def posterior(self, X: Tensor, *args: Any, **kwargs: Any) -> GPyTorchPosterior | TransformedPosterior:
        """Return the posterior at `b x q x d` points; see `botorch.models.model.Model`."""
        plain = not args and all(value is None or value is False for value in kwargs.values())
        single = X.dim() == 3 and X.shape[-2] == 1 and not self.batch_shape
        if plain and single and not torch.is_grad_enabled():
            self.eval()
            return self._marginals(X.squeeze(-2))
        return super().posterior(X, *args, **kwargs)

    def _marginals(self, x: Tensor) -> GPyTorchPosterior:
        factor, weights = self._factor()
        z, z_train = self.transform_inputs(x), self.train_inputs[0]
        cross = self.covar_module(z_train, z).to_dense()
        mean = self.mean_module(z) + weights @ cross
        explained = torch.linalg.solve_triangular(factor, cross, upper=False).square().sum(0)
        prior = self.covar_module(z, diag=True)
        variance = (prior - explained).clamp_min(1e-12 * prior)
        return GPyTorchPosterior(
            MultivariateNormal(mean.unsqueeze(-1), DiagLinearOperator(variance.unsqueeze(-1)))
        )

    def _factor(self) -> tuple[Tensor, Tensor]:
        """Cholesky factor of the training covariance, and `K^-1 (y - m)`; valid until anything changes."""
        settings = torch.cat([parameter.reshape(-1) for parameter in self.parameters()])
        key = (self.train_targets, settings)
        if self._cache is None or not all(map(torch.equal, self._cache[0], key)):
            z = self.train_inputs[0]  # in evaluation mode BoTorch keeps these transformed
            noise = self.likelihood.noise.expand(len(z))
            factor = safe_cholesky(self.covar_module(z).to_dense() + torch.diag_embed(noise))
            residual = (self.train_targets - self.mean_module(z)).unsqueeze(-1)
            self._cache = (key, factor, torch.cholesky_solve(residual, factor).squeeze(-1))
        return self._cache[1], self._cache[2]
