"""Gradient ascent of many points at once: projected BFGS, one batched call of the function per round.

Notation: `k` points, `d` columns. Each point has its own curvature matrix and step length; a point whose
step fails shortens it while the others go on, so no round is wasted on a common line search.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hebo.acq_optimizers.sorting import Array
from hebo.base import Domain

ARMIJO = 1e-4
"""Share of the gain promised by the gradient that a step must bring."""

FIRST_STEP = 0.05
"""Longest component of the first step, as a share of the range of its column."""

LONGEST_STEP = 0.5
"""Longest component of any step, as a share of the range of its column."""

Function = Callable[[Tensor], Tensor]


def ascend(function: Function, domain: Domain, x: Tensor, *, n_rounds: int) -> Tensor:
    """Climb from each row of `x` along the columns that are not discrete.

    Every trial point is projected into the domain, and is taken only if it is better; so bounds, pinned
    columns and constraints hold, and no point gets worse. A function without a gradient (of a piecewise
    constant model, say) has nothing to climb, and `x` comes back as it is.

    Args:
        function: `k x d` points -> `k` values, larger is better; each depends on its own row alone.
        domain: Says which columns move, and projects.
        x: `k x d` feasible starting points.
        n_rounds: Evaluations of the function and its gradient after the first one.

    Returns:
        The points reached.
    """
    width = domain.bounds[1] - domain.bounds[0]
    free = [j for j in range(len(width)) if j not in domain.discrete_dims and width[j] > 0]
    if not free:
        return x
    evaluate = _Evaluation(function, domain, x, free)
    state = _Climb.start(evaluate)
    if state is None:
        return x
    for _ in range(n_rounds):
        if not state.advance(evaluate):
            break
    return evaluate.full(state.z)


class _Evaluation:
    """The function on the free columns in shares of their ranges (`k x f`), with its gradient."""

    def __init__(self, function: Function, domain: Domain, x: Tensor, free: list[int]) -> None:
        self._function, self._domain, self._free = function, domain, free
        self.x = x
        self._lower = domain.bounds[0, free]
        self._width = domain.bounds[1, free] - self._lower

    def full(self, z: Array) -> Tensor:
        """Return the feasible points nearest to `z`."""
        x = self.x.clone()
        x[:, self._free] = self._lower + torch.from_numpy(z) * self._width
        return self._domain.project(x)

    def shares(self, x: Tensor) -> Array:
        """Return the free columns of points as shares."""
        shares: Array = ((x[:, self._free] - self._lower) / self._width).numpy()
        return shares

    def __call__(self, x: Tensor) -> tuple[Array, Array] | None:
        """Return values (`k`) and gradients (`k x f`) at feasible points, None without a gradient."""
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            values = self._function(x)
            if not values.requires_grad:
                return None
            (gradient,) = torch.autograd.grad(values.sum(), x)
        scaled = (gradient[:, self._free] * self._width).numpy()
        return values.detach().numpy(), np.nan_to_num(scaled, posinf=0.0, neginf=0.0)  # nowhere to go


class _Climb:
    """Where each point is, and what it knows of the curvature."""

    def __init__(self, z: Array, values: Array, gradient: Array) -> None:
        self.z, self.values, self.gradient = z, values, gradient
        k, f = z.shape
        self.inverse = np.tile(np.eye(f), (k, 1, 1))
        self.fresh = np.ones(k, dtype=bool)
        self.step = np.ones(k)
        self.direction = np.zeros_like(z)
        self._turn(np.ones(k, dtype=bool))

    @classmethod
    def start(cls, evaluate: _Evaluation) -> _Climb | None:
        """Return the state at the starting points, None if the function has no gradient."""
        first = evaluate(evaluate.x)
        return None if first is None else cls(evaluate.shares(evaluate.x), *first)

    def advance(self, evaluate: _Evaluation) -> bool:
        """Try one step of every point; say whether any point may still move."""
        x = evaluate.full(self.z + self.step[:, None] * self.direction)
        z = evaluate.shares(x)
        values, gradient = evaluate(x) or (self.values, self.gradient)
        moved = z - self.z
        promised = (self.gradient * moved).sum(1)
        taken = (values >= self.values + ARMIJO * np.maximum(promised, 0.0)) & (values > self.values)
        self._learn(taken, moved, self.gradient - gradient)
        self.z = np.where(taken[:, None], z, self.z)
        self.values = np.where(taken, values, self.values)
        self.gradient = np.where(taken[:, None], gradient, self.gradient)
        self.step = np.where(taken, 1.0, self.step * 0.3)
        self._turn(taken)
        return bool((np.abs(self.step[:, None] * self.direction).max(1) > 1e-6).any())

    def _turn(self, which: NDArray[np.bool_]) -> None:
        """Choose new directions: the quasi-Newton step within the bounds that are not pressed against."""
        pressed = ((self.z <= 0.0) & (self.gradient < 0)) | ((self.z >= 1.0) & (self.gradient > 0))
        gradient = np.where(pressed, 0.0, self.gradient)
        direction = np.where(pressed, 0.0, (self.inverse @ gradient[:, :, None])[:, :, 0])
        longest = np.abs(direction).max(1, keepdims=True)
        limit = np.where(self.fresh, FIRST_STEP, LONGEST_STEP)[:, None]
        shrink = np.where(self.fresh[:, None], limit, np.minimum(longest, limit))
        direction = direction * shrink / np.maximum(longest, 1e-300)
        self.direction = np.where(which[:, None], direction, self.direction)

    def _learn(self, taken: NDArray[np.bool_], s: Array, y: Array) -> None:
        """Update the inverse curvature of the points that moved (BFGS), where it stays positive."""
        sy = (s * y).sum(1)
        good = taken & (sy > 1e-10 * np.sqrt((s * s).sum(1) * (y * y).sum(1)))
        safe = np.where(good, sy, 1.0)
        scale = np.where(good & self.fresh, safe / np.maximum((y * y).sum(1), 1e-300), 1.0)
        inverse = self.inverse * scale[:, None, None]
        hy = (inverse @ y[:, :, None])[:, :, 0]
        curvature = (1.0 + (y * hy).sum(1) / safe) / safe
        cross = s[:, :, None] * hy[:, None, :]
        outer = s[:, :, None] * s[:, None, :]
        symmetric = (cross + cross.transpose(0, 2, 1)) / safe[:, None, None]
        updated = inverse + curvature[:, None, None] * outer - symmetric
        self.inverse = np.where(good[:, None, None], updated, self.inverse)
        self.fresh = self.fresh & ~good
