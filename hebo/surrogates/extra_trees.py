"""Extremely randomized trees with their spread as uncertainty."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import CROSS_COVARIANCE, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.information import Information, Takes
from hebo.random import draw_seed
from hebo.surrogates.gaussian_model import MIN_VARIANCE
from hebo.surrogates.known_noise import pooled, reliabilities
from hebo.surrogates.model_batch import OneByOne
from hebo.surrogates.trees import Array, Trees, grow


class ExtraTrees(Surrogate):
    """Extremely randomized trees (Geurts et al., 2006) on one-hot categories, read as SMAC reads a forest.

    The mean is that of the trees; the variance is the variance of their means plus the mean variance within
    their leaves (Hutter et al., "Algorithm runtime prediction", 2014, section 4.3.2). Random splits between
    neighboring values make the mean piecewise almost linear, and the variance grow between observations.
    Predictions have no gradient: searches that need one keep continuous columns to their other moves.

    Where variances of observations are known (`Data.y_var`), a tree draws an observation the less often the
    larger its variance is (`hebo.surrogates.known_noise.reliabilities`).

    Attributes:
        n_trees: Number of trees.
        min_samples_leaf: Least number of observations of a leaf.
    """

    takes: ClassVar[Takes] = frozenset({Information.VARIANCES})

    n_trees: int = Field(default=100, ge=2)
    min_samples_leaf: int = Field(default=1, ge=1)

    @property
    def has_gradients(self) -> bool:
        """None: predictions are constant within leaves."""
        return False

    def offers(self) -> frozenset[Ability]:
        """See `hebo.base.Surrogate`."""
        return frozenset({CROSS_COVARIANCE})

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Forest:
        """Return trees grown on the observations; see `hebo.base.Surrogate`."""
        categories, data = dict(space.categorical_dims), pooled(data)
        shares = reliabilities(data)
        trees = grow(
            features_of(data.x, categories),
            data.y[:, 0].cpu().numpy(),
            n_trees=self.n_trees,
            min_leaf=self.min_samples_leaf,
            rng=np.random.default_rng(draw_seed(generator)),
            weights=None if shares is None else shares.cpu().numpy(),
        )
        return Forest(trees, data.x, categories)


class Forest(OneByOne):
    """Trees grown on `n` observations.

    Args:
        trees: Grown on `_features`.
        x: `n x d` encoded points.
        categories: Column -> number of categories.
    """

    def __init__(self, trees: Trees, x: Tensor, categories: dict[int, int]) -> None:
        super().__init__()
        self.trees, self.x, self.categories = trees, x, categories

    @cached_property
    def noise_variance(self) -> Tensor:
        """Mean variance within the leaves of the observations."""
        return self._of_trees(self.x)[1].mean()

    def means(self, x: Tensor) -> Tensor:
        """Means, `b`, at `b x d` points."""
        return self._of_trees(x)[0].mean(0)

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points; without gradients."""
        means, within = self._of_trees(x)
        variance = means.var(0, correction=0) + within.mean(0)
        return means.mean(0), variance.clamp_min(MIN_VARIANCE)

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`: trees differ at several points at once."""
        flat = x.reshape(-1, x.shape[-1])
        means, within = (part.reshape(-1, *x.shape[:-1]) for part in self._of_trees(flat))
        apart = means - means.mean(0)
        spread = (apart.unsqueeze(-1) * apart.unsqueeze(-2)).mean(0)
        return means.mean(0), spread + torch.diag_embed(within.mean(0) + MIN_VARIANCE)

    def cross(self, a: Tensor, b: Tensor) -> Tensor:
        """Covariances, `n x m`, of the means of trees at `n x d` and `m x d` points."""
        of_a, of_b = self._of_trees(a)[0], self._of_trees(b)[0]
        return (of_a - of_a.mean(0)).mT @ (of_b - of_b.mean(0)) / len(of_a)

    def conditioned(self, x: Tensor, y: Tensor, noise: Tensor | None) -> Forest:
        """Return the same trees, whose leaves have taken up further observations; see `OneByOne`.

        Raises:
            IncompatibleError: If variances of the noise are given.
        """
        if noise is not None:
            raise IncompatibleError(
                "the leaves of trees average their observations, whose known variances they have no use for; "
                "leave `noise` out, or use a Gaussian process (warped_gp, mixed_gp)"
            )
        values = y.detach().cpu().numpy()
        trees = self.trees.joined_by(features_of(x, self.categories), values)
        return Forest(trees, torch.cat([self.x, x]), self.categories)

    def _of_trees(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of the leaf of each of `t` trees at `b` points, `t x b`."""
        leaves = self.trees.leaves(features_of(x, self.categories))
        means, within = self.trees.mean[leaves], self.trees.variance[leaves]
        return torch.from_numpy(means).to(x), torch.from_numpy(within).to(x)


def features_of(x: Tensor, categories: dict[int, int]) -> Array:
    """Return encoded points, `b x d`, with ordered columns as they are and categories one-hot.

    Args:
        x: The points.
        categories: Column -> number of categories.
    """
    codes = x.detach().cpu().numpy()
    ordered = [column for column in range(codes.shape[1]) if column not in categories]
    one_hot = [codes[:, [column]] == np.arange(count) for column, count in categories.items()]
    features: Array = np.concatenate([codes[:, ordered], *one_hot], axis=1, dtype=np.float64)
    return features
