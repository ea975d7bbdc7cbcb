"""Environmental conditions: a surrogate of the risk measure of a design over given conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.plain_values import object_column
from hebo.errors import DataError, IncompatibleError, did_you_mean
from hebo.surrogates.of_variants import OfVariants, check_weights

Condition = dict[str, Any]
"""Parameter -> natural value."""


class Averaged(OfVariants):
    """The mean, or another risk measure, of the values that a design has under given conditions.

    Some parameters are settings that will be what they are when the design is put to use: a temperature, a
    load, a user. Every evaluation takes place under one condition; predictions are those of
    `rho[f(x, c_1), ..., f(x, c_m)]` whatever a point has in these parameters (Williams, Santner and Notz,
    "Sequential design of computer experiments to minimize integrated response functions", 2000).
    `hebo.recommenders.at_conditions` chooses the condition of each evaluation.

    Attributes:
        of: Models the values of designs and conditions together.
        conditions: The conditions, each with values of the same parameters.
        weights: How often each is met, or how much it counts; by default all alike.
        risk: The measure.
    """

    example: ClassVar[dict[str, Any]] = {"conditions": [{"x1": -1.0}, {"x1": 1.0}]}

    conditions: list[Condition] = Field(min_length=2)

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        check_weights(self.weights, len(self.conditions), "conditions")
        first = self.conditions[0]
        if not first:
            raise ValueError("the first condition names no parameter; write `{temperature: 20}`")
        for number, one in enumerate(self.conditions):
            if one.keys() != first.keys():
                raise ValueError(
                    f"condition {number} has {sorted(one)}, the first one {sorted(first)}; give each "
                    "condition a value of every parameter"
                )
            if one in self.conditions[:number]:
                raise ValueError(
                    f"condition {number}, {one}, is listed twice; give it a larger weight instead"
                )
        return self

    @property
    def names(self) -> list[str]:
        """The parameters that make a condition."""
        return list(self.conditions[0])

    @property
    def n_variants(self) -> int:
        """How many conditions there are."""
        return len(self.conditions)

    def variants(self, space: DesignSpace) -> Replaced:
        """Return the conditions of points; see `OfVariants`."""
        for name in self.names:
            _check_free(name, space)
        return Replaced(*encoded_conditions(self.conditions, space))


class Replaced:
    """The variants of points that conditions make.

    Args:
        columns: `k` encoded columns.
        values: `m x k` encoded values.
    """

    def __init__(self, columns: Sequence[int], values: Tensor) -> None:
        self._columns, self._values = list(columns), values

    def __call__(self, x: Tensor) -> Tensor:
        """Return the variants, `... x m x d`, of `... x d` points."""
        points = x.unsqueeze(-2).repeat(*(1 for _ in x.shape[:-1]), len(self._values), 1)
        points[..., self._columns] = self._values.to(x)
        return points


def encoded_conditions(conditions: Sequence[Condition], space: DesignSpace) -> tuple[list[int], Tensor]:
    """Return the columns of conditions, `k`, and their encoded values, `m x k`.

    Raises:
        IncompatibleError: If a value is none of its parameter.
    """
    columns: list[int] = []
    values: list[Tensor] = []
    for name in conditions[0]:
        span = space.columns[name]
        try:
            values.append(space.parameters[name].encode(object_column([one[name] for one in conditions])))
        except DataError as error:
            raise IncompatibleError(f"A condition cannot be met: {error}; use values of the space") from error
        columns += range(span.start, span.stop)
    return columns, torch.cat(values, dim=1)


def _check_free(name: str, space: DesignSpace) -> None:
    """Refuse a parameter that a condition cannot set.

    Raises:
        IncompatibleError: With the remedy.
    """
    if name not in space.names:
        known = did_you_mean(name, space.names)
        raise IncompatibleError(f"A condition sets '{name}', which is no parameter; use another name.{known}")
    if name in space.roles:
        raise IncompatibleError(
            f"A condition sets '{name}', which is a {space.roles[name]}; leave out its role: the conditions "
            "say which values it has"
        )
    if name in space.conditions.codes:
        raise IncompatibleError(
            f"A condition sets '{name}', which is not always active; make it unconditional"
        )
