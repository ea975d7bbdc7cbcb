"""A random forest with the spread of its trees as uncertainty."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from sklearn.ensemble import ExtraTreesRegressor
from torch import Generator, Tensor

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import draw_seed
from hebo.surrogates.gaussian_model import LEAST_VARIANCE, GaussianModel

Array = NDArray[np.float32]


class RandomForest(Surrogate):
    """Extremely randomised trees (Geurts et al., 2006) on one-hot categories, read as SMAC reads a forest.

    The mean is that of the trees; the variance is the variance of their means plus the mean variance within
    their leaves (Hutter et al., "Algorithm runtime prediction", 2014, section 4.3.2). Random splits between
    neighbouring values make the mean piecewise almost linear, and the variance grow between observations.
    Predictions have no gradient: searches that need one keep continuous columns to their other moves.

    Attributes:
        n_trees: Number of trees.
        min_samples_leaf: Least number of observations of a leaf.
    """

    n_trees: int = Field(default=100, ge=2)
    min_samples_leaf: int = Field(default=1, ge=1)

    def fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Forest:
        """Return a model of the successes, and of pending points at their predicted means."""
        known = data.successes()
        forest = Forest(self, known.x, known.y[:, 0], dict(space.categorical_dims), draw_seed(generator))
        if not len(data.pending):
            return forest
        return forest.condition_on_observations(data.pending, forest.means(data.pending).unsqueeze(-1))


class Forest(GaussianModel):
    """Trees grown on `n` observations.

    Args:
        settings: Of the trees.
        x: `n x d` encoded points.
        y: `n` values.
        categories: Column -> number of categories.
        seed: Of the random splits.
    """

    def __init__(
        self, settings: RandomForest, x: Tensor, y: Tensor, categories: dict[int, int], seed: int
    ) -> None:
        super().__init__()
        self.settings, self.x, self.y, self.categories, self.seed = settings, x, y, categories, seed
        self._trees = ExtraTreesRegressor(
            settings.n_trees,
            min_samples_leaf=settings.min_samples_leaf,
            bootstrap=True,
            random_state=seed,
            n_jobs=1,
        ).fit(self._features(x), y.cpu().numpy())
        self._leaf_variance = [tree.tree_.impurity for tree in self._trees.estimators_]

    @property
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
        return means.mean(0), variance.clamp_min(LEAST_VARIANCE)

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`: trees differ at several points at once."""
        flat = x.reshape(-1, x.shape[-1])
        means, within = (part.reshape(-1, *x.shape[:-1]) for part in self._of_trees(flat))
        apart = means - means.mean(0)
        spread = (apart.unsqueeze(-1) * apart.unsqueeze(-2)).mean(0)
        return means.mean(0), spread + torch.diag_embed(within.mean(0) + LEAST_VARIANCE)

    def condition_on_observations(self, X: Tensor, Y: Tensor, **kwargs: Any) -> Forest:
        """Return trees grown anew, by the same random numbers, with `k x d` further points."""
        x, y = torch.cat([self.x, X]), torch.cat([self.y, Y.squeeze(-1)])
        return Forest(self.settings, x, y, self.categories, self.seed)

    def _of_trees(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of the leaf of each of `t` trees at `b` points, `t x b`."""
        features = self._features(x)
        leaves = [tree.apply(features) for tree in self._trees.estimators_]
        values = [
            tree.tree_.value[leaf, 0, 0] for tree, leaf in zip(self._trees.estimators_, leaves, strict=True)
        ]
        within = [impurity[leaf] for impurity, leaf in zip(self._leaf_variance, leaves, strict=True)]
        return torch.from_numpy(np.stack(values)).to(x), torch.from_numpy(np.stack(within)).to(x)

    def _features(self, x: Tensor) -> Array:
        """Ordered columns as they are, categories one-hot."""
        codes = x.detach().cpu().numpy()
        ordered = [column for column in range(codes.shape[1]) if column not in self.categories]
        one_hot = [codes[:, [column]] == np.arange(count) for column, count in self.categories.items()]
        features: Array = np.concatenate([codes[:, ordered], *one_hot], axis=1, dtype=np.float32)
        return features
