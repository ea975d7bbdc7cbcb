"""Cost-aware multi-fidelity optimization: each point at the level that explains most of its target per cost.

Notation: `n` points, `l` levels, `d` columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import torch
from botorch.models.model import Model
from pydantic import Field, field_validator
from torch import Tensor

from hebo.base import FittedModels, Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.distinct import distinct
from hebo.design_space.values.plain_values import object_column
from hebo.errors import IncompatibleError
from hebo.recommenders.model_based import ModelBased, Proposal, proposal_of
from hebo.recommenders.wrapper import Wrapper
from hebo.request import Request


class CostAware(Wrapper, ModelBased):
    """The points of a model-based recommender, evaluated at cheap fidelities where these tell enough.

    A point is evaluated where that explains most of its value at the target per cost (see
    `FidelityLevels.most_informative`), a space-filling point at every level in turn. Where `ask` pins the
    fidelity, all points are evaluated there.

    Attributes:
        of: Recommends the points.
        costs: What an evaluation costs at each level of the space's fidelity parameter, in ascending order of
            the levels; only ratios matter.
    """

    costs: tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...]

    @field_validator("of")
    @classmethod
    def _fits_models(cls, of: Recommender) -> Recommender:
        if not (isinstance(of, ModelBased) and of.has_models):
            raise ValueError(
                f"{type(of).__name__} fits no model that could say what a cheap level tells; use "
                "bayes_opt_loop, or a committee that begins with one, and put `interleaved` around cost_aware"
            )
        return of

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that `of` cannot search, or whose fidelity has other levels than there are costs."""
        super().check(space)
        fidelity_levels(space, self.costs)

    def propose(self, request: Request) -> Proposal | None:
        """Return the proposal of `of`, with a level for each of its points."""
        proposal, levels = proposal_of(self.of, request), self._free_levels(request)
        return proposal if proposal is None or levels is None else _Levelled(proposal, levels, request)

    def space_filling(self, request: Request, n: int) -> Tensor:
        """Return the points of a Sobol sequence, each at every level before the next one follows."""
        levels = self._free_levels(request)
        if levels is None:
            return super().space_filling(request, n)
        numbers, places = levels.shares(request.n_asked, n)
        return request.filled(levels.at(request.sobol(numbers.tolist()), places, request), n)

    def _free_levels(self, request: Request) -> FidelityLevels | None:
        """Return the levels among which there is a choice; None where the caller pinned the fidelity."""
        levels = fidelity_levels(request.space, self.costs)
        return None if levels.name in request.fixed else levels


@dataclass(frozen=True)
class _Levelled:
    """A proposal whose points are moved to other levels."""

    proposal: Proposal
    levels: FidelityLevels
    request: Request

    @property
    def observed(self) -> tuple[Model, ...]:
        return self.proposal.observed

    @property
    def models(self) -> FittedModels | None:
        return self.proposal.models

    def choose(self, n: int) -> Tensor:
        models = self.models
        assert models is not None  # `of` is model-based
        return self.levels.most_informative(self.proposal.choose(n), models, self.request)


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
            "the costs of cost_aware need one parameter with role 'fidelity', the space has "
            f"{len(space.targets)} ({', '.join(space.targets) or 'none'}); leave out cost_aware, or "
            "fidelity_costs, which is short for it"
        )
    ((name, target),) = space.targets.items()
    parameter, count = space.parameters[name], space.parameters[name].cardinality
    if count != len(costs):
        raise IncompatibleError(
            f"costs (fidelity_costs) has {len(costs)} values, but the fidelity '{name}' has "
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
