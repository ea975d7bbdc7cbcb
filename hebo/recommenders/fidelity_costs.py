"""Fidelity costs: what an evaluation costs at each level, and which levels there are to choose from.

Notation: `l` levels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import torch
from pydantic import Discriminator, Field, Tag
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.values.plain_values import is_number, object_column
from hebo.errors import IncompatibleError
from hebo.recipe import Recipe
from hebo.recommenders.fidelity_levels import FidelityLevels

N_CANDIDATES = 8
"""Levels to choose from where a fidelity has more of them."""


class LinearCost(Recipe):
    """A cost that grows with the number `s` of a fidelity: `fixed + per_unit * s`.

    Attributes:
        fixed: What every evaluation costs.
        per_unit: What each unit of the fidelity costs, in its natural units.
    """

    fixed: float = 0.0
    per_unit: float

    def at(self, numbers: Tensor) -> Tensor:
        """Return the costs of natural values, `l`."""
        return self.fixed + self.per_unit * numbers


def _kind(given: Any) -> str:
    return "function" if isinstance(given, Mapping | LinearCost) else "levels"


PerLevel = tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...]
FidelityCosts = Annotated[
    Annotated[PerLevel, Tag("levels")] | Annotated[LinearCost, Tag("function")], Discriminator(_kind)
]
"""One cost for each level in ascending order, or a function of the level's number."""


def fidelity_levels(space: DesignSpace, costs: Sequence[float] | LinearCost) -> FidelityLevels:
    """Read the levels of a space.

    A function of costs is evaluated at every level; where these are infinitely many, or more than 8, at 8
    of them, spread evenly over the parameter's own scale, the target included.

    Args:
        space: With one fidelity parameter.
        costs: One for each of its values in ascending order, or a function of them.

    Raises:
        IncompatibleError: If there is no such parameter, the number of costs is another, the levels are no
            numbers, or an evaluation would cost nothing.
    """
    if len(space.targets) != 1:
        raise IncompatibleError(
            "the costs of cost_aware need one parameter with role 'fidelity', the space has "
            f"{len(space.targets)} ({', '.join(space.targets) or 'none'}); leave out cost_aware, or "
            "fidelity_costs, which is short for it"
        )
    ((name, target),) = space.targets.items()
    parameter = space.parameters[name]
    goal = float(parameter.encode(object_column([target]))[0, 0])
    if isinstance(costs, LinearCost):
        levels = _candidates(parameter, goal)
        values = _costs_at(costs, parameter, levels)
    else:
        levels = _every(parameter, len(costs))
        values = torch.tensor(costs, dtype=torch.float64)
    place = int((levels - goal).abs().argmin())
    return FidelityLevels(name, space.columns[name].start, levels, values, place)


def _every(parameter: Parameter, n: int) -> Tensor:
    """Return all encoded levels, ascending, of which there are to be `n`."""
    count = parameter.cardinality
    if count != n:
        remedy = "give one cost for each level" if count is not None else "give {fixed: .., per_unit: ..}"
        raise IncompatibleError(
            f"costs (fidelity_costs) has {n} values, but the fidelity '{parameter.name}' has "
            f"{'infinitely many' if count is None else count} levels; {remedy}"
        )
    return parameter.every()[:, 0].sort().values


def _candidates(parameter: Parameter, target: float) -> Tensor:
    """Return the encoded levels to choose from, ascending: all, or some that include the target."""
    count = parameter.cardinality
    if count is not None and count <= N_CANDIDATES:
        return _every(parameter, count)
    low, high = parameter.bounds[:, 0].tolist()
    spread = torch.linspace(low, high, N_CANDIDATES, dtype=torch.float64)
    levels = parameter.project(spread.unsqueeze(1))[:, 0]
    levels[(levels - target).abs().argmin()] = target
    distinct: Tensor = torch.unique(levels)
    return distinct


def _costs_at(costs: LinearCost, parameter: Parameter, levels: Tensor) -> Tensor:
    """Return the costs of encoded levels, `l`, after a look at both ends of the range."""
    ends = parameter.project(parameter.bounds[:, :1])[:, 0]
    numbers = parameter.decode(torch.cat([levels, ends]).unsqueeze(1))
    if not all(is_number(one) for one in numbers.tolist()):
        raise IncompatibleError(
            f"costs (fidelity_costs) per unit need numbers, and the levels of '{parameter.name}' are "
            f"{numbers[: len(levels)].tolist()}; give one cost for each level"
        )
    found = costs.at(torch.tensor(numbers.astype(float), dtype=torch.float64))
    least = int(torch.where(found.isfinite(), found, -torch.inf).argmin())
    if not 0 < found[least] < torch.inf:
        raise IncompatibleError(
            f"costs (fidelity_costs) of {costs.fixed:g} + {costs.per_unit:g} * {parameter.name} are "
            f"{float(found[least]):g} at {parameter.name} = {numbers[least]}; choose `fixed` and "
            "`per_unit` so that every evaluation has a finite cost above 0"
        )
    return found[: len(levels)]
