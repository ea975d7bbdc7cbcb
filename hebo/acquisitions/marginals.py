"""Marginal predictions at single points: what the analytic acquisitions ask of a model."""

from __future__ import annotations

from typing import Any

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.abilities import FastMarginals, Marginals, OwnMarginals
from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.linalg import log_expected_excess


class NormalMarginals:
    """Normal predictions `f ~ N(mean, sd^2)` at `b` points; see `hebo.abilities.Marginals`.

    Args:
        mean: `b` means.
        sd: `b` standard deviations.
    """

    def __init__(self, mean: Tensor, sd: Tensor) -> None:
        self.mean, self.sd = mean, sd
        self._over: tuple[Tensor | float, Tensor] | None = None

    def log_ei(self, tau: Tensor | float) -> Tensor:
        """`log E[max(f - tau, 0)]`, `log s + log h(u)` with `u = (mu - tau) / s`, `h(u) = phi(u) + u Phi(u)`.

        Exact over the whole line, and finite however unlikely (Ament et al., 2310.20708).
        """
        u = self._standardized(tau)
        return torch.log(self.sd) + log_expected_excess(u)

    def log_pi(self, tau: Tensor | float) -> Tensor:
        """`log P[f > tau] = log Phi((mu - tau) / s)`; finite however unlikely."""
        value: Tensor = torch.special.log_ndtr(self._standardized(tau))
        return value

    def ucb(self, kappa: float) -> Tensor:
        """`mu + kappa s`."""
        return self.mean + kappa * self.sd

    def shifted(self, by: Tensor) -> NormalMarginals:
        """Return the predictions of `f + by`."""
        return NormalMarginals(self.mean + by, self.sd)

    def _standardized(self, tau: Tensor | float) -> Tensor:
        """`(mu - tau) / s`, computed once for all functions of one threshold."""
        if self._over is None or self._over[0] is not tau:
            self._over = tau, (self.mean - tau) / self.sd
        return self._over[1]


def marginals(model: Model, x: Tensor) -> Marginals:
    """Predictions at `b x 1 x d` points: the model's own, or normal ones.

    Raises:
        IncompatibleError: If points are joint (`q > 1`) or the model has several outputs.
    """
    if x.shape[-2] != 1:
        raise IncompatibleError(
            f"an analytic acquisition takes single points (b x 1 x d), not {tuple(x.shape)}; "
            "choose the points of a batch one after the other, or use a Monte Carlo acquisition"
        )
    if model.num_outputs != 1:
        raise IncompatibleError(
            f"an analytic acquisition takes one output, not {model.num_outputs}; choose one with "
            "`model.subset_output`, or use an acquisition of several objectives"
        )
    if isinstance(model, OwnMarginals):
        return model.own_marginals(x.squeeze(-2))
    if isinstance(model, FastMarginals):
        mean, variance = model.marginals(x.squeeze(-2))
        return NormalMarginals(mean, variance.clamp_min(1e-20).sqrt())
    mean, variance = _moments(model, x)
    return NormalMarginals(mean[..., 0, 0], variance[..., 0, 0].clamp_min(1e-20).sqrt())


@torch.no_grad()
def noise_sd(model: Model, data: Data) -> Tensor:
    """Standard deviation of the observation noise that the model sees at the best observed point."""
    if isinstance(model, FastMarginals):  # the same everywhere, and no posterior has to be built
        return model.noise_variance.sqrt()
    x = data.best.reshape(1, 1, -1)
    _, noisy = _moments(model, x, observation_noise=True)
    _, variance = _moments(model, x)
    return (noisy - variance).clamp_min(0.0).sqrt().squeeze()


@torch.no_grad()
def incumbent_mean(model: Model, data: Data) -> Tensor:
    """Largest posterior mean over the evaluated points: what an improvement is measured against.

    With noise this is a better guess of the best value than the mean at the best observation, which may
    have been lucky.
    """
    if isinstance(model, FastMarginals):
        return model.means(data.x).max()
    return marginals(model, data.x.unsqueeze(-2)).mean.max()


def _moments(model: Model, x: Tensor, *, observation_noise: bool = False) -> tuple[Tensor, Tensor]:
    """Mean and variance, `b x q x 1`; BoTorch's base class does not declare that a posterior has them."""
    posterior: Any = model.posterior(x, observation_noise=observation_noise)
    return posterior.mean, posterior.variance
