"""What an optimiser knows, as tables in natural units: what it was told, what is pending, the best point."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.optimizers.locking import Lock, locked
from hebo.optimizers.records import Records

RESERVED = re.compile(r"(objective|constraint)_\d+|feasible")
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
                "objective_0, constraint_0 and so on, and feasible are reserved"
            )


class Known:
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
        """The values of `X`, `n x m`, minimised."""
        return np.asarray((-self.data.successes().y).numpy())

    @property
    @locked
    def history(self) -> DataFrame:
        """All told points with columns `objective_0 ...` and `constraint_0 ...`, NaN where they failed."""
        frame = self.space.decode(self._records.x)
        for column, values in enumerate((-self.data.y).unbind(-1)):
            frame[f"objective_{column}"] = values.numpy()
        for column, values in enumerate(self.data.constraints.unbind(-1)):
            frame[f"constraint_{column}"] = values.numpy()
        return frame

    @property
    @locked
    def pending(self) -> DataFrame:
        """The points that were asked for and neither told nor forgotten."""
        return self.space.decode(self._records.pending)

    @property
    @locked
    def best_x(self) -> DataFrame:
        """The best feasible point told so far, as a frame with one row.

        Raises:
            DataError: If no successful evaluation has been told, or none that fulfils the constraints.
        """
        self._need_feasible()
        return self.space.decode(self.data.best.unsqueeze(0))

    @property
    @locked
    def best_y(self) -> float:
        """The lowest value told so far of a feasible point.

        Raises:
            DataError: If no successful evaluation has been told, or none that fulfils the constraints.
        """
        self._need_feasible()
        return -float(self.data.merit.max())

    def _need_success(self) -> None:
        if not len(self.data.successes().x):
            raise DataError("no successful evaluation has been told yet, so there is no best point")

    def _need_feasible(self) -> None:
        self._need_success()
        if not bool(self.data.feasible.any()):
            raise DataError(
                f"no feasible point yet: none of {len(self.data.successes().x)} successful evaluations keeps "
                "every constraint (<= 0); ask for more points, or read the violations in `history`"
            )
