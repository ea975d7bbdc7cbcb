"""Measurements: what was measured at told points, one row for each, as tensors and as JSON.

Notation: `n` points, `m` objectives, `c` constraints, `d` encoded columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import torch
from torch import Tensor

from hebo.design_space.values.labels import Names
from hebo.errors import DataError
from hebo.optimizer.values import (
    parse_constraints,
    parse_costs,
    parse_derivatives,
    parse_values,
    parse_variances,
)

OPTIONAL = ("y_var", "costs", "gradients")
"""Tables that are there once a value was told; rows without one hold NaN."""


@dataclass(frozen=True)
class Measurements:
    """Measured values of `n` points.

    Attributes:
        y: `n x m` objectives, minimized, NaN where the evaluation failed.
        constraints: `n x c`, fulfilled where <= 0, NaN where one was not measured.
        y_var: `n x m` known variances of the noise in `y`, NaN where unknown; None where none was told.
        costs: `n` costs of the evaluations, NaN where unknown; None where none was told.
        gradients: `n x d` derivatives of the only objective by the parameters of the columns, in natural
            units, NaN where unknown; None where none was told.
        objective_names: Names of the columns of `y`, once a table with names was told.
        constraint_names: The same of `constraints`.
    """

    y: Tensor
    constraints: Tensor
    y_var: Tensor | None = None
    costs: Tensor | None = None
    gradients: Tensor | None = None
    objective_names: Names = None
    constraint_names: Names = None

    def followed_by(self, later: Self) -> Self:
        """Return these rows and then those of `later`, with the names that came last."""
        return self._combined(later, lambda old, new: torch.cat([old, new]))

    def replaced(self, places: Tensor, new: Self) -> Self:
        """Return the same rows with others in some places."""
        return self._combined(new, lambda old, put: old.index_copy(0, places, put))

    def rows(self, kept: Tensor) -> Self:
        """Return some of the rows: a mask, `n` bool, or places."""
        tables = ("y", "constraints", *OPTIONAL)
        taken = {name: getattr(self, name)[kept] for name in tables if getattr(self, name) is not None}
        return replace(self, **taken)

    def _combined(self, other: Self, how: Callable[[Tensor, Tensor], Tensor]) -> Self:
        new: dict[str, Any] = {"y": how(self.y, other.y)}
        new["constraints"] = how(self.constraints, other.constraints)
        for name in OPTIONAL:
            old, added = getattr(self, name), getattr(other, name)
            if old is not None or added is not None:
                new[name] = how(_or_unknown(old, added, self.y), _or_unknown(added, old, other.y))
        return replace(other, **new)

    def to_json(self) -> dict[str, Any]:
        """Return the tables as JSON has them; those that were never told are absent."""
        found = {name: getattr(self, name) for name in OPTIONAL}
        return {
            "y": _plain(self.y),
            "constraints": _plain(self.constraints),
            **{name: _plain(table) for name, table in found.items() if table is not None},
            "objective_names": self.objective_names and list(self.objective_names),
            "constraint_names": self.constraint_names and list(self.constraint_names),
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any], n_points: int, n_columns: int) -> Self | None:
        """Return what `to_json` returned; None if nothing was told.

        Args:
            state: The tables.
            n_points: `n`.
            n_columns: `d`.

        Raises:
            DataError: If a table has another shape or a value that could not have been told.
        """
        if state.get("y") is None:
            return None
        y = parse_values(state["y"], n_points, None)
        limits = state.get("constraints")
        return cls(
            y,
            parse_constraints(limits if limits and limits[0] else None, n_points, None),
            parse_variances(state.get("y_var"), y),
            parse_costs(state.get("costs"), n_points),
            _gradients(state.get("gradients"), n_points, n_columns),
            _names(state.get("objective_names")),
            _names(state.get("constraint_names")),
        )


NOTHING_TOLD: dict[str, Any] = {one.name: None for one in fields(Measurements) if one.name not in OPTIONAL}
"""What the state of an optimizer holds before the first value."""


def _or_unknown(table: Tensor | None, like: Tensor | None, y: Tensor) -> Tensor:
    """Return a table, or one of unknown values in its place, shaped as the other rows are."""
    if table is not None:
        return table
    assert like is not None
    return torch.full((len(y), *like.shape[1:]), torch.nan, dtype=y.dtype)


def _plain(table: Tensor | None) -> Any:
    """Return a table as JSON has it: None for NaN."""
    if table is None:
        return None
    if table.dim() == 1:
        return [None if v != v else v for v in table.tolist()]
    return [[None if v != v else v for v in row] for row in table.tolist()]


def _gradients(table: Any, n_points: int, n_columns: int) -> Tensor | None:
    """Read derivatives, a row for each point and a number for each column."""
    if table is None:
        return None
    if len(table) != n_points:
        raise DataError(f"gradients has {len(table)} rows for {n_points} points; save the state anew")
    rows = [parse_derivatives(row, n_columns, "a row of gradients") for row in table]
    return torch.stack(rows) if rows else torch.empty(0, n_columns, dtype=torch.float64)


def _names(names: Sequence[str] | None) -> Names:
    """Read the names of columns; a state from before there were any has none."""
    return None if names is None else tuple(names)
