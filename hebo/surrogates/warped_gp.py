"""Warped GP, HEBO's surrogate: a Matern Gaussian process on Kumaraswamy-warped inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.information import Information, Takes
from hebo.kernels.matern import Smoothness
from hebo.surrogates.context_offset import OffsetCorrelation, context_columns, with_offset
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.gaussian_process import CovarianceFunction, GaussianProcess
from hebo.surrogates.hyperparameters import FIDELITY_SCALE, Columns, Layout, Prior, overlap_prior
from hebo.surrogates.known_noise import known_variances, noise_mode, pooled
from hebo.surrogates.map_fit import most_likely
from hebo.surrogates.marginal_likelihood import LogPosterior
from hebo.surrogates.subset import best_and_random, best_near_random

# The last digits of a hyperparameter change no suggestion.
_MAX_ITERATIONS = 50
_NOISE = 1e-2
_NOISE_PER_POINT = 0.01
_MIN_NOISE = 1e-5


class WarpedGP(Surrogate):
    """Matern GP over numeric and categorical columns with learned input warping.

    `k(x, x') = s^2 M(w(x), w(x')) C(c, c')`: a Matern correlation `M` with one lengthscale per numeric
    column on inputs scaled by the bounds of the space and warped by a Kumaraswamy CDF per column, times
    `C = exp(-mean_i [c_i != c'_i] / l_i)` over the categorical columns (Cowen-Rivers et al., 2012.03826,
    section 3; Snoek et al., 2014 for warping). The lengthscale prior grows with the dimension (Hvarfner et
    al., 2402.02229); those of a category and of a fidelity expect categories and levels to be related.

    Known variances of observations take the place of the learned one (`Data.y_var`), and repetitions of a
    point are pooled then; see `hebo.surrogates.known_noise`. In spaces with contexts an offset of each
    context is added to the covariance; see `hebo.surrogates.context_offset`.

    Attributes:
        smoothness: The `nu` of the Matern correlation: 1.5 (the paper's) or 2.5.
        warp: Learn the Kumaraswamy warp.
        n_starts: Of the hyperparameter fit.
        max_train: Most observations that predictions use; see `hebo.surrogates.subset.best_near_random`.
        max_fit: Most of those that hyperparameters are fitted to: the best third and random others.
        min_noise: Least noise variance, in units of the variance of `y`; with `n` observations no less than
            `0.01 / n` either, for on a plateau a few equal values look free of noise.
    """

    takes: ClassVar[Takes] = frozenset({Information.VARIANCES})

    smoothness: Smoothness = 1.5
    warp: bool = True
    n_starts: int = Field(default=1, ge=1)
    max_train: int = Field(default=2000, ge=10)
    max_fit: int = Field(default=300, ge=10)
    min_noise: float = Field(default=_MIN_NOISE, gt=0)

    def offers(self) -> frozenset[Ability]:
        """See `hebo.base.Surrogate`."""
        return frozenset({CROSS_COVARIANCE, JOINT_NORMAL, PATH_SAMPLING, LEAVE_ONE_OUT})

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> GaussianProcess:
        """Return a model conditioned on the observations; see `hebo.base.Surrogate`."""
        columns, contexts = Columns(space), context_columns(space)
        offset = OffsetCorrelation(space, contexts) if contexts else None
        train = best_near_random(pooled(data), space, self.max_train, generator)
        layout = self._layout(columns, len(train.x), noise_mode(train, _NOISE), contexts)
        theta = self._hyperparameters(layout, train, columns, offset, generator)
        covariance: CovarianceFunction = Covariance(columns, layout, theta, self.smoothness)
        if offset is not None:
            covariance = with_offset(covariance, offset, theta[layout.groups["offset"]].exp()[0])
        return GaussianProcess(covariance, train.x, train.y[:, 0], noise=known_variances(train))

    def _layout(
        self, columns: Columns, n: int, noise: float = _NOISE, contexts: Sequence[int] = ()
    ) -> Layout:
        return warped_layout(
            len(columns.numeric),
            len(columns.categorical),
            n,
            warp=self.warp,
            noise=noise,
            min_noise=self.min_noise,
            contexts=tuple(place for place, one in enumerate(columns.categorical) if one in contexts),
            fidelities=columns.fidelities,
            has_offset=bool(contexts),
        )

    def _hyperparameters(
        self,
        layout: Layout,
        train: Data,
        columns: Columns,
        offset: OffsetCorrelation | None,
        generator: Generator,
    ) -> Tensor:
        """Return the most likely setting, `p`."""
        subset = train.rows(best_and_random(train.y[:, 0], self.max_fit, generator))
        density = self._density(layout, subset, columns, offset)
        starts = layout.starts(self.n_starts, generator=generator, scatter=0.5)
        theta = most_likely(density, starts, max_iterations=_MAX_ITERATIONS)
        return torch.from_numpy(theta).to(train.x)

    def _density(
        self, layout: Layout, data: Data, columns: Columns, offset: OffsetCorrelation | None = None
    ) -> LogPosterior:
        """Return the density of the hyperparameters given observations."""
        numeric, codes = (part.cpu().numpy() for part in columns.split(data.x))
        known = known_variances(data)
        return LogPosterior(
            layout,
            numeric,
            codes,
            data.y[:, 0].cpu().numpy(),
            self.smoothness,
            noise=None if known is None else known.cpu().numpy(),
            offset=None if offset is None else offset.between(data.x, data.x).cpu().numpy(),
        )


def warped_layout(
    n_numeric: int,
    n_categorical: int,
    n: int,
    *,
    warp: bool = True,
    noise: float = _NOISE,
    min_noise: float = _MIN_NOISE,
    contexts: tuple[int, ...] = (),
    fidelities: tuple[int, ...] = (),
    has_offset: bool = False,
) -> Layout:
    """Return the hyperparameters of a warped GP with their priors.

    Args:
        n_numeric: `k`.
        n_categorical: `c`.
        n: Number of observations.
        warp: Whether inputs are warped.
        noise: Most likely noise variance.
        min_noise: Least noise variance; see `WarpedGP`.
        contexts: Which categorical columns, from 0, are contexts.
        fidelities: Which numeric columns, from 0, are fidelities.
        has_offset: Whether there are contexts, of any kind.
    """
    root = max(1, n_numeric) ** 0.5
    exponent = Prior(1.0, 0.5, lower=0.05, upper=20.0)
    priors = {
        # Placed for calibrated predictions from 10 to 100 observations of tuning problems. Without a shared
        # part, dozens of columns would hold each other at short lengthscales whatever the data say.
        "lengthscale": Prior(0.15 * root, 0.7, shared=0.5, start=0.5 * root, lower=0.05),
        "fidelity_scale": FIDELITY_SCALE,
        "warp_a": exponent,
        "warp_b": exponent,
        "overlap_scale": overlap_prior(n_categorical),
        # Two contexts correlate by exp(-1/3), whatever other categories there are: most are related.
        "context_scale": Prior(3.0 / max(1, n_categorical), 1.5, lower=1e-3),
        "offset": Prior(1.0, 1.0),
        "signal": Prior(1.0, 1.0),
        "noise": Prior(noise, 2.0, lower=max(min_noise, _NOISE_PER_POINT / n)),
    }
    return Layout(
        n_numeric, n_categorical, warp, priors, contexts, fidelities=fidelities, has_offset=has_offset
    )
