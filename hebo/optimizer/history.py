"""History of an optimization: told points, pending points, incumbent; as tables in natural units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pandas import DataFrame
from torch import Tensor

from hebo.data import Data
from hebo.design_space.competing import competing, same_context
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.optimizer.locking import Lock, locked
from hebo.optimizer.records import Records

RESERVED = re.compile(r"(objective|constraint)_\d+|keeps_input_constraints")
"""Columns that `history` has beside those of the parameters."""


def check_names(names: Iterable[str]) -> None:
    """Refuse parameters that `history` could not show beside its own columns.

    Raises:
        DataError: With the name, and what is reserved.
    """
    for name in names:
        if RESERVED.fullmatch(name):
            raise DataError(
                f"the parameter '{name}' would be a second column of that name in `history`; rename it: "
                "objective_0, constraint_0 and so on, and keeps_input_constraints are reserved"
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
        """The values of `X`, `n x m`, minimized."""
        return np.asarray((-self.data.successes().y).numpy())

    @property
    @locked
    def history(self) -> DataFrame:
        """All told points with columns `objective_0 ...` and `constraint_0 ...`, NaN where they failed.

        In a space with input constraints the column `keeps_input_constraints` says which points keep them.
        """
        frame = self.space.decode(self._records.x)
        for column, values in enumerate((-self.data.y).unbind(-1)):
            frame[f"objective_{column}"] = values.numpy()
        for column, values in enumerate(self.data.constraints.unbind(-1)):
            frame[f"constraint_{column}"] = values.numpy()
        if len(self.space.constraints):
            frame["keeps_input_constraints"] = self.data.allowed.numpy()
        return frame

    @property
    @locked
    def pending(self) -> DataFrame:
        """The points that were asked for and neither told nor forgotten."""
        return self.space.decode(self._records.pending)

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
        """The lowest value told so far of a feasible point; see `best`.

        Raises:
            DataError: If there is none; the message says what is missing.
        """
        return self.best()[1]

    @locked
    def best(self, context: Mapping[str, Any] | None = None) -> tuple[DataFrame, float]:
        """Return the best point told so far, as a frame with one row, and its value.

        A best point keeps the input constraints and the measured ones, and was evaluated at the target of
        every fidelity. Values in different contexts cannot be compared: the best is that of one context.

        Args:
            context: Values of context parameters; None: those of the point told last.

        Raises:
            DataError: If no such point was told, or there are several objectives.
        """
        data, place = self.data, self._best_row(context)
        return self.space.decode(data.x[place].unsqueeze(0)), -float(data.y[place, 0])

    def _best_row(self, context: Mapping[str, Any] | None) -> int:
        """Return the number of the best told row."""
        data, space = self.data, self.space.parameter_space
        if (n := data.y.shape[1]) > 1:
            raise DataError(f"there are {n} objectives, and no single best point; choose one from `history`")
        _need(~data.failed, "no successful evaluation has been told yet, so there is no best point")
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
        return int(data.y[:, 0].masked_fill(~(data.feasible & comparable), -torch.inf).argmax())


def _need(rows: Tensor, message: str) -> None:
    """Refuse to name a best point if `rows` (`n` bool) has none."""
    if not bool(rows.any()):
        raise DataError(message)
