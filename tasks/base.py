"""The contract of a problem: a design space and a function from points to measured values.

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
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from hebo.design_space.values.labels import align_rows
from hebo.errors import DataError, EvaluationError
from hebo.outcomes import Outcomes, outcomes_of
from hebo.random import derive_seed
from hebo.recipe import Recipe
from tasks import best_known

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hebo.design_space.design_space import DesignSpace

Columns = dict[str, NDArray[Any]]
"""Names to columns of one length, in order."""

CONTEXT_OPTIMUM = "context_optimum"
"""The column of information with the best feasible value in the context of each row, where it is known."""


def sd_name(objective: str) -> str:
    """Return the column of information with the standard deviation of an objective's noise."""
    return f"{objective}_sd"


class Task(Recipe, ABC):
    """A problem: where to search, and what to optimize there.

    The fields of a subclass are its settings. Values that are not finite stand for a failed
    evaluation; a subclass that knows the reason gives it in an information column named `error`. One whose
    values belong to another point than it was asked for says so in a column `moved`, a dictionary of the
    parameters that differ, and their values, for each row (None where none does): in an experiment optimizers
    are told of that point instead. One whose best value depends on the context gives it, for each row, in a
    column `context_optimum`.

    Attributes:
        runs_code: Whether an evaluation runs what a setting names: starts a program, or imports a file.
        paths: Settings that are paths of files or folders; in the YAML of an experiment or a campaign a
            relative one starts from the folder of that file.
    """

    runs_code: ClassVar[bool] = False
    paths: ClassVar[tuple[str, ...]] = ()

    @property
    def name(self) -> str:
        """A short name for tables and plots."""
        return type(self).__name__

    @property
    def outcomes(self) -> Outcomes:
        """What is measured: names, goals and units of objectives, limits of constraints.

        A task overrides this, or the two properties below it, where all objectives are minimized and all
        constraints kept where they are 0 or less.
        """
        return outcomes_of(self.objectives, self.constraints)

    @property
    def objectives(self) -> tuple[str, ...]:
        """The names of the `m` columns of objectives, the leading one first."""
        return self.outcomes.objective_names if self._states_outcomes else ("y",)

    @property
    def constraints(self) -> tuple[str, ...]:
        """The names of the `c` columns of measured constraints; none by default."""
        return self.outcomes.constraint_names if self._states_outcomes else ()

    @property
    def _states_outcomes(self) -> bool:
        return type(self).outcomes is not Task.outcomes

    @property
    def optimum(self) -> float | None:
        """The best feasible value of the first objective without noise, or None where unknown."""
        return None

    @property
    def best_known(self) -> float | None:
        """The optimum where it is known; else the value in the table of `tasks.best_known`, if any."""
        return self._tabled if self.optimum is None else self.optimum

    @property
    def _tabled(self) -> float | None:
        """The value in the table, as it would be measured; None where there is none."""
        least = best_known.value_of(self)
        return None if least is None else float(self.outcomes.objectives[0].measured(least))

    @property
    def reference_point(self) -> tuple[float, ...] | None:
        """The corner of hypervolumes: the worst value that counts in each objective; None if not stated."""
        return None

    @property
    def front_hypervolume(self) -> float | None:
        """Hypervolume of the true Pareto front at `reference_point`, without noise; None where unknown."""
        return None

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """Known points, in natural units, where the first objective is `optimum`; None where unknown."""
        return None

    def initial_points(self, n: int, *, seed: int | None = None) -> pd.DataFrame | None:
        """Return `n` points to begin with, where points drawn at random would tell nothing; else None.

        Args:
            n: How many.
            seed: Other points for another seed; None: those of the problem's authors, if they name some.
        """
        return None

    def context(self, iteration: int, *, seed: int) -> Mapping[str, Any] | None:
        """Return context parameter -> value for an ask; None where the space has none, or nothing says so.

        Args:
            iteration: Number of earlier asks of the run.
            seed: Of the run; the contexts are a function of both alone, so that all optimizers get the same.
        """
        return None

    @property
    def cost_column(self) -> str | None:
        """The column of information with what each evaluation cost, a positive number; None where none has.

        A failed evaluation may have NaN there.
        """
        return None

    @property
    def known_noise(self) -> tuple[str, ...]:
        """Objectives whose noise is known: the column `<objective>_sd` has its standard deviation."""
        return ()

    @property
    def gradient_of(self) -> tuple[str, ...]:
        """Parameters by which derivatives are reported: the column `gradient_<parameter>` has them."""
        return ()

    @property
    def is_noisy(self) -> bool:
        """Whether `_evaluate` draws from its generator; it is then handed one row at a time."""
        return False

    @abstractmethod
    def parameters(self) -> list[dict[str, Any]]:
        """Return the dictionaries that `DesignSpace.parse` takes."""

    def input_constraints(self) -> list[dict[str, Any]]:
        """Return what points must fulfil, as `DesignSpace.parse` takes it; nothing by default."""
        return []

    @cached_property
    def space(self) -> DesignSpace:
        """The design space, built once per task object."""
        from hebo.design_space.design_space import DesignSpace  # loads torch, which evaluations do without

        return DesignSpace().parse(self.parameters(), constraints=self.input_constraints())

    def pictures(self, best: pd.DataFrame) -> dict[str, Figure]:
        """Draw points in the problem's own terms, for the report; nothing by default.

        Args:
            best: One distinct point per row, in natural units, the best one first; one row at least.

        Returns:
            Short names, such as for files -> figures. Black in them stands for the page's text color.
        """
        return {}

    @property
    def notes(self) -> tuple[str, ...]:
        """How the files of the task were read, where its user should know; `hebo run` shows them once."""
        return ()

    def require(self) -> None:
        """Check once that evaluations can work, before many of them fail; `hebo run` does so first of all.

        A task that needs a package looks for it, one that compares with a reference computes that, and one
        that writes to a file writes.

        Raises:
            HeboError: With what is missing or cannot work, and the remedy: an extra, a file, a setting.
        """

    @abstractmethod
    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> NDArray[np.float64] | Columns | pd.DataFrame:
        """Compute the objectives of valid points.

        Args:
            frame: One point per row, numbered from 0, one column per parameter in the order of the space; one
                row only if `is_noisy`.
            rng: The only source of randomness; made from the seed and the row's position.

        Returns:
            `n` or `n x m` values, or a table (a frame, or names to columns of length `n`) with a column per
            objective, one per measured constraint if the task has some, and any further columns of
            information. NaN marks a failed evaluation. Frames and Series belong to the points that their
            index names.
        """

    def evaluate(self, frame: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
        """Evaluate each row of `frame`.

        The randomness of row `i` is a function of `(seed, i)` alone: a table gives the same values again
        under the same seed, and so does a single point, whatever was evaluated before it.

        Args:
            frame: `n` points in natural units, one column per parameter in any order.
            seed: Fixes the noise; has no effect on a task that has none.

        Returns:
            A table with the index of `frame`: a float64 column per objective, then one per measured
            constraint, then columns of information (the same for each row). Rows outside the space's input
            constraints are not evaluated and hold NaN, like failed ones.

        Raises:
            DataError: If a column is missing or unknown, or a value is outside its parameter's range.
            EvaluationError: If the task's own code returned a table of the wrong shape.
        """
        inside = self.space.contains(self.space.encode(frame)).numpy()
        return self._table(frame[self.space.names], inside, seed)

    def evaluate_checked(self, frame: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
        """Return what `evaluate` does of points that are known to lie in the space.

        It needs no space, which takes seconds to load. Its columns are in the order of the space.
        """
        return self._table(frame, np.ones(len(frame), dtype=bool), seed)

    def _table(self, points: pd.DataFrame, inside: NDArray[np.bool_], seed: int) -> pd.DataFrame:
        """Return the values of those points that are inside, with NaN for the others."""
        positions: list[int] = np.flatnonzero(inside).tolist()
        if self.is_noisy:
            parts = [self._columns(points.iloc[[i]], _generator(seed, i)) for i in positions]
        else:
            parts = [self._columns(points[inside], _generator(seed, 0))] if positions else []
        if not parts:
            return pd.DataFrame(np.nan, index=points.index, columns=[*self.objectives, *self.constraints])
        columns = _joined(parts)
        return pd.DataFrame({name: _place(one, inside, points.index) for name, one in columns.items()})

    def _columns(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        """Run `_evaluate` on valid points and check what it returns; wrappers call this on their task.

        Returns:
            Name -> `n` values: float64 objectives and constraints with NaN for failed evaluations, then
            information.
        """
        index = pd.RangeIndex(len(frame))
        result = self._in_order(self._evaluate(frame.set_axis(index), rng), index)
        named = result if isinstance(result, pd.DataFrame | Mapping) else self._named(result)
        columns = {str(name): np.asarray(self._in_order(one, index)) for name, one in named.items()}
        numbers = (*self.objectives, *self.constraints)
        missing = [name for name in numbers if name not in columns]
        if missing or {one.shape for one in columns.values()} != {(len(frame),)}:
            shapes = {name: one.shape for name, one in columns.items()}
            raise EvaluationError(
                f"{type(self).__name__}._evaluate returned columns of the shapes {shapes} for {len(frame)} "
                f"points; expected {(len(frame),)} for each of the {self._kinds()} {list(numbers)}."
            )
        measured = {name: self._to_float(name, columns.pop(name)) for name in numbers}
        return measured | columns

    def _in_order(self, values: Any, index: pd.Index) -> Any:
        """Return values with labels in the order of the points; anything without labels as it is."""
        try:
            return align_rows(values, index, "the result", to="the frame")
        except DataError as error:
            raise EvaluationError(f"{type(self).__name__}._evaluate: {error}.") from error

    def _kinds(self) -> str:
        return "objectives and constraints" if self.constraints else "objectives"

    def _named(self, values: NDArray[np.float64]) -> Columns:
        """Name the columns of `n` or `n x m` values."""
        array = np.asarray(values)
        table = array[:, None] if array.ndim == 1 else array
        if table.ndim != 2 or table.shape[1] != len(self.objectives) or self.constraints:
            raise EvaluationError(
                f"{type(self).__name__}._evaluate returned an array of shape {array.shape}; expected one "
                f"{'named ' if self.constraints else ''}column for each of the {self._kinds()} "
                f"{[*self.objectives, *self.constraints]}."
            )
        return dict(zip(self.objectives, table.T, strict=True))

    def _to_float(self, name: str, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return objective values as float64, with NaN for all that is not finite."""
        if values.dtype.kind not in "fiub":
            raise EvaluationError(
                f"{type(self).__name__}._evaluate returned {values.dtype} values for '{name}'; expected real "
                "numbers, with NaN for a failed evaluation."
            )
        numbers = values.astype(np.float64)
        return np.where(np.isfinite(numbers), numbers, np.nan)


def _joined(parts: Sequence[Columns]) -> Columns:
    """Return the columns of several tables below one another, with None for information that one lacks."""
    if len(parts) == 1:
        return parts[0]
    lengths = [len(next(iter(part.values()))) for part in parts]
    names = dict.fromkeys(name for part in parts for name in part)
    return {
        name: np.concatenate(
            [part.get(name, np.full(n, None, dtype=object)) for part, n in zip(parts, lengths, strict=True)]
        )
        for name in names
    }


def _place(values: NDArray[Any], inside: NDArray[np.bool_], index: pd.Index) -> pd.Series[Any]:
    """Put the values of evaluated rows in their places, with NaN (None for other objects) in the rest."""
    is_float = values.dtype.kind == "f"
    if not inside.all():
        column = np.full(
            len(inside), np.nan if is_float else None, dtype=values.dtype if is_float else object
        )
        column[inside] = values
        values = column
    # The type is named because pandas 3 would read objects that are texts or None as texts or NaN.
    return pd.Series(values, index=index, dtype=values.dtype)


def _generator(seed: int, row: int) -> Generator:
    """Return the generator that belongs to one row under one seed."""
    return np.random.default_rng(derive_seed("task", seed, row))
