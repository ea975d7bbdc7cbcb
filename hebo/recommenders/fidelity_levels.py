"""Fidelity levels: which level of a point explains most of its value at the target, per cost.

Notation: `n` points, `l` levels, `d` columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.base import FittedModels
from hebo.design_space.domains.distinct import distinct
from hebo.request import Request

N_IN_TURN = 3
"""Levels that space-filling points are evaluated at: each of many would cost more than it tells."""


@dataclass(frozen=True)
class FidelityLevels:
    """The levels of a space's fidelity parameter, and what an evaluation costs at each.

    Attributes:
        name: The parameter.
        column: Its encoded column.
        levels: `l` encoded values, ascending.
        costs: `l` positive costs, of which only the ratios matter.
        target: Place of the level that counts.
    """

    name: str
    column: int
    levels: Tensor
    costs: Tensor
    target: int

    def repeated(self, x: Tensor) -> Tensor:
        """Return points (`n x d`) at every level, `n x l x d`."""
        spread = x.unsqueeze(1).repeat(1, len(self.levels), 1)
        spread[..., self.column] = self.levels.to(x)
        return spread

    @property
    def in_turn(self) -> Tensor:
        """Places of the levels of space-filling points: the target, then downward, spread over all levels."""
        count = len(self.levels)
        every = (self.target - torch.arange(count)) % count
        n = min(count, N_IN_TURN)
        return every[torch.linspace(0, count - 1, n, dtype=torch.float64).round().long()]

    def shares(self, first: int, n: int) -> tuple[Tensor, Tensor]:
        """Return which point (`n` numbers) is evaluated at which level (`n` places), each at all `in_turn`.

        Only where a point has been seen at several levels does a model learn how these are related.

        Args:
            first: How many evaluations came before.
            n: How many follow.
        """
        turns, places = first + torch.arange(n), self.in_turn
        return turns // len(places), places[turns % len(places)]

    def at(self, x: Tensor, places: Tensor, request: Request) -> Tensor:
        """Return points at given levels, or at the target where a point is not new or not feasible there.

        Args:
            x: `n x d` points at the target.
            places: `n` places of levels.
            request: Says which points have been seen, and where points lie.
        """
        choices, rows = self.repeated(x), torch.arange(len(x))
        allowed = self._allowed(choices, request)[rows, places]
        return choices[rows, torch.where(allowed, places, self.target)]

    def most_informative(self, x: Tensor, models: FittedModels, request: Request) -> Tensor:
        """Return each point at the level that explains most of its value at the target, per cost.

        The acquisition has chosen the points; what is left is whether a cheaper look comes first. It does
        where it explains a larger share of the variance at the target than it costs of an evaluation there.
        Information in place of the share (Swersky et al., 2013, section 3.2) has no bound for an exact
        evaluation at the target, so that without noise no cheaper level would ever be taken. An evaluation
        that fails explains nothing, so shares count as likely as it succeeds.

        Args:
            x: `n x d` new points at the target.
            models: Over all columns, fidelity included.
            request: Says which points have been seen, and where points lie; a level that a constraint
                forbids is not taken.
        """
        choices = self.repeated(x)
        on_device = choices.to(models.device)
        shares = [explained(model, on_device, self.target).cpu() for model in models.objectives]
        worth = torch.stack(shares).mean(0) / self.costs  # of several objectives all count alike
        if models.success is not None:
            log_success = models.success.log_probability(on_device.flatten(0, 1).unsqueeze(-2))
            worth = worth * log_success.exp().cpu().reshape(worth.shape)
        best = worth.masked_fill(~self._allowed(choices, request), -torch.inf).argmax(1)
        return choices[torch.arange(len(x)), best]

    def _allowed(self, choices: Tensor, request: Request) -> Tensor:
        """Say which points (`n x l x d`) are feasible and new, `n x l`; those at the target always are."""
        flat, space = choices.flatten(0, 1), request.space
        is_new = [bool(len(distinct(one, request.data.seen, space))) for one in flat.unsqueeze(1)]
        allowed = (torch.tensor(is_new, dtype=torch.bool) & space.contains(flat)).reshape(choices.shape[:2])
        allowed[:, self.target] = True
        return allowed


@torch.no_grad()
def explained(model: Model, x: Tensor, target: int) -> Tensor:
    """Return the share of the variance at the target that an observation at each level would take away.

    It is the squared correlation of the noisy observation and the noise-free value at the target.

    Args:
        model: Of one output.
        x: `n x l x d`, each row of `l` points the same one at all levels.
        target: Which of the `l` is asked about.

    Returns:
        `n x l` values in `[0, 1]`.
    """
    plain: Any = model.posterior(x)
    noisy: Any = model.posterior(x, observation_noise=True)
    covariance = plain.distribution.covariance_matrix
    square = covariance[..., target].square()
    spread = noisy.variance[..., 0] * covariance[..., target, target].unsqueeze(-1)
    share: Tensor = (square / spread.clamp_min(1e-300)).clamp(0.0, 1.0)
    return share
