"""Which level of a fidelity a chosen point is evaluated at: what it explains of the target, per cost.

Notation: `n` points, `l` levels, `d` columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.acquisitions.success import SuccessModel
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.plain_values import object_column
from hebo.errors import IncompatibleError
from hebo.optimizers.distinct import distinct


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

    def shares(self, first: int, n: int) -> tuple[Tensor, Tensor]:
        """Return which point (`n` numbers) is evaluated at which level (`n` places), each point at every one.

        Only where a point has been seen at several levels does a model learn how these are related.

        Args:
            first: How many evaluations came before.
            n: How many follow.
        """
        turns = first + torch.arange(n)
        return turns // len(self.levels), (self.target - turns) % len(self.levels)

    def moved(self, x: Tensor, places: Tensor, seen: Tensor, space: DesignSpace) -> Tensor:
        """Return points at given levels, or at the target where a point is not new or not feasible there.

        Args:
            x: `n x d` points at the target.
            places: `n` places of levels.
            seen: `s x d` points that are not to be evaluated again.
            space: Where the points lie.
        """
        choices, rows = self.repeated(x), torch.arange(len(x))
        allowed = self._allowed(choices, seen, space)[rows, places]
        return choices[rows, torch.where(allowed, places, self.target)]

    def most_telling(
        self,
        x: Tensor,
        model: Model,
        seen: Tensor,
        space: DesignSpace,
        *,
        success: SuccessModel | None = None,
        device: torch.device,
    ) -> Tensor:
        """Return each point at the level that explains most of its value at the target, per cost.

        The acquisition has chosen the points; what is left is whether a cheaper look comes first. It does
        where it explains a larger share of the variance at the target than it costs of an evaluation there.
        Information in place of the share (Swersky et al., 2013, section 3.2) has no bound for an exact
        evaluation at the target, so that without noise no cheaper level would ever be taken. An evaluation
        that fails explains nothing, so shares count as likely as it succeeds.

        Args:
            x: `n x d` new points at the target.
            model: Of one output over all columns, fidelity included.
            seen: `s x d` points that are not to be evaluated again.
            space: Where the points lie; a level that a constraint forbids is not taken.
            success: Says how likely evaluations are to succeed; None if none has failed.
            device: Where the models are.
        """
        choices = self.repeated(x)
        worth = explained(model, choices.to(device), self.target).cpu() / self.costs
        if success is not None:
            flat = choices.to(device).flatten(0, 1).unsqueeze(-2)
            worth = worth * success.log_probability(flat).exp().cpu().reshape(worth.shape)
        best = worth.masked_fill(~self._allowed(choices, seen, space), -torch.inf).argmax(1)
        return choices[torch.arange(len(x)), best]

    def _allowed(self, choices: Tensor, seen: Tensor, space: DesignSpace) -> Tensor:
        """Say which points (`n x l x d`) are feasible and new, `n x l`; those at the target always are."""
        flat = choices.flatten(0, 1)
        is_new = [bool(len(distinct(one, seen, space))) for one in flat.unsqueeze(1)]
        allowed = (torch.tensor(is_new, dtype=torch.bool) & space.contains(flat)).reshape(choices.shape[:2])
        allowed[:, self.target] = True
        return allowed


def fidelity_levels(space: DesignSpace, costs: Sequence[float]) -> FidelityLevels:
    """Read the levels of a space.

    Args:
        space: With one fidelity parameter of finitely many values.
        costs: One for each of them, in ascending order of the values.

    Raises:
        IncompatibleError: If there is no such parameter, or the number of costs is another.
    """
    if len(space.targets) != 1:
        raise IncompatibleError(
            f"fidelity_costs needs one parameter with role 'fidelity', the space has {len(space.targets)} "
            f"({', '.join(space.targets) or 'none'}); leave fidelity_costs out"
        )
    ((name, target),) = space.targets.items()
    parameter, count = space.parameters[name], space.parameters[name].cardinality
    if count != len(costs):
        raise IncompatibleError(
            f"fidelity_costs has {len(costs)} values, but the fidelity '{name}' has "
            f"{'infinitely many' if count is None else count} levels; give one cost for each level"
        )
    levels = parameter.every()[:, 0].sort().values
    place = int((levels - parameter.encode(object_column([target]))[0, 0]).abs().argmin())
    return FidelityLevels(
        name, space.columns[name].start, levels, torch.tensor(costs, dtype=torch.float64), place
    )


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
