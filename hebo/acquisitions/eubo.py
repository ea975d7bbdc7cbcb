"""Expected utility of the best option (EUBO): which options to show to somebody who will choose."""

from __future__ import annotations

from typing import Any

import torch
from botorch.models.model import Model
from botorch.utils.sampling import draw_sobol_normal_samples
from pydantic import Field
from torch import Generator, Tensor

from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.linalg import log_expected_excess, safe_cholesky
from hebo.random import draw_seed

_MIN_VARIANCE = 1e-12


class EUBO(Acquisition):
    """`E[max(f(x_1), ..., f(x_q))]`, the expected utility of the best of `q` options (2203.11382, section 3).

    Of all pairs that could be compared, the one with the largest value leads to the best choice after the
    answer, if answers are without noise (Lin et al., theorem 1); for more options see Astudillo et al.
    (2303.15746). A pair has a closed form, see `expected_maximum`; more options are averaged over draws. A
    single point is an option beside the incumbent, that with the largest posterior mean: expected
    improvement that knows how uncertain the incumbent is itself.

    Attributes:
        n_samples: Draws, of three options or more.
    """

    n_samples: int = Field(default=256, ge=8)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x q x d` points to `b x 1` values, in units of the model.

        Args:
            models: Of one utility.
            data: Its points are the candidates for the incumbent.
            domain: See `hebo.base.Acquisition`.
            generator: Source of the draws.
        """
        model, seed = models.objective, draw_seed(generator)
        with torch.no_grad():
            incumbent = data.x[marginals(model, data.x.unsqueeze(-2)).mean.argmax()]

        def best_option(x: Tensor) -> Tensor:
            if x.shape[-2] == 1:
                x = torch.cat([x, incumbent.to(x).expand_as(x)], dim=-2)
            mean, covariance = joint_moments(model, x)
            if x.shape[-2] == 2:
                return _of_pairs(mean, covariance).unsqueeze(-1)
            return self._averaged(mean, covariance, seed).unsqueeze(-1)

        return best_option

    def _averaged(self, mean: Tensor, covariance: Tensor, seed: int) -> Tensor:
        """Return the expected maximum, `b`, over the same draws everywhere."""
        draws = draw_sobol_normal_samples(mean.shape[-1], self.n_samples, dtype=torch.float64, seed=seed)
        floor = 1e-9 * covariance.diagonal(dim1=-2, dim2=-1).mean(-1, keepdim=True) + _MIN_VARIANCE
        factor = safe_cholesky(covariance + torch.diag_embed(floor.expand(mean.shape)))
        values = mean.unsqueeze(-2) + draws.to(mean) @ factor.mT
        return values.amax(-1).mean(-1)


def expected_maximum(first: Tensor, second: Tensor, variance: Tensor) -> Tensor:
    """Return `E[max(f_1, f_2)]` of jointly normal values, elementwise (Clark, 1961).

    `mu_2 + s h((mu_1 - mu_2) / s)` with `h(u) = phi(u) + u Phi(u)`.

    Args:
        first: Means `mu_1`.
        second: Means `mu_2`.
        variance: `s^2`, of the difference of the two values.
    """
    s = variance.clamp_min(_MIN_VARIANCE).sqrt()
    return second + s * log_expected_excess((first - second) / s).exp()


def joint_moments(model: Model, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
    posterior: Any = model.posterior(x)
    return posterior.mean[..., 0], posterior.distribution.covariance_matrix


def _of_pairs(mean: Tensor, covariance: Tensor) -> Tensor:
    variance = covariance[..., 0, 0] + covariance[..., 1, 1] - 2 * covariance[..., 0, 1]
    return expected_maximum(mean[..., 0], mean[..., 1], variance)
