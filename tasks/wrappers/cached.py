"""Evaluating each point once."""

from __future__ import annotations

import json
import math
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import field_validator

from hebo.errors import ConfigError
from tasks.base import Columns
from tasks.json_lines import JsonLines
from tasks.wrappers.base import Wrapper


class Cached(Wrapper):
    """A task that remembers: the same point gives the same row again, noise included.

    A point's key is the JSON of its encoded columns, so that `1` and `1.0` are the same point. Failed
    evaluations are not remembered. Rows are kept in memory, and in a file of JSON lines if `path` is given,
    which several processes and later runs may share; rows of a task with other settings are ignored.
    The file knows nothing of the data behind a task, such as a CSV file: delete it when they change.

    Args:
        path: File that keeps the rows; its folder must exist. Values must be JSON: numbers, texts, None.
    """

    path: str | None = None

    @field_validator("path")
    @classmethod
    def _check_folder(cls, path: str | None) -> str | None:
        if path is not None and not JsonLines(path).has_folder():
            raise ConfigError(f"path {path!r}: its folder does not exist; create it.")
        return path

    @cached_property
    def _rows(self) -> JsonLines:
        """The rows known to this object, by task and point."""
        return JsonLines(self.path)

    def require(self) -> None:
        """Check what the task needs, and that the file can be written."""
        super().require()
        self._rows.require()

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        keys = [self._key(x) for x in self.space.encode(frame).tolist()]
        fresh = [i for i, key in enumerate(keys) if key not in self._rows and key not in keys[:i]]
        rows: dict[str, dict[str, Any]] = {}
        if fresh:
            columns = self.task._columns(frame.iloc[fresh], rng)
            for place, i in enumerate(fresh):
                rows[keys[i]] = {name: one[place : place + 1].tolist()[0] for name, one in columns.items()}
                self._remember(keys[i], rows[keys[i]])
        known = [rows[key] if key in rows else self._rows[key] for key in keys]
        return {name: _column([row[name] for row in known]) for name in known[0]}

    def _remember(self, key: str, row: dict[str, Any]) -> None:
        """Keep a row, unless one of its objectives or constraints failed."""
        if all(math.isfinite(row[name]) for name in (*self.objectives, *self.constraints)):
            self._rows[key] = row

    def _key(self, x: list[float]) -> str:
        return json.dumps([repr(self.task), x])


def _column(values: list[Any]) -> NDArray[Any]:
    """Return a column of numbers, or of objects where there is anything else."""
    is_numeric = all(isinstance(one, int | float) for one in values)
    return np.array(values, dtype=np.float64 if is_numeric else object)
