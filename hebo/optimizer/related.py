"""Related tasks: observations of other objectives over the same space, from which a run may learn.

They are told like points of the run itself, but never asked for, never pending and never the best point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import pandas as pd
import torch
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.labels import align_columns, align_rows
from hebo.errors import DataError
from hebo.optimizer.measurements import Measurements
from hebo.optimizer.oriented import excesses, maximized, worst_of
from hebo.optimizer.values import parse_constraints, parse_values, parse_variances
from hebo.outcomes import Outcomes


@dataclass(frozen=True)
class RelatedTask:
    """What was observed of another task.

    Attributes:
        x: `n x d` points.
        measured: What was measured there.
        space: Where they lie.
        outcomes: Goals and limits of what was measured; None where nothing was stated of them.
    """

    x: Tensor
    measured: Measurements
    space: DesignSpace
    outcomes: Outcomes | None = None

    @cached_property
    def data(self) -> Data:
        """The observations as surrogates take them: larger is better."""
        told = self.measured
        allowed = self.space.constraints.satisfied(self.x, rounded=True)
        return Data(
            self.x,
            maximized(told.y, self.outcomes),
            constraints=excesses(told.constraints, self.outcomes if told.constraints.shape[1] else None),
            allowed=allowed,
            y_var=told.y_var,
        )

    def data_for(self, outcomes: Outcomes | None) -> Data:
        """Return them for other goals and limits than those stated."""
        return self.data if outcomes == self.outcomes else replace(self, outcomes=outcomes).data

    @property
    def table(self) -> pd.DataFrame:
        """The points and values in natural units."""
        frame = self.space.decode(self.x)
        for column, values in enumerate(self.measured.y.unbind(-1)):
            frame[f"objective_{column}"] = values.numpy()
        return frame

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {"x": self.x.tolist(), **self.measured.to_json()}

    @classmethod
    def from_json(
        cls, state: Mapping[str, Any], space: DesignSpace, outcomes: Outcomes | None = None
    ) -> Self:
        """Return what `to_json` returned.

        Raises:
            DataError: If there is a value that could not have been told.
        """
        x = torch.tensor(state["x"], dtype=torch.float64).reshape(-1, space.n_dims)
        measured = Measurements.from_json(state, len(x), space.n_dims)
        if measured is None:
            raise DataError("a related task has points without values; save the state anew")
        return cls(x, measured, space, outcomes)


def read_related(
    x: pd.DataFrame,
    y: Any,
    space: DesignSpace,
    *,
    constraints: Any,
    y_var: Any,
    defaults: Mapping[str, Any] | None,
    n_objectives: int | None,
    outcomes: Outcomes | None,
) -> RelatedTask:
    """Read the observations of another task; see `Optimizer.learn_from`."""
    points = space.encode(completed(x, space, defaults or {}))
    bad_values, bad_limits = worst_of(outcomes)
    known = None if outcomes is None else outcomes.objective_names
    table, names = align_columns(align_rows(y, x.index, "y"), known, "y")
    values = parse_values(table, len(x), n_objectives, bad_values)
    limits, limit_names = align_columns(align_rows(constraints, x.index, "constraints"), None, "constraints")
    noise, _ = align_columns(align_rows(y_var, x.index, "y_var"), names, "y_var")
    measured = Measurements(
        values,
        parse_constraints(limits, len(x), _expected(limits, outcomes), bad_limits),
        parse_variances(noise, values),
        objective_names=names,
        constraint_names=limit_names,
    )
    task = RelatedTask(points, measured, space, outcomes)
    if bool(task.data.failed.all()):
        raise DataError("a related task needs a successful evaluation; all values given are missing")
    return task


def _expected(limits: Any, outcomes: Outcomes | None) -> int | None:
    """Return how many constraints a related task with some has to have."""
    return None if limits is None or outcomes is None else len(outcomes.constraints)


def completed(x: pd.DataFrame, space: DesignSpace, defaults: Mapping[str, Any]) -> pd.DataFrame:
    """Return points with the parameters that the other task did not have.

    Args:
        x: Points with a column for each parameter that it had.
        space: The parameters.
        defaults: Parameter -> value that held there.

    Raises:
        DataError: If a parameter has neither, or both; names it.
    """
    for name in defaults:
        if name not in space.parameters:
            raise DataError(f"`defaults` names '{name}', which is no parameter of the space")
        if name in x.columns:
            raise DataError(f"`defaults` gives '{name}', which the table has as well; drop one of the two")
    lacking = [name for name in space.names if name not in x.columns and name not in defaults]
    if lacking:
        names = ", ".join(f"'{name}'" for name in lacking)
        raise DataError(
            f"the related task has no column {names}; say which value held there: "
            f"defaults={{{lacking[0]!r}: ...}}"
        )
    return x.assign(**{name: pd.Series([value] * len(x), index=x.index) for name, value in defaults.items()})
