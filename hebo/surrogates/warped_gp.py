"""Warped GP, HEBO's surrogate: a Matern Gaussian process on Kumaraswamy-warped inputs."""

from __future__ import annotations

from typing import ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import LEAVE_ONE_OUT, PATH_SAMPLING, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.matern import Smoothness
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.hyperparameters import Columns, Layout, Prior
from hebo.surrogates.known_noise import known_variances, noise_mode, pooled
from hebo.surrogates.map_fit import most_likely
from hebo.surrogates.marginal_likelihood import LogPosterior
from hebo.surrogates.subset import best_and_random, best_near_random

# The last digits of a hyperparameter change no suggestion.
_MAX_ITERATIONS = 50
_NOISE = 1e-2
_NOISE_PER_POINT = 0.01


class WarpedGP(Surrogate):
    """Matern GP over numeric and categorical columns with learned input warping.

    `k(x, x') = s^2 M(w(x), w(x')) C(c, c')`: a Matern correlation `M` with one lengthscale per numeric
    column on inputs scaled by the bounds of the space and warped by a Kumaraswamy CDF per column, times
    `C = exp(-mean_i [c_i != c'_i] / l_i)` over the categorical columns (Cowen-Rivers et al., 2012.03826,
    section 3; Snoek et al., 2014 for warping). The lengthscale prior grows with the dimension (Hvarfner et
    al., 2402.02229).

    Known variances of observations take the place of the learned one (`Data.y_var`), and repetitions of a
    point are pooled then; see `hebo.surrogates.known_noise`.

    Attributes:
        smoothness: The `nu` of the Matern correlation: 1.5 (the paper's) or 2.5.
        warp: Learn the Kumaraswamy warp.
        n_starts: Of the hyperparameter fit.
        max_train: Most observations that predictions use; see `hebo.surrogates.subset.best_near_random`.
        max_fit: Most of those that hyperparameters are fitted to: the best third and random others.
        min_noise: Least noise variance, in units of the variance of `y`; with `n` observations no less than
            `0.01 / n` either, for on a plateau a few equal values look free of noise.
    """

    takes_variances: ClassVar[bool] = True

    smoothness: Smoothness = 1.5
    warp: bool = True
    n_starts: int = Field(default=1, ge=1)
    max_train: int = Field(default=2000, ge=10)
    max_fit: int = Field(default=300, ge=10)
    min_noise: float = Field(default=1e-5, gt=0)

    def offers(self) -> frozenset[Ability]:
        """See `hebo.base.Surrogate`."""
        return frozenset({PATH_SAMPLING, LEAVE_ONE_OUT})

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> GaussianProcess:
        """Return a model conditioned on the observations; see `hebo.base.Surrogate`."""
        columns = Columns(space)
        train = best_near_random(pooled(data), space, self.max_train, generator)
        layout = self._layout(columns, len(train.x), noise_mode(train, _NOISE))
        theta = self._hyperparameters(layout, train, columns, generator)
        covariance = Covariance(columns, layout, theta, self.smoothness)
        return GaussianProcess(covariance, train.x, train.y[:, 0], noise=known_variances(train))

    def _layout(self, columns: Columns, n: int, noise: float = _NOISE) -> Layout:
        k = len(columns.numeric)
        root = max(1, k) ** 0.5
        # Placed for calibrated predictions from 10 to 100 observations of tuning problems. Without a shared
        # part, dozens of columns would hold each other at short lengthscales whatever the data say.
        lengthscale = Prior(0.15 * root, 0.7, shared=0.5, start=0.5 * root, lower=0.05)
        warp = Prior(1.0, 0.5, lower=0.05, upper=20.0)
        priors = {
            "lengthscale": lengthscale,
            "warp_a": warp,
            "warp_b": warp,
            "overlap_scale": Prior(0.5, 1.0, start=1.0, lower=1e-3),
            "signal": Prior(1.0, 1.0),
            "noise": Prior(noise, 2.0, lower=max(self.min_noise, _NOISE_PER_POINT / n)),
        }
        return Layout(k, len(columns.categorical), self.warp, priors)

    def _hyperparameters(self, layout: Layout, train: Data, columns: Columns, generator: Generator) -> Tensor:
        """Return the most likely setting, `p`."""
        subset = best_and_random(train.y[:, 0], self.max_fit, generator)
        numeric, codes = (part.cpu().numpy() for part in columns.split(train.x[subset]))
        y = train.y[subset, 0].cpu().numpy()
        known = known_variances(train)
        noise = None if known is None else known[subset].cpu().numpy()
        density = LogPosterior(layout, numeric, codes, y, self.smoothness, noise)
        starts = layout.starts(self.n_starts, generator=generator, scatter=0.5)
        theta = most_likely(density, starts, max_iterations=_MAX_ITERATIONS)
        return torch.from_numpy(theta).to(train.x)
