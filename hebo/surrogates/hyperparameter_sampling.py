"""Samples of GP hyperparameters from their posterior density: many short chains side by side."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from hebo.descent.bfgs import Minimum
from hebo.linalg import safe_cholesky
from hebo.surrogates.marginal_likelihood import LogPosterior


def sample_hyperparameters(
    density: LogPosterior, mode: Minimum, n: int, *, n_steps: int, generator: Generator
) -> Tensor:
    """Return `n x p` approximate samples of the posterior around its modes.

    Chain `i` starts at a draw from the Laplace approximation at one of the modes (BFGS's inverse Hessian)
    and makes `n_steps` random-walk Metropolis steps whose proposals have that shape, scaled by
    `2.38 / sqrt(p)` (Roberts, Gelman and Gilks, 1997). One evaluation serves all chains.
    """
    p = mode.x.shape[-1]
    order = torch.argsort(mode.value)
    best = order[:1].expand(n)
    shape = safe_cholesky(_symmetric(mode.inverse_hessian[order[0]]))
    step = shape * (2.38 / p**0.5)
    x = mode.x[best]
    value = mode.value[best]
    lower, upper = density.layout.lower.to(x), density.layout.upper.to(x)
    for k in range(n_steps):
        noise = torch.randn(n, p, generator=generator, dtype=torch.float64).to(x)
        proposal = x + (noise @ shape.mT * 0.5 if k == 0 else noise @ step.mT)
        inside = ((proposal >= lower) & (proposal <= upper)).all(-1)
        proposed, _ = density(proposal.clamp(lower, upper))
        odds = torch.rand(n, generator=generator, dtype=torch.float64).to(x).log()
        accept = inside & (odds < value - proposed)
        x = torch.where(accept.unsqueeze(-1), proposal, x)
        value = torch.where(accept, proposed, value)
    return x


def _symmetric(matrix: Tensor) -> Tensor:
    return 0.5 * (matrix + matrix.mT)
