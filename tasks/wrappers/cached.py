"""Evaluating each point once."""

from __future__ import annotations

import json
from functools import cached_property

import pandas as pd
from numpy.random import Generator
from pydantic import field_validator

from hebo.errors import ConfigError
from tasks.wrappers.base import Wrapper
from tasks.wrappers.json_lines import JsonLines


class Cached(Wrapper):
    """A task that remembers: the same point gives the same row again, noise included.

    A point's key is the JSON of its encoded columns, so that `1` and `1.0` are the same point. Failed
    evaluations are not remembered. Rows are kept in memory, and in a file of JSON lines if `path` is given,
    which several processes and later runs may share; rows of a task with other settings are ignored.

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

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> pd.DataFrame:
        keys = [self._key(x) for x in self.space.encode(frame).tolist()]
        fresh = [i for i, key in enumerate(keys) if key not in self._rows and key not in keys[:i]]
        rows: dict[str, dict[str, object]] = {}
        if fresh:
            table = self.task._table(frame.iloc[fresh], rng)
            for i, row in zip(fresh, table.astype(object).to_dict("records"), strict=True):
                rows[keys[i]] = self._remember(keys[i], {str(name): value for name, value in row.items()})
        return pd.DataFrame([rows[key] if key in rows else self._rows[key] for key in keys])

    def _remember(self, key: str, row: dict[str, object]) -> dict[str, object]:
        """Keep a row, unless one of its objectives failed."""
        if not pd.isna(pd.Series([row[name] for name in self.objectives])).any():
            self._rows[key] = row
        return row

    def _key(self, x: list[float]) -> str:
        return json.dumps([repr(self.task), x])
