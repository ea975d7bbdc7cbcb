"""A library of candidates that have all been measured: experiments that were made, made again on paper."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hebo.design_space.spreadsheets.cells import read_measured
from hebo.design_space.tables.candidates_file import declared_space, names_of, read_texts, table_space
from hebo.design_space.tables.table_space import TableSpace
from hebo.design_space.values.json_values import from_json_value
from hebo.errors import ConfigError, DataError
from hebo.outcomes import Objective, Outcomes, outcomes_of
from tasks.base import Columns, Task


class MeasuredLibrary(Task):
    """The candidates in a CSV file, each with the value that was measured for it.

    It shows how many measurements an optimizer would have saved. Only rows can be asked for, and none twice,
    so that a run has at most as many evaluations as there are rows.

    Args:
        candidates: The CSV file; in a YAML of an experiment its path starts from the folder of that file.
        columns: Those that are parameters: names, or declarations that may lack what the column shows; see
            `hebo.design_space.tables.inference`.
        measured: Those that were measured: names of what is minimized, or mappings that say more, such as
            `{name: yield, goal: maximize}` or `{name: pH, target: 7.2}`; a cell says `failed` where there is
            no value.
        rules: Input constraints, as `DesignSpace.parse` takes them; rows that break them are left out.
    """

    paths: ClassVar[tuple[str, ...]] = ("candidates",)
    example: ClassVar[dict[str, Any]] = {"candidates": "library.csv", "columns": ["x1", "x2"]}

    candidates: str
    columns: Annotated[tuple[str | dict[str, Any], ...], Field(min_length=1)]
    measured: Annotated[tuple[str | Objective, ...], Field(min_length=1)] = ("y",)
    rules: tuple[dict[str, Any], ...] = ()

    @model_validator(mode="after")
    def _check(self) -> MeasuredLibrary:
        names = [one if isinstance(one, str) else one.get("name") for one in self.columns]
        for name in self._measured:
            if name in names or self._measured.count(name) > 1:
                raise ConfigError(f"the column '{name}' cannot be measured twice, or be a parameter as well.")
        _ = self.outcomes  # which refuses names that are none
        return self

    @property
    def name(self) -> str:
        """The name of the file."""
        return Path(self.candidates).stem

    @property
    def outcomes(self) -> Outcomes:
        """The measured columns."""
        return outcomes_of(self.measured)

    @property
    def _measured(self) -> tuple[str, ...]:
        """The names of the measured columns."""
        return tuple(one if isinstance(one, str) else one.name for one in self.measured)

    @property
    def optimum(self) -> float | None:
        """The best first value of all rows; None if every measurement failed."""
        values = self._values(self.space.rows.x)[:, 0]
        best = self._best_rows()
        return float(values[best[0]]) if len(best) else None

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """The rows that have it, or one as good."""
        best = self._best_rows()
        return self.space.decode(self.space.rows.x[best]) if len(best) else None

    def _best_rows(self) -> NDArray[np.intp]:
        """Return the positions of the rows with the best first value; none if every measurement failed."""
        least = self.outcomes.objectives[0].minimized(self._values(self.space.rows.x)[:, 0])
        return np.flatnonzero(least == np.fmin.reduce(least))

    @cached_property
    def space(self) -> TableSpace:
        """The rows of the file, read once per task object; what was measured is among their labels.

        Raises:
            DataError: With the line and column of what cannot be read.
            SpaceError: If the columns cannot be declared.
        """
        texts = read_texts(Path(self.candidates), wanted=[*names_of(self.columns), *self._measured])
        parameters = declared_space(texts, list(self.columns), constraints=list(self.rules))
        for name in self._measured:
            texts.need(name)
            texts.cells[name] = [
                read_measured(texts.where(line, name), text, decimal_comma=texts.decimal_comma)
                for line, text in texts.cells[name].items()
            ]
        return table_space(texts, parameters)

    def parameters(self) -> list[dict[str, Any]]:
        """Return the declarations, completed by the file."""
        found: list[dict[str, Any]] = from_json_value(self.space.parameter_space.to_json()["parameters"])
        return found

    def input_constraints(self) -> list[dict[str, Any]]:
        """Return the rules."""
        return [dict(rule) for rule in self.rules]

    def require(self) -> None:
        """Check that something was measured.

        Raises:
            DataError: With the column in which all measurements failed.
        """
        failed = np.isnan(self._values(self.space.rows.x)).all(axis=0)
        for name in np.array(self._measured)[failed]:
            raise DataError(f"{self.candidates}: no row has a value in the column '{name}'; measure some.")

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        values = self._values(self.space.encode(frame))
        return dict(zip(self._measured, values.T, strict=True))

    def _values(self, x: Any) -> NDArray[np.float64]:
        """Return what was measured at rows (`n x d`), `n x m`."""
        labels = self.space.labels_of(x)[list(self._measured)]
        return labels.to_numpy(dtype=np.float64, na_value=np.nan)
