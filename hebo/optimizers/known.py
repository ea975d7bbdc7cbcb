"""What an optimiser knows, as tables in natural units: what it was told, what is pending, the best point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.optimizers.records import Records


class Known:
    """What was asked and told so far; the part of `Optimizer` that only reads."""

    space: DesignSpace
    _records: Records

    @property
    def data(self) -> Data:
        """All that is known, in encoded columns, larger is better."""
        return self._records.data

    @property
    def n_asks(self) -> int:
        """How often `ask` was called."""
        return self._records.n_asks

    @property
    def X(self) -> DataFrame:
        """The successfully evaluated points, in the order told."""
        return self.space.decode(self.data.successes().x)

    @property
    def y(self) -> NDArray[np.float64]:
        """The values of `X`, `n x m`, minimised."""
        return np.asarray((-self.data.successes().y).numpy())

    @property
    def history(self) -> DataFrame:
        """All told points with columns `objective_0 ...` and `constraint_0 ...`, NaN where they failed."""
        frame = self.space.decode(self._records.x)
        for column, values in enumerate((-self.data.y).unbind(-1)):
            frame[f"objective_{column}"] = values.numpy()
        for column, values in enumerate(self.data.constraints.unbind(-1)):
            frame[f"constraint_{column}"] = values.numpy()
        return frame

    @property
    def pending(self) -> DataFrame:
        """The points that were asked for and neither told nor forgotten."""
        return self.space.decode(self._records.pending)

    @property
    def best_x(self) -> DataFrame:
        """The best feasible point told so far, as a frame with one row.

        Raises:
            DataError: If no successful evaluation has been told, or none that fulfils the constraints, or
                there are several objectives.
        """
        self._need_feasible()
        return self.space.decode(self.data.best.unsqueeze(0))

    @property
    def best_y(self) -> float:
        """The lowest value told so far of a feasible point.

        Raises:
            DataError: If no successful evaluation has been told, or none that fulfils the constraints, or
                there are several objectives.
        """
        self._need_feasible()
        return -float(self.data.merit.max())

    def _need_success(self) -> None:
        if not len(self.data.successes().x):
            raise DataError("no successful evaluation has been told yet, so there is no best point")

    def _need_feasible(self) -> None:
        self._need_success()
        if (n := self.data.y.shape[1]) > 1:
            raise DataError(f"there are {n} objectives, and no single best point; choose one from `history`")
        if not bool(self.data.feasible.any()):
            raise DataError(
                f"no feasible point yet: none of {len(self.data.successes().x)} successful evaluations keeps "
                "every constraint (<= 0); ask for more points, or read the violations in `history`"
            )
