"""Covariance of values and derivatives: `s^2 phi(r^2) C(c, c')` and its derivatives by the points.

An observation is `v f(x) + e . grad f(x)` with the gradient by scaled columns `z = u / l`: a value has
`v = 1` and `e = 0`, the derivative by column `j` in its range has `v = 0` and `e = e_j / l_j`. With
`d = z - z'`, `t = |d|^2`, `alpha = e . d` and `beta = e' . d` the covariance of two of them is

    s^2 C [v v' phi + 2 phi' (v' alpha - v beta - e . e') - 4 phi'' alpha beta]

(Rasmussen and Williams, 2006, 9.4; Solak et al., "Derivative observations in Gaussian process models of
dynamic systems", 2003). All of it comes of products of matrices: no array of pairs and columns is formed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from hebo.kernels.distances import squared_distances_of_many
from hebo.kernels.radial import Radial, RadialValues, radial, slope_variance
from hebo.kernels.transformed_overlap import mismatch_decay, mismatches
from hebo.surrogates.hyperparameters import Columns, Layout
from hebo.surrogates.marginal_likelihood import JITTER


class Functionals(NamedTuple):
    """What was observed of a function at points.

    Attributes:
        z: `... n x k` points in units of the lengthscales.
        e: `... n x k` weights of the derivatives.
        v: `... n` weights of the value, 1 or 0.
    """

    z: Tensor
    e: Tensor
    v: Tensor


class Pairs(NamedTuple):
    """What the covariances of observations `a` (`n`) and `b` (`m`) are made of, `... n x m` each.

    Attributes:
        phi: The correlation and its derivatives.
        square: `t`.
        alpha: `e_a . d`.
        beta: `e_b . d`.
        inner: `e_a . e_b`.
    """

    phi: RadialValues
    square: Tensor
    alpha: Tensor
    beta: Tensor
    inner: Tensor

    def correlation(self, v_a: Tensor, v_b: Tensor) -> Tensor:
        """Return the covariances of a process of unit variance without categories."""
        va, vb = v_a.unsqueeze(-1), v_b.unsqueeze(-2)
        linear = vb * self.alpha - va * self.beta - self.inner
        return (
            va * vb * self.phi.value
            + 2 * self.phi.first * linear
            - 4 * self.phi.second * (self.alpha * self.beta)
        )


def pairs(a: Functionals, b: Functionals, kind: Radial) -> Pairs:
    """Return the terms of all pairs of two sets of observations."""
    square = squared_distances_of_many(a.z, b.z)
    alpha = (a.e * a.z).sum(-1).unsqueeze(-1) - a.e @ b.z.mT
    beta = a.z @ b.e.mT - (b.e * b.z).sum(-1).unsqueeze(-2)
    return Pairs(radial(square, kind), square, alpha, beta, a.e @ b.e.mT)


class GradientCovariance:
    """The covariance function under one setting of the hyperparameters.

    Points have `k` further columns: the direction in which the function was differentiated, in scaled columns
    (0 for a value). See `hebo.surrogates.gaussian_process.CovarianceFunction`.

    Args:
        columns: Splits encoded points.
        layout: Of `theta`.
        theta: `p` hyperparameters.
        kind: Name of the correlation.
    """

    def __init__(self, columns: Columns, layout: Layout, theta: Tensor, kind: Radial) -> None:
        self.columns, self.layout, self.kind = columns, layout, kind
        self.mean = theta[-1]
        positive = {name: theta[group].exp() for name, group in layout.groups.items()}
        self.signal, self.noise = positive["signal"][0], positive["noise"][0]
        self.slope_noise = positive["slope_noise"][0]
        self.lengthscale = positive["lengthscale"]
        self.overlap_weight = 1.0 / (positive["overlap_scale"] * max(1, layout.n_categorical))

    def features(self, x: Tensor) -> Tensor:
        """Scaled points, directions and weights of values of `... (d + k)` points, `... x (2 k + 1)`."""
        u, _ = self.columns.split(x)
        direction = x[..., self.columns.n :]
        is_value = (direction == 0).all(-1, keepdim=True).to(x)
        return torch.cat([u / self.lengthscale, direction / self.lengthscale, is_value], -1)

    def functionals(self, features: Tensor) -> Functionals:
        """Return features by their parts."""
        k = len(self.columns.numeric)
        return Functionals(features[..., :k], features[..., k : 2 * k], features[..., 2 * k])

    def between(
        self, a: Tensor, b: Tensor, features_a: Tensor | None = None, features_b: Tensor | None = None
    ) -> Tensor:
        """Covariance of `... x n x (d + k)` and `... x m x (d + k)` points, `... x n x m`."""
        of_a = self.functionals(self.features(a) if features_a is None else features_a)
        of_b = self.functionals(self.features(b) if features_b is None else features_b)
        return self._scaled(pairs(of_a, of_b, self.kind).correlation(of_a.v, of_b.v), a, b)

    def noisy(self, x: Tensor, features: Tensor, noise: Tensor | None = None) -> Tensor:
        """Covariance of noisy observations; known variances of the noise are those of values.

        That of a derivative by a scaled column is the same for all columns.
        """
        _, e, v = self.functionals(features)
        slopes = e.square().sum(-1)
        of_value = self.noise if noise is None else torch.where(torch.isnan(noise), self.noise, noise)
        shift = torch.where(v > 0, of_value, self.slope_noise * slopes)
        shift = shift + JITTER * self.signal * (v + slope_variance(self.kind) * slopes)
        covariance = self.between(x, x, features, features)
        return covariance + torch.diag_embed(shift.expand(covariance.shape[:-1]))

    def with_slopes(
        self, x: Tensor, data: Tensor, features: Tensor
    ) -> tuple[Tensor, Callable[[Sequence[Tensor]], Tensor]]:
        """Covariances of values with the data, and slopes of weighted sums of them; see `WithSlopes`."""
        a, b = self.functionals(self.features(x)), self.functionals(features)
        parts, columns = pairs(a, b, self.kind), self.columns.numeric
        by_z = 2 * self._scaled(b.v * parts.phi.first - 2 * parts.phi.second * parts.beta, x, data)
        by_beta = -2 * self._scaled(parts.phi.first, x, data)
        scale = self.lengthscale * self.columns.range.to(x)

        def slopes(weights: Sequence[Tensor]) -> Tensor:
            pulls = torch.stack([by_z * one for one in weights])
            turns = torch.stack([by_beta * one for one in weights])
            found = x.new_zeros(len(weights), *x.shape)
            found[..., columns] = (pulls.sum(-1, keepdim=True) * a.z - pulls @ b.z + turns @ b.e) / scale
            return found

        return self._scaled(parts.correlation(a.v, b.v), x, data), slopes

    def _scaled(self, correlation: Tensor, a: Tensor, b: Tensor) -> Tensor:
        """Multiply by the variance, and by the correlation of the categories."""
        if not self.layout.n_categorical:
            return self.signal * correlation
        codes_a, codes_b = a[..., self.columns.categorical], b[..., self.columns.categorical]
        overlap: Tensor = mismatch_decay(mismatches(codes_a, codes_b).to(a), self.overlap_weight, torch)
        return self.signal * overlap * correlation
