"""The contract of a problem: a design space and a function from points to values to be minimised.

An author writes `parameters` and `_evaluate`; checking, failures and randomness are dealt with here.

```python
class Parabola(Task):
    def parameters(self) -> list[dict[str, Any]]:
        return [{"name": "x", "type": "num", "lb": -1.0, "ub": 2.0}]

    def _evaluate(self, frame: DataFrame, rng: Generator) -> NDArray:
        return frame["x"].to_numpy() ** 2
```
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from hebo.design_space.design_space import DesignSpace
from hebo.errors import EvaluationError
from hebo.random import derive_seed
from hebo.recipe import Recipe


class Task(Recipe, ABC):
    """A problem: where to search, and what to minimise there.

    The fields of a subclass are its settings. Values that are not finite stand for a failed
    evaluation; a subclass that knows the reason gives it in an information column named `error`.
    """

    @property
    def name(self) -> str:
        """A short name for tables and plots."""
        return type(self).__name__

    @property
    def objectives(self) -> tuple[str, ...]:
        """The names of the `m` columns that are minimised."""
        return ("y",)

    @property
    def optimum(self) -> float | None:
        """The smallest value of the first objective without noise, or None where it is not known."""
        return None

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """Known points, in natural units, where the first objective is `optimum`; None where unknown."""
        return None

    @property
    def is_noisy(self) -> bool:
        """Whether `_evaluate` draws from its generator; it is then handed one row at a time."""
        return False

    @abstractmethod
    def parameters(self) -> list[dict[str, Any]]:
        """Return the dictionaries that `DesignSpace.parse` takes."""

    @cached_property
    def space(self) -> DesignSpace:
        """The design space, built once per task object."""
        return DesignSpace().parse(self.parameters())

    @abstractmethod
    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> NDArray[np.float64] | pd.DataFrame:
        """Compute the objectives of valid points.

        Args:
            frame: One point per row, one column per parameter in the order of the space; one row only
                if `is_noisy`.
            rng: The only source of randomness; made from the seed and the row's position.

        Returns:
            `n` or `n x m` values, or a table with a column per objective and any further columns of
            information. NaN marks a failed evaluation.
        """

    def evaluate(self, frame: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
        """Evaluate each row of `frame`.

        The randomness of row `i` is a function of `(seed, i)` alone: a table gives the same values again
        under the same seed, and so does a single point, whatever was evaluated before it.

        Args:
            frame: `n` points in natural units, one column per parameter in any order.
            seed: Fixes the noise; has no effect on a task that has none.

        Returns:
            A table with the index of `frame`: a float64 column per objective, then columns of information
            (the same for each row). Rows outside the space's input constraints are not evaluated and
            hold NaN, like failed ones.

        Raises:
            DataError: If a column is missing or unknown, or a value is outside its parameter's range.
            EvaluationError: If the task's own code returned a table of the wrong shape.
        """
        inside = self.space.contains(self.space.encode(frame)).numpy()
        points = frame[self.space.names]
        positions: list[int] = np.flatnonzero(inside).tolist()
        if self.is_noisy:
            tables = [self._table(points.iloc[[i]], _generator(seed, i)) for i in positions]
        else:
            tables = [self._table(points.iloc[positions], _generator(seed, 0))] if positions else []
        if not tables:
            return pd.DataFrame(np.nan, index=frame.index, columns=list(self.objectives))
        evaluated = pd.concat(tables, ignore_index=True).set_axis(positions, axis=0)
        return evaluated.reindex(range(len(frame))).set_axis(frame.index, axis=0)

    def _table(self, frame: pd.DataFrame, rng: Generator) -> pd.DataFrame:
        """Run `_evaluate` on valid points and check what it returns; wrappers call this on their task."""
        result = self._evaluate(frame, rng)
        table = result if isinstance(result, pd.DataFrame) else self._from_array(result)
        missing = [name for name in self.objectives if name not in table.columns]
        if missing or len(table) != len(frame):
            raise EvaluationError(
                f"{type(self).__name__}._evaluate returned {len(table)} rows with columns "
                f"{list(table.columns)} for {len(frame)} points; expected one row per point and the "
                f"objectives {list(self.objectives)}."
            )
        values = table[list(self.objectives)].apply(self._to_float)
        extras = table.drop(columns=list(self.objectives))
        return pd.concat([values, extras], axis=1).set_axis(frame.index, axis=0)

    def _from_array(self, values: NDArray[np.float64]) -> pd.DataFrame:
        """Name the columns of `n` or `n x m` values."""
        array = np.asarray(values)
        columns = array[:, None] if array.ndim == 1 else array
        if columns.ndim != 2 or columns.shape[1] != len(self.objectives):
            raise EvaluationError(
                f"{type(self).__name__}._evaluate returned an array of shape {array.shape}; expected one "
                f"column for each of the objectives {list(self.objectives)}."
            )
        return pd.DataFrame(columns, columns=list(self.objectives))

    def _to_float(self, column: pd.Series[Any]) -> pd.Series[float]:
        """Return a column of objective values as float64, with NaN for all that is not finite."""
        if column.dtype.kind not in "fiub" and not column.isna().all():
            raise EvaluationError(
                f"{type(self).__name__}._evaluate returned {column.dtype} values for '{column.name}'; "
                "expected real numbers, with NaN for a failed evaluation."
            )
        values = column.astype(float)
        return values.where(np.isfinite(values))


def _generator(seed: int, row: int) -> Generator:
    """Return the generator that belongs to one row under one seed."""
    return np.random.default_rng(derive_seed("task", seed, row))
