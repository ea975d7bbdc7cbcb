"""Searching a task among given candidates only."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from numpy.random import Generator

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.candidates_file import TextTable, read_texts, table_space
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError
from tasks.base import CONTEXT_OPTIMUM, Columns
from tasks.wrappers.base import Wrapper


class AmongCandidates(Wrapper):
    """A task of which only the rows of a CSV file can be chosen, none twice.

    Where a task has a variable for each place of a sequence, as `antibody_design` does, a library has a
    column of sequences: `letters` names it.

    Args:
        candidates: The CSV file with a column for each variable; in a YAML of an experiment its path starts
            from the folder of that file.
        letters: A column of texts whose letters are the values of the variables, in order; it is there
            instead of a column for each.
    """

    paths: ClassVar[tuple[str, ...]] = ("candidates",)
    example: ClassVar[dict[str, Any]] = {"task": "branin", "candidates": "library.csv"}

    candidates: str
    letters: str | None = None

    @property
    def optimum(self) -> float | None:
        """None: that of the task need not be among the candidates."""
        return None

    @property
    def best_known(self) -> float | None:
        """That of these candidates alone."""
        return self._tabled

    @property
    def front_hypervolume(self) -> float | None:
        """None: the front of the task need not be among the candidates."""
        return None

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """None: those of the task need not be among the candidates."""
        return None

    def initial_points(self, n: int, *, seed: int | None = None) -> pd.DataFrame | None:
        """Return None: those of the task need not be among the candidates."""
        return None

    @cached_property
    def space(self) -> TableSpace:
        """The candidates that keep the input constraints of the task, read once per task object.

        Raises:
            DataError: With the line and column of what cannot be read.
            SpaceError: If no candidate keeps the input constraints.
        """
        wanted = self.task.space.names if self.letters is None else [self.letters]
        texts = read_texts(Path(self.candidates), wanted=wanted)
        if self.letters is not None:
            texts = _apart(texts, self.letters, self.task.space)
        return table_space(texts, self.task.space)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        columns = self.task._columns(frame, rng)
        columns.pop("moved", None)  # to a point that need not be a candidate
        columns.pop(CONTEXT_OPTIMUM, None)  # nor need the best point of a context
        return columns


def _apart(texts: TextTable, column: str, space: DesignSpace) -> TextTable:
    """Return the table with a column of letters for each variable of a space."""
    path, cells = texts.path, texts.cells
    if column not in cells.columns:
        raise DataError(f"{path}: the column '{column}' is missing; add it, or name another as `letters`.")
    for line, text in cells[column].items():
        if len(text) != len(space.names):
            raise DataError(
                f"{texts.where(line, column)}: {text!r} has {len(text)} letters for {len(space.names)} "
                "variables of the task; correct it, or drop the line."
            )
    for name in space.names:
        if name in cells.columns:
            raise DataError(f"{path}: the column '{name}' says what '{column}' says as well; drop one.")
    columns = {name: cells[column].str[place] for place, name in enumerate(space.names)}
    return texts.with_cells(pd.concat([cells, pd.DataFrame(columns)], axis=1))
