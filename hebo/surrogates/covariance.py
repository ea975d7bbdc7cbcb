"""The covariance of a warped GP: `s^2 M(w(u), w(u')) C(c, c')`, for many hyperparameter settings at once.

`M` is a Matern correlation with one lengthscale per numeric column, of inputs `u` in `[0, 1]` warped by a
Kumaraswamy CDF `w(u) = 1 - (1 - u^a)^b`, and `C = exp(-mean_i [c_i != c'_i] / l_i)`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from hebo.surrogates.hyperparameters import Layout
from hebo.surrogates.matern import matern, squared_distances

# Keeps the logarithms of the warp finite at the ends of a column.
EDGE = 1e-6


@dataclass(frozen=True)
class Inputs:
    """Points split into what the kernel works on.

    Attributes:
        numeric: `... x n x k`, in `[0, 1]`.
        codes: `... x n x c` categories.
    """

    numeric: Tensor
    codes: Tensor


@dataclass(frozen=True)
class Covariance:
    """The covariance function of `s` hyperparameter settings.

    Attributes:
        layout: Of `theta`.
        theta: `s x p`.
        smoothness: Of the Matern correlation.
    """

    layout: Layout
    theta: Tensor
    smoothness: float

    def group(self, name: str) -> Tensor:
        """Entries of one group as positive numbers, `s x 1 x size`."""
        return self.theta[:, self.layout.groups[name]].exp().unsqueeze(-2)

    @property
    def signal(self) -> Tensor:
        """Prior variances, `s`."""
        return self.group("signal")[:, 0, 0]

    @property
    def noise(self) -> Tensor:
        """Noise variances, `s`."""
        return self.group("noise")[:, 0, 0]

    @property
    def mean(self) -> Tensor:
        """Constant means, `s`."""
        return self.theta[:, -1]

    def features(self, numeric: Tensor) -> Tensor:
        """Warped columns in units of their lengthscales, `s x n x k`."""
        u = numeric
        if self.layout.warp:
            log_u = numeric.clamp(EDGE, 1 - EDGE).log()
            log_rest = torch.log1p(-torch.exp(self.group("warp_a") * log_u))
            u = -torch.expm1(self.group("warp_b") * log_rest)
        return u / self.group("lengthscale")

    def overlap(self, a: Tensor, b: Tensor) -> Tensor:
        """Correlation `C` of the categories, `s x n x m`, of `n x c` and `m x c` codes."""
        differ = (a.unsqueeze(-2) != b.unsqueeze(-3)).to(self.theta)
        weight = 1.0 / (self.group("overlap_scale") * a.shape[-1])
        return torch.exp(-(differ.flatten(0, 1) @ weight.mT).squeeze(-1).unflatten(1, differ.shape[:2]))

    def between(self, a: Inputs, b: Inputs, features_b: Tensor | None = None) -> Tensor:
        """Covariance of two sets of points, `s x n x m`; `features_b` may be given to save their warp."""
        k = self.signal.view(-1, 1, 1)
        if self.layout.n_numeric:
            of_b = self.features(b.numeric) if features_b is None else features_b
            k = k * matern(squared_distances(self.features(a.numeric), of_b), self.smoothness)
        if self.layout.n_categorical:
            k = k * self.overlap(a.codes, b.codes)
        return k.expand(len(self.theta), a.numeric.shape[-2], b.numeric.shape[-2])
