"""Batched BFGS in a box: many small smooth problems advance together, each with its own curvature and step.

One call of the function serves all problems, so that a step costs the same handful of tensor operations for
one start or for thirty. Problems do not interact: each has its own inverse Hessian and line search (as in the
decoupled multi-start of 2511.13625, there with limited memory).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

ValueAndGradient = Callable[[Tensor], tuple[Tensor, Tensor]]

_SUFFICIENT = 1e-4
_SHORTEST_STEP = 1e-6


@dataclass(frozen=True)
class Minimum:
    """Where a descent ended.

    Attributes:
        x: `s x p`.
        value: `s`.
        inverse_hessian: `s x p x p`, BFGS's estimate.
        n_calls: Calls of the function, each for all `s` problems.
    """

    x: Tensor
    value: Tensor
    inverse_hessian: Tensor
    n_calls: int


def minimize_bfgs(
    function: ValueAndGradient,
    x: Tensor,
    *,
    lower: Tensor,
    upper: Tensor,
    max_calls: int = 60,
    tolerance: float = 1e-4,
) -> Minimum:
    """Minimise `s` functions of `p` variables in a box.

    Args:
        function: `s x p` -> (`s` values, `s x p` gradients); an infinite value marks an impossible point.
        x: `s x p` starts.
        lower: `p` or `s x p` lower ends.
        upper: Upper ends, likewise.
        max_calls: Of `function`.
        tolerance: A problem is done once an accepted step lowers its value by less than this.

    Returns:
        The best point of each problem; never worse than its start.
    """
    state = _Descent(function, x.clamp(lower, upper), lower, upper, tolerance)
    while state.n_calls < max_calls and bool(state.running.any()):
        state.advance()
    return Minimum(state.x, state.value, state.inverse, state.n_calls)


class _Descent:
    """The state of all problems between two calls of the function."""

    def __init__(
        self, function: ValueAndGradient, x: Tensor, lower: Tensor, upper: Tensor, tolerance: float
    ) -> None:
        self.function, self.lower, self.upper, self.tolerance = function, lower, upper, tolerance
        self.x = x
        self.value, self.gradient = function(x)
        self.n_calls = 1
        self.identity = torch.eye(x.shape[-1], dtype=x.dtype, device=x.device)
        self.inverse = self.identity.repeat(len(x), 1, 1)
        self.fresh = torch.ones_like(self.value, dtype=torch.bool)  # no curvature learnt yet
        self.running = torch.isfinite(self.value)
        self._aim()

    def _aim(self) -> None:
        """Choose a direction and a first step for each problem."""
        blocked = ((self.x <= self.lower) & (self.gradient > 0)) | (
            (self.x >= self.upper) & (self.gradient < 0)
        )
        free = torch.where(blocked, 0.0, self.gradient)
        newton = -(self.inverse @ free.unsqueeze(-1)).squeeze(-1)
        newton = torch.where(blocked, 0.0, newton)
        uphill = (newton * free).sum(-1) >= 0
        self.direction = torch.where(uphill.unsqueeze(-1), -free, newton)
        norm = self.direction.norm(dim=-1)
        self.step = torch.where(self.fresh | uphill, 1.0 / norm.clamp_min(1.0), torch.ones_like(norm))
        self.running = self.running & (norm > 1e-9)

    def advance(self) -> None:
        """Try the present steps; accept those that descend enough, shorten the others."""
        trial = (self.x + self.step.unsqueeze(-1) * self.direction).clamp(self.lower, self.upper)
        trial = torch.where(self.running.unsqueeze(-1), trial, self.x)
        value, gradient = self.function(trial)
        self.n_calls += 1
        move = trial - self.x
        promised = (self.gradient * move).sum(-1)
        good = self.running & (value <= self.value + _SUFFICIENT * promised.clamp_max(0.0))
        good = good & torch.isfinite(gradient).all(-1)
        if bool(good.any()):
            self._accept(good, trial, value, gradient, move)
        refused = self.running & ~good
        self.step = torch.where(refused, 0.3 * self.step, self.step)
        self.running = self.running & ~(refused & (self.step < _SHORTEST_STEP))

    def _accept(self, good: Tensor, trial: Tensor, value: Tensor, gradient: Tensor, move: Tensor) -> None:
        gain = self.value - value
        self._learn(good, move, gradient - self.gradient)
        self.x = torch.where(good.unsqueeze(-1), trial, self.x)
        self.value = torch.where(good, value, self.value)
        self.gradient = torch.where(good.unsqueeze(-1), gradient, self.gradient)
        self.running = self.running & ~(good & (gain < self.tolerance))
        waiting_step, waiting_direction = self.step, self.direction
        self._aim()
        self.step = torch.where(good, self.step, waiting_step)
        self.direction = torch.where(good.unsqueeze(-1), self.direction, waiting_direction)

    def _learn(self, good: Tensor, s: Tensor, y: Tensor) -> None:
        """Update the inverse Hessians by the BFGS formula where the curvature is positive."""
        sy = (s * y).sum(-1)
        usable = good & (sy > 1e-10 * s.norm(dim=-1) * y.norm(dim=-1))
        # Nocedal and Wright, (6.20): the first update starts from an identity of the right size.
        scale = (sy / y.square().sum(-1).clamp_min(1e-300)).view(-1, 1, 1)
        start = (usable & self.fresh).view(-1, 1, 1)
        inverse = torch.where(start, scale * self.identity, self.inverse)
        rho = (1.0 / torch.where(usable, sy, 1.0)).view(-1, 1, 1)
        h_y = inverse @ y.unsqueeze(-1)
        y_h_y = y.unsqueeze(-2) @ h_y
        s_column, s_row = s.unsqueeze(-1), s.unsqueeze(-2)
        cross = s_column @ h_y.mT
        updated = inverse - rho * (cross + cross.mT) + rho * (1 + rho * y_h_y) * (s_column @ s_row)
        self.inverse = torch.where(usable.view(-1, 1, 1), updated, self.inverse)
        self.fresh = self.fresh & ~usable
