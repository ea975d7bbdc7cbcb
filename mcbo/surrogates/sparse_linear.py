"""Sparse Bayesian linear regression on pairs of categories (BOCS)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import CROSS_COVARIANCE, PATH_SAMPLING, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.column_kinds import columns_by_kind, n_levels
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import draw_seed, make_generator
from hebo.surrogates.gaussian_model import MIN_VARIANCE
from hebo.surrogates.model_batch import OneByOne
from mcbo.surrogates.horseshoe import horseshoe_draws


class SparseLinear(Surrogate):
    """`f(x) = a_0 + sum_i a_i z_i + sum_i<j a_ij z_i z_j` with a horseshoe prior on all but `a_0`.

    The `z` are the indicators of all levels but the first of each nominal column; products are taken of
    indicators of different columns (Baptista and Poloczek, BOCS, 1806.08838, section 3.1, for two levels).
    The posterior is represented by draws of a Gibbs sampler; means and variances are theirs.

    Attributes:
        order: 1 leaves the products out.
        n_draws: Draws kept.
        burn_in: Draws before the first that is kept.
    """

    order: int = Field(default=2, ge=1, le=2)
    n_draws: int = Field(default=100, ge=2)
    burn_in: int = Field(default=100, ge=0)

    def offers(self) -> frozenset[Ability]:
        """See `hebo.base.Surrogate`."""
        return frozenset({CROSS_COVARIANCE, PATH_SAMPLING})

    def check(self, space: DesignSpace) -> None:
        """Refuse columns that are not nominal; see `hebo.base.Surrogate`."""
        for sort, columns in columns_by_kind(space).items():
            if sort != "nominal":
                raise IncompatibleError(
                    f"SparseLinear takes nominal parameters only, column {columns[0]} of {space.names} is "
                    f"{sort}; use MixedGP, or make it a category"
                )

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> LinearDraws:
        """Return draws of the weights given the observations; see `hebo.base.Surrogate`."""
        self.check(space)
        levels = [n_levels(space, column) for column in range(space.n_dims)]
        features = Indicators(levels, self.order)
        weights, noise = horseshoe_draws(
            features(data.x), data.y[:, 0], self.n_draws, burn_in=self.burn_in, generator=generator
        )
        return LinearDraws(features, weights, noise, draw_seed(generator))


class Indicators:
    """The regressors: one, the indicators `z`, and their products.

    Args:
        levels: Number of levels of each column.
        order: 1 or 2.
    """

    def __init__(self, levels: list[int], order: int) -> None:
        self._column = torch.tensor([c for c, count in enumerate(levels) for _ in range(1, count)])
        self._code = torch.tensor([k for count in levels for k in range(1, count)])
        first, second = torch.triu_indices(len(self._column), len(self._column), offset=1)
        apart = self._column[first] != self._column[second]
        self._pairs = (first[apart], second[apart]) if order == 2 else None

    def __call__(self, x: Tensor) -> Tensor:
        """Return the regressors, `... x p`, of `... x d` points."""
        z = (x[..., self._column] == self._code.to(x)).to(x)
        parts = [torch.ones_like(x[..., :1]), z]
        if self._pairs is not None:
            parts.append(z[..., self._pairs[0]] * z[..., self._pairs[1]])
        return torch.cat(parts, dim=-1)


class LinearDraws(OneByOne):
    """A linear model given by `s` equally likely settings of its weights.

    Further observations move the draws by an ensemble Kalman step (Evensen, 1994): right in mean and
    variance for normal weights, and no new run of the sampler for every believed point of a batch.

    Args:
        features: Regressors of points.
        weights: `s x p`.
        noise: Noise variance of each draw, `s`.
        seed: Of the Kalman steps.
    """

    def __init__(self, features: Indicators, weights: Tensor, noise: Tensor, seed: int) -> None:
        super().__init__()
        self.features, self.weights, self.noise, self.seed = features, weights, noise, seed

    @property
    def noise_variance(self) -> Tensor:
        """Mean of the draws."""
        return self.noise.mean()

    def means(self, x: Tensor) -> Tensor:
        """Means, `b`, at `b x d` points."""
        return self.features(x) @ self.weights.mean(0)

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points; without gradients."""
        values = self.features(x) @ self.weights.T
        return values.mean(-1), values.var(-1).clamp_min(MIN_VARIANCE)

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
        values = self.features(x) @ self.weights.T
        apart = values - values.mean(-1, keepdim=True)
        covariance = apart @ apart.mT / (values.shape[-1] - 1)
        floor = MIN_VARIANCE * torch.eye(x.shape[-2]).to(x)
        return values.mean(-1), covariance + floor

    def cross(self, a: Tensor, b: Tensor) -> Tensor:
        """Posterior covariances, `n x m`, of `n x d` and `m x d` points."""
        of_a, of_b = self.features(a) @ self.weights.T, self.features(b) @ self.weights.T
        apart_a, apart_b = of_a - of_a.mean(-1, keepdim=True), of_b - of_b.mean(-1, keepdim=True)
        return apart_a @ apart_b.mT / (len(self.weights) - 1)

    def sample_path(self, generator: Generator) -> Callable[[Tensor], Tensor]:
        """Return the function of one draw of the weights."""
        weights = self.weights[int(torch.randint(len(self.weights), (), generator=generator))]
        return lambda x: self.features(x) @ weights

    def conditioned(self, x: Tensor, y: Tensor, noise: Tensor | None) -> LinearDraws:
        """Return the draws after further observations, one Kalman step for each; see `OneByOne`."""
        weights, generator = self.weights, make_generator(self.seed)
        known = self.noise.expand(len(y), -1) if noise is None else noise.unsqueeze(-1)
        for phi, value, variance in zip(self.features(x), y, known, strict=True):
            variances = variance.expand_as(self.noise)
            predicted = weights @ phi
            errors = torch.randn(len(weights), generator=generator, dtype=torch.float64).to(weights)
            apart, off = weights - weights.mean(0), predicted - predicted.mean()
            gain = (off @ apart) / (off @ off + variances.sum())
            missing = value + variances.sqrt() * errors - predicted
            weights = weights + missing.unsqueeze(1) * gain
        return LinearDraws(self.features, weights, self.noise, draw_seed(generator))
