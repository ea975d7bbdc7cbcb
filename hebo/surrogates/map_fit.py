"""Deterministic multi-start MAP estimation of GP hyperparameters.

All starts are one batched model, so that a step costs one batched kernel matrix and one batched Cholesky
factor. Any `SingleTaskGP` with a batch dimension of starts can be fitted, whatever its kernel.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from botorch.models import SingleTaskGP
from gpytorch.constraints import Interval
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Generator, Tensor
from torch.nn import Parameter

from hebo.errors import NumericalError
from hebo.linalg import safe_cholesky

_IMPOSSIBLE = 1e10
_LARGEST_LOG = 15.0


def negative_log_posterior(model: SingleTaskGP) -> Tensor:
    """Negative log posterior density of the hyperparameters, one value per start.

    Args:
        model: In training mode, with `train_inputs` `s x n x d` and `train_targets` `s x n`.

    Returns:
        `s` values in nats: `-log N(y | m, K + noise I) - sum of log priors`.
    """
    x, y = model.train_inputs[0], model.train_targets
    z = model.transform_inputs(x)
    covariance = model.covar_module(z).to_dense() + torch.diag_embed(model.likelihood.noise.expand(y.shape))
    factor = safe_cholesky(covariance)
    residual = (y - model.mean_module(z)).unsqueeze(-1)
    whitened = torch.linalg.solve_triangular(factor, residual, upper=False).squeeze(-1)
    log_det = factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    fit = 0.5 * whitened.square().sum(-1) + log_det + 0.5 * y.shape[-1] * math.log(2 * math.pi)
    value: Tensor = fit - _log_prior(model, len(y))
    return value


def _log_prior(model: SingleTaskGP, n_starts: int) -> Tensor:
    untyped: Any = model  # gpytorch declares no types
    terms = [
        prior.log_prob(closure(module)).reshape(n_starts, -1).sum(-1)
        for _, module, prior, closure, _ in untyped.named_priors()
    ]
    return torch.stack(terms).sum(0)


def fit_map(
    model: SingleTaskGP, *, generator: Generator, spread: float = 1.0, max_iterations: int = 100
) -> Tensor:
    """Maximise the posterior over the hyperparameters from all starts at once (L-BFGS-B).

    The first start is the model's present state; in the others every positive hyperparameter is multiplied
    by a log-normal factor.

    Args:
        model: As for `negative_log_posterior`; it is left at the best state of each start.
        generator: Source of the other starts.
        spread: Standard deviation of the logarithm of that factor.
        max_iterations: Of L-BFGS-B.

    Returns:
        `s` values of the negative log posterior.

    Raises:
        NumericalError: If no start has a finite posterior density.
    """
    model.train()
    _spread_starts(model, generator, spread)
    objective = _Objective(model)
    result = minimize(
        objective,
        objective.read(),
        jac=True,
        method="L-BFGS-B",
        bounds=objective.bounds,
        options={"maxiter": max_iterations, "maxcor": 20, "ftol": 1e-7},
    )
    objective.write(result.x)
    with torch.no_grad():
        values = negative_log_posterior(model)
    if not bool(torch.isfinite(values).any()):
        raise NumericalError("no start of the hyperparameter fit has a finite density; check the data")
    return values


class _Objective:
    """The sum over starts as a function of one flat vector; starts do not interact."""

    def __init__(self, model: SingleTaskGP) -> None:
        self.model = model
        self.parameters = [parameter for parameter, _ in _positive_or_free(model)]
        self.bounds = [bound for p, c in _positive_or_free(model) for bound in [_bound(c)] * p.numel()]

    def __call__(self, vector: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        self.write(vector)
        try:
            loss = negative_log_posterior(self.model).sum()
        except NumericalError:
            return _IMPOSSIBLE, np.zeros_like(vector)
        gradients = torch.autograd.grad(loss, self.parameters)
        return loss.item(), np.concatenate([g.detach().reshape(-1).cpu().numpy() for g in gradients])

    def read(self) -> NDArray[np.float64]:
        return np.concatenate([p.detach().reshape(-1).cpu().numpy() for p in self.parameters])

    def write(self, vector: NDArray[np.float64]) -> None:
        flat = torch.as_tensor(vector)
        with torch.no_grad():
            parts = flat.split([parameter.numel() for parameter in self.parameters])
            for parameter, part in zip(self.parameters, parts, strict=True):
                parameter.copy_(part.reshape(parameter.shape))


def _positive_or_free(model: SingleTaskGP) -> Iterator[tuple[Parameter, Interval | None]]:
    untyped: Any = model
    for _, parameter, constraint in untyped.named_parameters_and_constraints():
        if parameter.requires_grad:
            yield parameter, constraint


def _bound(constraint: Interval | None) -> tuple[float | None, float | None]:
    """Bounds of the raw parameter.

    Behind a transform it is a logarithm, which is kept where its exponential is a useful number: one long
    first step could overflow otherwise. A constraint without a transform is left to the optimiser.
    """
    if constraint is None:
        return None, None
    if constraint.enforced:
        return -_LARGEST_LOG, _LARGEST_LOG
    lower, upper = float(constraint.lower_bound), float(constraint.upper_bound)
    return lower, upper if math.isfinite(upper) else None


@torch.no_grad()
def _spread_starts(model: SingleTaskGP, generator: Generator, spread: float) -> None:
    for parameter, constraint in _positive_or_free(model):
        if constraint is None:
            continue
        value = constraint.transform(parameter)
        factor = torch.exp(spread * torch.randn(value.shape, generator=generator, dtype=torch.float64))
        factor[0] = 1.0
        start = torch.maximum(value * factor.to(value), constraint.lower_bound.to(value) * 1.01)
        parameter.copy_(constraint.inverse_transform(start))
