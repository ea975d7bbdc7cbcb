"""Process with a prior that was learned from earlier tasks: a mean function and a covariance of low rank.

With functions `g_t` of `T` earlier tasks, each of zero mean and unit variance, their average `m` and their
deviations `phi_t = (g_t - m) / sqrt(T - 1)`,

    f(x) ~ GP(c + m(x), o (sum_t phi_t(x) phi_t(x') + v m(x) m(x')) + k(x, x')):

the mean and the empirical covariance of the earlier functions, where the scale `1 +- sqrt(o v)` of the mean
and the offset `c` are free, and a stationary `k` for what no earlier task had (Wang et al., "Pre-trained
Gaussian processes for Bayesian optimization", 2109.08215, with networks in place of the two moments).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from hebo.surrogates.covariance import Covariance
from hebo.surrogates.earlier_functions import EarlierFunctions
from hebo.surrogates.gaussian_process import GaussianProcess, widening


class PretrainedCovariance:
    """The covariance of a new task, and its mean function; see `CovarianceFunction`.

    Args:
        rest: The stationary part `k`, with mean `c` and noise.
        earlier: Functions of the earlier tasks.
        spread: `o`.
        freedom: `sqrt(v)`.
    """

    def __init__(self, rest: Covariance, earlier: EarlierFunctions, spread: Tensor, freedom: float) -> None:
        self.rest, self.earlier, self.spread = rest, earlier, spread
        self.mean, self.noise = rest.mean, rest.noise
        self.directions = earlier.directions(freedom)
        self._directions_and_mean = torch.cat([self.directions, earlier.mean_weights.unsqueeze(-1)], 1)
        self._n_rest = rest.lengthscale.shape[0]
        self.signal = rest.signal + self._of_earlier(earlier.at(earlier.z, self.directions)).mean()

    def features(self, x: Tensor) -> Tensor:
        """Those of the stationary part, directions, and the mean, `... x (k + r + 1)`, of points."""
        of_earlier = self.earlier.at(x, self._directions_and_mean)
        return torch.cat([self.rest.features(x), of_earlier], -1)

    def between(
        self, a: Tensor, b: Tensor, features_a: Tensor | None = None, features_b: Tensor | None = None
    ) -> Tensor:
        """Covariance of `... x n x d` and `... x m x d` points, `... x n x m`."""
        of_a = self.features(a) if features_a is None else features_a
        of_b = self.features(b) if features_b is None else features_b
        (rest_a, directions_a), (rest_b, directions_b) = self._split(of_a), self._split(of_b)
        return self.rest.between(a, b, rest_a, rest_b) + self.spread * (directions_a @ directions_b.mT)

    def noisy(self, x: Tensor, features: Tensor, noise: Tensor | None = None) -> Tensor:
        """Covariance of noisy observations; see `CovarianceFunction`."""
        of_rest, directions = self._split(features)
        return self.rest.noisy(x, of_rest, noise) + self.spread * (directions @ directions.mT)

    def with_slopes(
        self, x: Tensor, data: Tensor, features: Tensor
    ) -> tuple[Tensor, Callable[[Sequence[Tensor]], Tensor]]:
        """Covariances with the data, and slopes of weighted sums of them; see `WithSlopes`."""
        of_rest, directions = self._split(features)
        k, rest_slopes = self.rest.with_slopes(x, data, of_rest)
        g, slopes_of = self._support(x)

        def slopes(weights: Sequence[Tensor]) -> Tensor:
            on_support = [self.spread * (one @ directions) @ self.directions.T for one in weights]
            return rest_slopes(weights) + slopes_of(on_support)

        return k + self.spread * (g @ self.directions @ directions.mT), slopes

    def mean_of(self, features: Tensor) -> Tensor:
        """The mean function, `...`, at points with `features`."""
        return self.mean + features[..., -1]

    def variance_of(self, features: Tensor) -> Tensor:
        """The variance before any data, `...`, at points with `features`."""
        return self.rest.signal + self._of_earlier(self._split(features)[1])

    def prior_slopes(self, x: Tensor) -> Tensor:
        """Slopes of mean function and variance at `b x d` points, `2 x b x d`."""
        g, slopes_of = self._support(x)
        of_variance = 2 * self.spread * (g @ self.directions) @ self.directions.T
        return slopes_of([self.earlier.mean_weights, of_variance])

    def _split(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features of the stationary part, and directions."""
        return features[..., : self._n_rest], features[..., self._n_rest : -1]

    def _of_earlier(self, directions: Tensor) -> Tensor:
        return self.spread * directions.square().sum(-1)

    def _support(self, x: Tensor) -> tuple[Tensor, Callable[[Sequence[Tensor]], Tensor]]:
        """Covariances with the points of support under `earlier`, and the slopes of their sums."""
        of = self.earlier
        return of.covariance.with_slopes(x, of.z, of.z_features)


class PretrainedProcess(GaussianProcess):
    """The posterior of a new task given its observations, under a prior learned from earlier tasks.

    Variances are widened as if there were more observations: most of what they determine without such a
    prior is known.
    """

    covariance: PretrainedCovariance

    @property
    def correlations(self) -> Tensor:
        """Of each earlier function with the mean of the posterior, at the points of support.

        See `hebo.abilities.FromRelated`.
        """
        earlier = self.covariance.earlier
        values = torch.cat([self.means(earlier.z).unsqueeze(-1), earlier.at(earlier.z, earlier.weights)], 1)
        return torch.corrcoef(values.T)[0, 1:]

    def _prior_mean(self, x: Tensor, features: Tensor | None) -> Tensor:
        return self.covariance.mean_of(self.covariance.features(x) if features is None else features)

    def _prior_variance(self, x: Tensor, features: Tensor | None) -> Tensor:
        return self.covariance.variance_of(self.covariance.features(x) if features is None else features)

    def _prior_slopes(self, x: Tensor) -> Tensor:
        slopes = self.covariance.prior_slopes(x)
        return slopes * slopes.new_tensor([1.0, self.widening])[:, None, None]

    def _widening(self) -> float:
        return widening(self.n_fitted + KNOWN_BEFORE)


KNOWN_BEFORE = 10
"""Observations that the learned prior is worth, when variances are widened."""
