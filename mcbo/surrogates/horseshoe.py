"""Horseshoe regression: Gibbs sampling of linear regression with a sparse prior on the weights.

`y = F w + e`, `e ~ N(0, v I)`, `w_j ~ N(0, v t^2 l_j^2)`, `l_j, t ~ C+(0, 1)`, `p(v) ~ 1 / v`; half-Cauchy
scales as inverse gammas mixed by an auxiliary inverse gamma (Makalic and Schmidt, 1508.03884). The weights,
more than there are observations, are drawn in `O(n^2 p)` (Bhattacharya et al., 1506.04778, algorithm 1).
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

# The scale of the intercept, which is not shrunk: outputs are in standard deviations.
_INTERCEPT = 10.0
_RANGE = (1e-12, 1e12)


def horseshoe_draws(
    features: Tensor, y: Tensor, n_draws: int, *, burn_in: int, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Return `n_draws` draws of the weights (`s x p`) and of the noise variance (`s`).

    Args:
        features: `n x p`; the first column is the intercept's.
        y: `n` values in standard deviations.
        n_draws: Draws kept.
        burn_in: Draws before them.
        generator: Source of randomness.
    """
    chain = _Chain(features, y, generator)
    draws = []
    for sweep in range(burn_in + n_draws):
        chain.sweep()
        if sweep >= burn_in:
            draws.append((chain.weights, chain.noise))
    weights, noise = zip(*draws, strict=True)
    return torch.stack(weights), torch.stack(noise)


class _Chain:
    """The state: weights, noise variance, local and global squared scales and their auxiliaries."""

    def __init__(self, features: Tensor, y: Tensor, generator: Generator) -> None:
        self._features, self._y, self._generator = features, y, generator
        p = features.shape[1]
        self.noise = y.new_tensor(0.1)
        self.local, self.local_aux = y.new_ones(p - 1), y.new_ones(p - 1)
        self.shared, self.shared_aux = y.new_tensor(0.01), y.new_tensor(1.0)
        self.weights = y.new_zeros(p)

    def sweep(self) -> None:
        """Draw each block given the others."""
        self.weights = self._draw_weights()
        squares = self.weights[1:].square()
        n, p = self._features.shape
        residual = (self._y - self._features @ self.weights).square().sum()
        scaled = (squares / (self.shared * self.local)).sum()
        self.noise = self._inverse_gamma(torch.tensor((n + p - 1) / 2).to(scaled), (residual + scaled) / 2)
        ones = torch.ones_like(self.local)
        self.local = self._inverse_gamma(ones, 1 / self.local_aux + squares / (2 * self.shared * self.noise))
        self.local_aux = self._inverse_gamma(ones, 1 + 1 / self.local)
        total = (squares / self.local).sum() / (2 * self.noise)
        self.shared = self._inverse_gamma(torch.tensor(p / 2).to(total), 1 / self.shared_aux + total)
        self.shared_aux = self._inverse_gamma(torch.ones_like(total), 1 + 1 / self.shared)

    def _draw_weights(self) -> Tensor:
        """Draw from `N(A^-1 F'y, v A^-1)`, `A = F'F + D^-1`, with `D` the prior variances over `v`."""
        scale = torch.cat([(_INTERCEPT**2 / self.noise).reshape(1), self.shared * self.local])
        features, sigma = self._features, self.noise.sqrt()
        u = scale.sqrt() * self._normal(len(scale))
        v = features @ u + self._normal(len(self._y))
        gram = (features * scale) @ features.T
        gram.diagonal().add_(1.0)
        missing = (self._y / sigma - v).unsqueeze(1)
        solved = torch.cholesky_solve(missing, torch.linalg.cholesky(gram))[:, 0]
        return sigma * (u + scale * (features.T @ solved))

    def _normal(self, n: int) -> Tensor:
        return torch.randn(n, generator=self._generator, dtype=torch.float64).to(self._y)

    def _inverse_gamma(self, shape: Tensor, scale: Tensor) -> Tensor:
        """Draw scale / Gamma(shape, 1), kept in a range that floats can square."""
        with_shape = shape.expand(scale.shape).to(torch.float64)
        gamma = torch._standard_gamma(with_shape.cpu(), generator=self._generator).to(scale)
        return (scale / gamma.clamp_min(1e-300)).clamp(*_RANGE)
