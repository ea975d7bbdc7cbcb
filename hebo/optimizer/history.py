"""History of an optimization: told points, pending points, incumbent; as tables in natural units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pandas import DataFrame, concat
from torch import Tensor

from hebo.data import Data
from hebo.design_space.competing import competing, same_context
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.optimizer.gradients import gradient_table
from hebo.optimizer.locking import Lock, locked
from hebo.optimizer.records import Records

RESERVED = re.compile(r"(objective|constraint|variance)_\d+|keeps_input_constraints|evaluation_cost")
"""Columns that `history` has beside those of the parameters."""


GRADIENT = "gradient_"
"""Before the name of a parameter: the column of its derivatives in `history`."""


def check_names(names: Iterable[str]) -> None:
    """Refuse parameters that `history` could not show beside its own columns.

    Raises:
        DataError: With the name, and what is reserved.
    """
    names = list(names)
    for name in names:
        if name.removeprefix(GRADIENT) in names and name.startswith(GRADIENT):
            raise DataError(
                f"the parameter '{name}' would be a second column of that name in `history`, beside the "
                f"derivatives by '{name.removeprefix(GRADIENT)}'; rename one of the two"
            )
        if RESERVED.fullmatch(name):
            raise DataError(
                f"the parameter '{name}' would be a second column of that name in `history`; rename it: "
                "objective_0, constraint_0, variance_0 and so on, evaluation_cost and "
                "keeps_input_constraints are reserved"
            )


class History:
    """What was asked and told so far; the part of `Optimizer` that only reads."""

    space: DesignSpace
    _records: Records
    _lock: Lock

    @property
    @locked
    def data(self) -> Data:
        """All that is known, in encoded columns, larger is better."""
        return self._records.data

    @property
    @locked
    def n_asks(self) -> int:
        """How often `ask` was called."""
        return self._records.n_asks

    @property
    @locked
    def X(self) -> DataFrame:
        """The successfully evaluated points, in the order told."""
        return self.space.decode(self.data.successes().x)

    @property
    @locked
    def y(self) -> NDArray[np.float64]:
        """The values of `X`, `n x m`, as they were measured."""
        told, data = self._records.measured, self.data
        values = data.y if told is None else told.y[~data.failed]
        return np.asarray(values.numpy())

    @property
    @locked
    def history(self) -> DataFrame:
        """All told points with columns `objective_0 ...` and `constraint_0 ...`, NaN where they failed.

        Stated outcomes have their names there; see `set_outcomes`. All values are as they were measured.
        Known variances of the noise are in `variance_0 ...`, costs in `evaluation_cost`, and derivatives by
        the parameter `a` in `gradient_a`, once told.
        In a space with input constraints the column `keeps_input_constraints` says which points keep them.
        """
        data = self.data
        frame = self._measured_frame()
        for column, values in enumerate([] if data.y_var is None else data.y_var.unbind(-1)):
            frame[f"variance_{column}"] = values.numpy()
        if data.costs is not None:
            frame["evaluation_cost"] = data.costs.numpy()
        if (told := self._records.measured) is not None and told.gradients is not None:
            slopes = gradient_table(told.gradients, self.space).add_prefix(GRADIENT)
            frame = concat([frame, slopes], axis=1)
        if len(self.space.constraints):
            frame["keeps_input_constraints"] = data.allowed.numpy()
        return frame

    @property
    @locked
    def measured(self) -> Tensor:
        """What was told of all points, `n x (m + c)`, as measured: objectives, then constraints."""
        told = self._records.measured
        return torch.empty(0, 0) if told is None else torch.cat([told.y, told.constraints], 1)

    def _measured_frame(self) -> DataFrame:
        """Return all told points with what was measured there."""
        told, stated = self._records.measured, self._records.outcomes
        frame = self.space.decode(self._records.x)
        if told is None:
            return frame.assign(
                **{name: np.empty(0) for name in (stated.names if stated else ["objective_0"])}
            )
        columns = {
            **{f"objective_{j}": values for j, values in enumerate(told.y.unbind(-1))},
            **{f"constraint_{j}": values for j, values in enumerate(told.constraints.unbind(-1))},
        }
        names = stated.names if stated else tuple(columns)
        for name, values in zip(names, columns.values(), strict=True):
            frame[name] = values.numpy()
        return frame

    @property
    @locked
    def front(self) -> DataFrame:
        """The told points that no other one dominates, with their values: see `front_in`."""
        return self.front_in()

    @locked
    def front_in(self, context: Mapping[str, Any] | None = None) -> DataFrame:
        """Return the Pareto front: feasible points told so far that no other one of them dominates.

        One point dominates another if none of its objectives is worse and one is better. As for `best`,
        points keep all constraints, were evaluated at the target of every fidelity, and are of one context.
        Of one objective it is every point with the best value.

        Args:
            context: Values of context parameters; None: those of the point told last.

        Returns:
            One row for each point, in the order told: parameters, then objectives by their names, or as
            `objective_0 ...` where none were told.

        Raises:
            DataError: If no such point was told; the message says what is missing.
        """
        places = self._comparable(context).nonzero()[:, 0]
        places = places[self.data.rows(places).pareto]
        told = self._records.measured
        assert told is not None
        frame = self.space.decode(self._records.x[places])
        names = self._records.objective_names or [f"objective_{j}" for j in range(told.y.shape[1])]
        for name, values in zip(names, told.y[places].unbind(-1), strict=True):
            frame[name] = values.numpy()
        return frame

    @property
    @locked
    def pending(self) -> DataFrame:
        """The points that were asked for and neither told nor forgotten."""
        return self.space.decode(self._records.pending)

    @property
    @locked
    def related(self) -> tuple[DataFrame, ...]:
        """The observations of each related task, in the order told: points and values in natural units."""
        return tuple(task.table for task in self._records.related)

    @property
    @locked
    def best_x(self) -> DataFrame:
        """The best feasible point told so far, as a frame with one row; see `best`.

        Raises:
            DataError: If there is none; the message says what is missing.
        """
        return self.best()[0]

    @property
    @locked
    def best_y(self) -> float:
        """The best value told so far of a feasible point, as it was measured; see `best`.

        Raises:
            DataError: If there is none; the message says what is missing.
        """
        return self.best()[1]

    @locked
    def best(self, context: Mapping[str, Any] | None = None) -> tuple[DataFrame, float]:
        """Return the best point told so far, as a frame with one row, and its value as it was measured.

        A best point keeps the input constraints and the measured ones, and was evaluated at the target of
        every fidelity. Values in different contexts cannot be compared: the best is that of one context.

        Args:
            context: Values of context parameters; None: those of the point told last.

        Raises:
            DataError: If no such point was told, or there are several objectives.
        """
        records, place = self._records, self._best_row(context)
        assert records.measured is not None
        return self.space.decode(records.x[place].unsqueeze(0)), float(records.measured.y[place, 0])

    def _best_row(self, context: Mapping[str, Any] | None) -> int:
        """Return the number of the best told row."""
        data = self.data
        if (n := data.y.shape[1]) > 1:
            raise DataError(f"there are {n} objectives, and no single best point; choose one from `front`")
        return int(data.y[:, 0].masked_fill(~self._comparable(context), -torch.inf).argmax())

    def _comparable(self, context: Mapping[str, Any] | None) -> Tensor:
        """Return which told rows (`n` bool) are feasible, and in one context at the targets of fidelities."""
        data, space = self.data, self.space.parameter_space
        self._need_success()
        _need(
            data.feasible,
            f"no feasible point yet: none of {len(data.successes().x)} successful evaluations keeps every "
            "constraint; ask for more points, or read the violations in `history`",
        )
        comparable = competing(space, data.x, context=context)
        if context is None:
            comparable &= same_context(space, data.x, data.x[-1])
        wanted = {**space.targets, **(context or {})}
        _need(
            data.feasible & comparable,
            f"no feasible point has been told {f'with {wanted}' if wanted else 'in the latest context'} yet; "
            "ask for points there",
        )
        return data.feasible & comparable

    def _need_success(self) -> None:
        """Refuse to look for a best point where nothing has succeeded."""
        _need(~self.data.failed, "no successful evaluation has been told yet, so there is no best point")


def _need(rows: Tensor, message: str) -> None:
    """Refuse to name a best point if `rows` (`n` bool) has none."""
    if not bool(rows.any()):
        raise DataError(message)
