"""Covariance over tasks: intrinsic coregionalization with the target task as the hub.

Task 0 is the target, `f_0`. Each related task `t` is `f_t = a_t (c_t f_0 + sqrt(1 - c_t^2) h_t) + o_t` with a
function `h_t` and an offset `o_t` of its own. So with the covariance `k` of `f_0` and of `h_t`, that of
contexts included,

    cov(f_t(x), f_t'(x')) = B[t, t'] k(x, x') + v [t = t' > 0],
    B[t, t'] = a_t a_t' (1 if t = t', else c_t c_t'),  a_0 = c_0 = 1

(Bonilla et al., "Multi-task Gaussian process prediction", 2007; Swersky et al., "Multi-task Bayesian
optimization", 2013; here with a number for each related task in place of one for each pair of tasks). The
correlation is `c_t = exp(-w_t)`: 0 for a task that tells nothing. It is never negative: what was good
elsewhere is not taken for bad.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from hebo.surrogates.gaussian_process import CovarianceFunction, WithSlopes
from hebo.surrogates.hyperparameters import Array, Layout
from hebo.surrogates.marginal_likelihood import JITTER, LogPosterior, NoisyKernel

OFFSET_VARIANCE = 1.0
"""Prior variance of the offsets `o_t`; every task has values of unit variance."""


class TaskLogPosterior(LogPosterior):
    """The negative log posterior of hyperparameters given observations of several tasks.

    Args:
        layout: With the groups `task_distance` (`w`), `task_scale` (`a^2`) and `task_noise`, an entry for
            each related task.
        numeric: See `LogPosterior`, as for the parts up to `noise`.
        codes: Categories.
        y: Values.
        smoothness: Of the Matern correlation.
        noise: Known variances.
        offset: Correlation of the offsets of contexts.
        task: `n` numbers of the tasks.
    """

    def __init__(
        self,
        layout: Layout,
        numeric: Array,
        codes: Array,
        y: Array,
        smoothness: float,
        noise: Array | None,
        offset: Array | None,
        task: Array,
    ) -> None:
        super().__init__(layout, numeric, codes, y, smoothness, noise, offset)
        self.task = task.astype(int)
        self.same = self.task[:, None] == self.task
        self.of_task = OFFSET_VARIANCE * (self.same & (self.task > 0))
        self.member = np.eye(layout.further["task_distance"] + 1)[self.task]

    def _kernel(self, theta: Array) -> NoisyKernel:
        return _TaskKernel(self, theta)


class _TaskKernel(NoisyKernel):
    """The covariance of several tasks, kept for the gradient."""

    problem: TaskLogPosterior

    def __init__(self, problem: TaskLogPosterior, theta: Array) -> None:
        super().__init__(problem, theta)
        self.noisy += problem.of_task
        if problem.offset is not None:  # that of the target is a part of what the tasks share
            plain = self._offset() * problem.offset
            self.noisy += (self.between - 1.0) * plain

    def _of_tasks(self, group: str, target: float) -> Array:
        """Return the entries of a group, that of the target first."""
        entries = self.positive[self.problem.layout.groups[group]]
        return np.concatenate([[target], entries])

    def _factor(self) -> Array:
        overlap, task, same = super()._factor(), self.problem.task, self.problem.same
        near = np.exp(-self._of_tasks("task_distance", 0.0))[task]
        scale = np.sqrt(self._of_tasks("task_scale", 1.0))[task]
        between: Array = np.where(same, 1.0, near[:, None] * near) * scale[:, None] * scale
        self.between = between
        return between if overlap is None else between * overlap

    def _noise(self) -> Array:
        of_tasks = self._of_tasks("task_noise", self.noise)[self.problem.task]
        known = self.problem.noise
        return of_tasks if known is None else np.where(self.problem.is_learned, of_tasks, known)

    def gradient(self, outer: Array, weights: Array) -> Array:
        """Gradient of the negative log likelihood by all entries of `theta`."""
        result = super().gradient(outer, weights)
        problem, groups = self.problem, self.problem.layout.groups
        shared = self.plain
        if problem.offset is not None:
            of_context = self._offset() * problem.offset * self.between
            result[groups["offset"]] = np.tensordot(outer, of_context, 2)
            shared = shared + of_context
        between = problem.member.T @ (outer * shared) @ problem.member
        others = between.sum(1) - between.diagonal()
        learned = np.where(problem.is_learned, outer.diagonal(), 0.0) @ problem.member
        result[groups["task_distance"]] = -2 * self._of_tasks("task_distance", 0.0)[1:] * others[1:]
        result[groups["task_scale"]] = between.sum(1)[1:]
        noise = learned * self._of_tasks("task_noise", self.noise)
        result[groups["noise"]], result[groups["task_noise"]] = noise[0], noise[1:]
        return result


class SingleTask(CovarianceFunction, WithSlopes, Protocol):
    """A covariance of points with derivatives in closed form."""


class TaskCovariance:
    """The covariance of points with a further column: the number of the task, 0 for the target.

    See `hebo.surrogates.gaussian_process.CovarianceFunction`.

    Args:
        of: The covariance of one task.
        layout: Of `theta`.
        theta: `p` hyperparameters, those of `TaskLogPosterior`.
    """

    def __init__(self, of: SingleTask, layout: Layout, theta: Tensor) -> None:
        self.of, self.mean, self.signal, self.noise = of, of.mean, of.signal, of.noise
        groups = layout.groups
        zero = theta.new_zeros(1)
        self.near = (-torch.cat([zero, theta[groups["task_distance"]].exp()])).exp()
        self.scale = torch.cat([zero, theta[groups["task_scale"]]]).mul(0.5).exp()
        self.noises = torch.cat([self.noise.reshape(1), theta[groups["task_noise"]].exp()])

    @property
    def correlations(self) -> Tensor:
        """`c_t` of the related tasks, in their order."""
        return self.near[1:]

    def features(self, x: Tensor) -> Tensor:
        """Those of one task."""
        return self.of.features(x)

    def between(
        self, a: Tensor, b: Tensor, features_a: Tensor | None = None, features_b: Tensor | None = None
    ) -> Tensor:
        """Covariance of `... x n x (d + 1)` and `... x m x (d + 1)` points, `... x n x m`."""
        k = self.of.between(a, b, features_a, features_b)
        of_a, of_b = a[..., -1].long().unsqueeze(-1), b[..., -1].long().unsqueeze(-2)
        same = of_a == of_b
        factor = (
            torch.where(same, 1.0, self.near[of_a] * self.near[of_b]) * self.scale[of_a] * self.scale[of_b]
        )
        return factor * k + OFFSET_VARIANCE * (same & (of_a > 0)).to(k)

    def noisy(self, x: Tensor, features: Tensor, noise: Tensor | None = None) -> Tensor:
        """Covariance of noisy observations; each task has a noise variance of its own."""
        learned = self.noises[x[..., -1].long()]
        shift = learned if noise is None else torch.where(torch.isnan(noise), learned, noise)
        covariance = self.between(x, x, features, features)
        shift = (shift + JITTER * self.signal).expand(covariance.shape[:-1])
        return covariance + torch.diag_embed(shift)

    def with_slopes(
        self, x: Tensor, data: Tensor, features: Tensor
    ) -> tuple[Tensor, Callable[[Sequence[Tensor]], Tensor]]:
        """Covariances of the target with the data, and slopes of weighted sums; see `WithSlopes`."""
        task = data[..., -1].long()
        factor = self.near[task] * self.scale[task]
        k, slopes = self.of.with_slopes(x, data, features)
        return factor * k, lambda weights: slopes([factor * one for one in weights])
