"""Laplace approximation of a Gaussian process of utilities given pairwise comparisons.

Of two options the one that seems better is preferred: each utility is perceived with normal noise of
variance 1, so `P[a preferred to b] = Phi((f(a) - f(b)) / sqrt 2)` (Thurstone, 1927; Chu and Ghahramani, 2005,
equation 3, with their `sigma = 1`, which fixes the unit of utilities). A comparison depends on the difference
`d = f(better) - f(worse)` alone, so everything here is about the `k` differences and their prior covariance
`C`, `k x k`; cycles and contradictions are noise like any other.

The likelihood of each difference is replaced by a normal one that touches it at the posterior mode: an
observation `t = d + g / w` with variance `1 / w`, `g` and `-w` being first and second derivative of the log
likelihood (Rasmussen and Williams, 2006, sections 3.4 and 5.5). A GP given linear observations is all that is
left.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from hebo.errors import NumericalError
from hebo.linalg import log_phi, safe_cholesky

_ROOT_2 = math.sqrt(2.0)
_MIN_CURVATURE = 1e-10
"""Below it a comparison that was certain to end as it did says nothing."""

_MAX_ITERATIONS = 100
_SMALLEST_STEP = 1e-6


def log_likelihood(difference: Tensor) -> Tensor:
    """Return the log probability, a scalar, that all comparisons end as they did, from `k` differences."""
    value: Tensor = torch.special.log_ndtr(difference / _ROOT_2).sum()
    return value


def curvature(difference: Tensor) -> Tensor:
    """Return minus the second derivative of each log likelihood, `k` values in `(0, 1/2)`."""
    z = difference / _ROOT_2
    ratio = torch.exp(log_phi(z) - torch.special.log_ndtr(z))
    return (0.5 * ratio * (ratio + z)).clamp_min(_MIN_CURVATURE)


def pseudo_observations(difference: Tensor) -> tuple[Tensor, Tensor]:
    """Return values and variances, `k` each, of the normal observations that stand for the comparisons."""
    z = difference / _ROOT_2
    slope = torch.exp(log_phi(z) - torch.special.log_ndtr(z)) / _ROOT_2
    variance = 1.0 / curvature(difference)
    return difference + slope * variance, variance


@torch.no_grad()
def posterior_mode(covariance: Tensor) -> Tensor:
    """Return the most likely differences, `k`, by Newton's method with step halving.

    The log posterior is concave, so that there is one mode, whatever contradicts what.

    Args:
        covariance: `C`.

    Raises:
        NumericalError: If it is not found, as `C` holds what is no number.
    """
    weights = torch.zeros_like(covariance[0])  # the differences are `C` times these
    value = _log_posterior(covariance, weights)
    for _ in range(_MAX_ITERATIONS):
        target = _newton(covariance, covariance @ weights)
        step = 1.0
        while step >= _SMALLEST_STEP:
            tried = weights + step * (target - weights)
            found = _log_posterior(covariance, tried)
            if found > value:
                break
            step *= 0.5
        else:
            return covariance @ weights
        gain, weights, value = found - value, tried, found
        if gain < 1e-13 * (1.0 + value.abs()):
            return covariance @ weights
    raise NumericalError("the mode of the utilities was not found; check that no point holds NaN")


def log_evidence(covariance: Tensor) -> Tensor:
    """Return the log probability of the comparisons under the model, in nats, differentiable by `C`.

    `log p(comparisons | d) - d C^-1 d / 2 - log |I + W^1/2 C W^1/2| / 2` at the mode (Rasmussen and Williams,
    2006, equation 3.32). The mode moves with `C`: it is a fixed point of Newton's step, which does not depend
    on where it starts to first order there. So one step that is differentiated, from a mode that is not, has
    the derivative of the mode.
    """
    weights = _newton(covariance, posterior_mode(covariance.detach()))
    difference = covariance @ weights
    root = curvature(difference).sqrt()
    eye = torch.eye(len(root), dtype=root.dtype, device=root.device)
    factor = safe_cholesky(eye + root.unsqueeze(1) * covariance * root)
    return log_likelihood(difference) - 0.5 * weights @ difference - factor.diagonal().log().sum()


def _newton(covariance: Tensor, difference: Tensor) -> Tensor:
    """Return the weights of the differences that Newton's step from `difference` ends at."""
    values, variances = pseudo_observations(difference)
    factor = safe_cholesky(covariance + torch.diag_embed(variances))
    return torch.cholesky_solve(values.unsqueeze(1), factor)[:, 0]


def _log_posterior(covariance: Tensor, weights: Tensor) -> Tensor:
    """Return the log posterior density of the differences, up to a constant."""
    difference = covariance @ weights
    return log_likelihood(difference) - 0.5 * weights @ difference
