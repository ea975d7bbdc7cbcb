"""Context offset: an additive covariance of the context columns alone.

What a context adds to every value is a function of the context columns, with the covariance `s_c^2 R`,
`R(c, c') = mean_j k_j(c_j, c'_j)`: `[c_j = c'_j]` for a category, a Matern correlation of smoothness 5/2 for
a number. The covariance of a process is `k(x, x') + s_c^2 R(c, c')` then, an additive kernel of contexts and
points (Krause and Ong, "Contextual Gaussian process bandit optimization", 2011).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.surrogates.gaussian_process import CovarianceFunction, WithSlopes

LENGTHSCALE = 0.5
"""Of numeric contexts, in units of their ranges: an offset is a smooth trend."""

_RATE = math.sqrt(5.0) / LENGTHSCALE


class OffsetCorrelation:
    """The correlation `R` of the offsets of contexts.

    Args:
        space: Gives ranges and categorical columns.
        columns: The columns of the contexts, at least one.

    Attributes:
        numeric: The numeric ones.
    """

    def __init__(self, space: DesignSpace, columns: Sequence[int]) -> None:
        self.nominal = [one for one in columns if one in space.categorical_dims]
        self.numeric = [one for one in columns if one not in space.categorical_dims]
        lower, upper = space.bounds[:, self.numeric]
        self.range = (upper - lower) + (upper == lower).to(lower)
        self.n = len(columns)

    def between(self, a: Tensor, b: Tensor) -> Tensor:
        """Return the correlations, `... x n x m`, of `... x n x d` and `... x m x d` points."""
        same = (a[..., :, None, self.nominal] == b[..., None, :, self.nominal]).to(a).sum(-1)
        s = self._apart(a, b).abs()
        near = ((1 + s + s.square() / 3) * (-s).exp()).sum(-1)
        correlation: Tensor = (same + near) / self.n
        return correlation

    def slopes(self, a: Tensor, b: Tensor) -> Tensor:
        """Return the derivatives of the correlations by the numeric columns of `a`, `... x n x m x k`."""
        s = self._apart(a, b)
        size = s.abs()
        by_s = -s * (1 + size) * (-size).exp() / 3
        slopes: Tensor = by_s * (_RATE / self.range.to(a)) / self.n
        return slopes

    def _apart(self, a: Tensor, b: Tensor) -> Tensor:
        """Scaled differences of the numeric columns, `... x n x m x k`."""
        scale = _RATE / self.range.to(a)
        apart: Tensor = (a[..., :, None, self.numeric] - b[..., None, :, self.numeric]) * scale
        return apart


class WithOffset:
    """A covariance with that of the offsets added; see `CovarianceFunction`.

    Args:
        base: The covariance without offsets.
        correlation: Of the offsets.
        variance: `s_c^2`.
    """

    def __init__(self, base: CovarianceFunction, correlation: OffsetCorrelation, variance: Tensor) -> None:
        self.base, self.correlation, self.variance = base, correlation, variance
        self.mean, self.noise = base.mean, base.noise
        self.signal = base.signal + variance

    def features(self, x: Tensor) -> Tensor:
        """Those of the covariance without offsets."""
        return self.base.features(x)

    def offset(self, a: Tensor, b: Tensor) -> Tensor:
        """Covariance of the offsets at `... x n x d` and `... x m x d` points, `... x n x m`."""
        return self.variance * self.correlation.between(a, b)

    def between(
        self, a: Tensor, b: Tensor, features_a: Tensor | None = None, features_b: Tensor | None = None
    ) -> Tensor:
        """Covariance of `... x n x d` and `... x m x d` points, `... x n x m`."""
        return self.base.between(a, b, features_a, features_b) + self.offset(a, b)

    def noisy(self, x: Tensor, features: Tensor, noise: Tensor | None = None) -> Tensor:
        """Covariance of noisy observations; see `CovarianceFunction`."""
        return self.base.noisy(x, features, noise) + self.offset(x, x)


class WithOffsetSlopes(WithOffset):
    """The same of a covariance with derivatives in closed form; see `WithSlopes`."""

    base: CovarianceFunction

    def with_slopes(
        self, x: Tensor, data: Tensor, features: Tensor
    ) -> tuple[Tensor, Callable[[Sequence[Tensor]], Tensor]]:
        """Covariances with the data, and slopes of weighted sums of them; see `WithSlopes`."""
        assert isinstance(self.base, WithSlopes)
        k, slopes_of = self.base.with_slopes(x, data, features)

        def slopes(weights: Sequence[Tensor]) -> Tensor:
            found = slopes_of(weights)
            numeric = self.correlation.numeric
            if numeric:
                own = self.variance * self.correlation.slopes(x, data)
                moved = [(own * one.unsqueeze(-1)).sum(-2) for one in weights]
                found[..., numeric] += torch.stack(moved)
            return found

        return k + self.offset(x, data), slopes


def with_offset(base: CovarianceFunction, correlation: OffsetCorrelation, variance: Tensor) -> WithOffset:
    """Return a covariance with offsets, with derivatives in closed form if `base` has some."""
    kind = WithOffsetSlopes if isinstance(base, WithSlopes) else WithOffset
    return kind(base, correlation, variance)


def context_columns(space: DesignSpace) -> list[int]:
    """Return the encoded columns of the context parameters; none in most spaces."""
    spans = [space.columns[name] for name, role in space.roles.items() if role == "context"]
    return [column for span in spans for column in range(span.start, span.stop)]
