"""Log marginal likelihoods of many warped GPs at once, and their gradients, in closed form.

The formulas are those of `hebo.surrogates.marginal_likelihood`, on tensors with leading axes. Gradients of
the log marginal likelihood are called scores.

Notation: `t` problems of `n` observations, `k` numeric and `c` categorical columns, `p` hyperparameters.
Settings have further leading axes, which broadcast with that of the problems.
"""

from __future__ import annotations

import math
from functools import cached_property

import torch
from torch import Tensor

from hebo.kernels.distances import squared_distances
from hebo.kernels.kumaraswamy import EDGE, KumaraswamySlopes
from hebo.kernels.matern import matern_with_slope
from hebo.kernels.transformed_overlap import mismatch_decay, mismatches
from hebo.surrogates.hyperparameters import Layout
from hebo.surrogates.marginal_likelihood import JITTER


class Problems:
    """Observations of `t` functions on columns of the same kinds.

    Args:
        layout: Of the hyperparameters, without those of contexts.
        numeric: `t x n x k` columns in `[0, 1]`.
        codes: `t x n x c` categories.
        y: `t x n` values.
        smoothness: Of the Matern correlation.
    """

    def __init__(self, layout: Layout, numeric: Tensor, codes: Tensor, y: Tensor, smoothness: float) -> None:
        self.layout, self.y, self.smoothness = layout, y.double(), smoothness
        self.numeric, self.codes = numeric.double(), codes

    @property
    def n(self) -> int:
        """Number of observations of each."""
        return self.y.shape[-1]

    @cached_property
    def log_u(self) -> Tensor:
        """Logarithms of the numeric columns, `t x n x k`."""
        return self.numeric.clamp(EDGE, 1 - EDGE).log()

    @cached_property
    def differ(self) -> Tensor:
        """Which categories differ, `t x n x n x c`, as numbers."""
        found: Tensor = mismatches(self.codes, self.codes).double()
        return found

    def scores(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Return the log marginal likelihoods in nats, `... x t`, and the scores, `... x t x p`.

        Args:
            theta: Settings, `... x t x p`.
        """
        return self._scored(_Kernels(self, theta))[:2]

    def scores_and_information(self, theta: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return log marginal likelihoods, scores, and the average information, `... x t x p x p`.

        The average information of two hyperparameters of the covariance is `w K_i K^-1 K_j w / 2` with
        `w = K^-1 (y - m)`: the mean of observed and expected information, but for second derivatives
        (Gilmour, Thompson and Cullis, 1995). That of the constant mean is the sum of `K^-1`.

        Args:
            theta: Settings, `... x t x p`.
        """
        kernel = _Kernels(self, theta)
        value, score, weights, inverse = self._scored(kernel)
        moved = kernel.moved(weights)
        information = torch.zeros(*theta.shape, theta.shape[-1], dtype=theta.dtype, device=theta.device)
        information[..., :-1, :-1] = 0.5 * moved.mT @ (inverse @ moved)
        information[..., -1, -1] = inverse.sum((-1, -2))
        return value, score, torch.nan_to_num(information, posinf=0.0, neginf=0.0)

    def _scored(self, kernel: _Kernels) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return values, scores, `K^-1 (y - m)` and `K^-1`."""
        theta = kernel.theta
        factor, info = torch.linalg.cholesky_ex(kernel.noisy)
        inverse = torch.cholesky_inverse(factor)
        residual = self.y - theta[..., -1:]
        weights = (inverse @ residual.unsqueeze(-1)).squeeze(-1)
        value = 0.5 * (residual * weights).sum(-1) + factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        value = value + 0.5 * self.n * math.log(2 * math.pi)
        outer = 0.5 * (inverse - weights.unsqueeze(-1) * weights.unsqueeze(-2))
        slope = kernel.gradient(outer, weights)
        # A matrix that is not definite says nothing: a score of 0 moves no setting.
        is_definite = (info == 0) & torch.isfinite(value)
        zero = torch.zeros_like(value)
        score = torch.where(is_definite.unsqueeze(-1), -slope, 0.0)
        return torch.where(is_definite, -value, zero), score, weights, inverse


class _Kernels:
    """Covariances of all problems under their settings, with what their gradients need."""

    def __init__(self, problems: Problems, theta: Tensor) -> None:
        self.problems, self.theta, layout = problems, theta, problems.layout
        self.positive = {name: theta[..., group].exp() for name, group in layout.groups.items()}
        self.signal, self.noise = (self.positive[name].unsqueeze(-1) for name in ("signal", "noise"))
        plain = self.signal.expand(*theta.shape[:-1], problems.n, problems.n)
        if layout.n_numeric:
            self.features = self._warped() / self.positive["lengthscale"].unsqueeze(-2)
            square = squared_distances(self.features, self.features)
            correlation, self.slope = matern_with_slope(square, problems.smoothness, torch)
            plain = plain * correlation
        self.factor = self._factor()
        self.plain = plain if self.factor is None else plain * self.factor
        shift = (self.noise + JITTER * self.signal).squeeze(-1).expand(*theta.shape[:-1], problems.n)
        self.noisy = self.plain + torch.diag_embed(shift)

    def _warped(self) -> Tensor:
        if not self.problems.layout.warp:
            return self.problems.numeric
        a, b = (self.positive[name].unsqueeze(-2) for name in ("warp_a", "warp_b"))
        self.warp = KumaraswamySlopes(self.problems.log_u, a, b, torch)
        warped: Tensor = self.warp.value
        return warped

    def _factor(self) -> Tensor | None:
        """Return the correlation of the categories; None stands for ones."""
        c = self.problems.layout.n_categorical
        if not c:
            return None
        self.weight = 1.0 / (self.positive["overlap_scale"] * c)
        weights = self.weight.unsqueeze(-2).unsqueeze(-1)
        decay: Tensor = mismatch_decay(self.problems.differ, weights, torch).squeeze(-1)
        return decay

    def gradient(self, outer: Tensor, weights: Tensor) -> Tensor:
        """Gradients of the negative log likelihoods, `... x t x p`."""
        groups = self.problems.layout.groups
        result = torch.zeros_like(self.theta)
        contracted = outer * self.plain
        trace = outer.diagonal(dim1=-2, dim2=-1).sum(-1, keepdim=True)
        signal, noise = self.signal.squeeze(-1), self.noise.squeeze(-1)
        result[..., groups["signal"]] = contracted.sum((-1, -2)).unsqueeze(-1) + JITTER * signal * trace
        result[..., groups["noise"]] = noise * trace
        result[..., groups["mean"]] = -weights.sum(-1, keepdim=True)
        if self.factor is not None:
            by_weight = (contracted.unsqueeze(-1) * self.problems.differ).sum((-2, -3))
            result[..., groups["overlap_scale"]] = by_weight * self.weight
        if self.problems.layout.n_numeric:
            self._by_features(result, outer)
        return result

    def moved(self, weights: Tensor) -> Tensor:
        """Return `K_i w` of the derivatives by all but the mean, `... x t x n x (p - 1)`."""
        layout, w = self.problems.layout, weights.unsqueeze(-1)
        parts = []
        if layout.n_numeric:
            along = [-self.features]
            if layout.warp:
                scale = self.positive["lengthscale"].unsqueeze(-2)
                along += [one / scale for one in self.warp.along_log_exponents()]
            parts += [self._moved_by(one, w) for one in along]
        if self.factor is not None:
            pairs = self.plain * weights.unsqueeze(-2)
            by_weight = (pairs.unsqueeze(-1) * self.problems.differ).sum(-2)
            parts.append(by_weight * self.weight.unsqueeze(-2))
        parts.append(self.plain @ w + JITTER * self.signal * w)
        parts.append(self.noise * w)
        return torch.cat(parts, -1)

    def _moved_by(self, g: Tensor, w: Tensor) -> Tensor:
        """Return `K' w` where the features move along `g`: `K'_ij = 2 s_ij (f_i - f_j)(g_i - g_j)`."""
        f, slope = self.features, self.slope * self.signal
        if self.factor is not None:
            slope = slope * self.factor
        ones, of_f, of_g, of_both = (slope @ one for one in (w, f * w, g * w, f * g * w))
        moved: Tensor = 2 * (f * g * ones - f * of_g - g * of_f + of_both)
        return moved

    def _by_features(self, result: Tensor, outer: Tensor) -> None:
        groups, f = self.problems.layout.groups, self.features
        inner = outer * self.slope * self.signal
        if self.factor is not None:
            inner = inner * self.factor
        by_feature = 4 * (inner.sum(-1, keepdim=True) * f - inner @ f)
        result[..., groups["lengthscale"]] = -(by_feature * f).sum(-2)
        if self.problems.layout.warp:
            by_warped = by_feature / self.positive["lengthscale"].unsqueeze(-2)
            result[..., groups["warp_a"]], result[..., groups["warp_b"]] = self.warp.by_log_exponents(
                by_warped
            )
