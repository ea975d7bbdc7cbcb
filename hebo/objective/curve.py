"""Intermediate values of an evaluation, such as the loss of each epoch: a bounded number of them."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from hebo.errors import EvaluationError
from hebo.objective.answers import number_of

INTERMEDIATE = "intermediate"
"""The column of information with them: a list of mappings with `step` and values."""

STEP = "step"

MAX_KEPT = 200

_CARRIED = "hebo_intermediate"


class Curve:
    """Rows in the order in which they are reported; of many, each second, fourth, ... one, and the last."""

    def __init__(self) -> None:
        self._kept: list[dict[str, Any]] = []
        self._last: dict[str, Any] | None = None
        self._stride, self._n_seen = 1, 0

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows that are kept."""
        is_new = self._last is not None and (not self._kept or self._kept[-1] is not self._last)
        return [*self._kept, *([self._last] if is_new and self._last is not None else [])]

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a row."""
        self._last = dict(row)
        if self._n_seen % self._stride == 0:
            self._kept.append(self._last)
        self._n_seen += 1
        if len(self._kept) > MAX_KEPT:
            self._kept, self._stride = self._kept[::2], 2 * self._stride

    def report(self, step: float, value: object = None, /, **values: object) -> None:
        """Add a row for a step: `report(3, 0.5)`, `report(3, {"loss": 0.5})` or `report(3, loss=0.5)`.

        Raises:
            EvaluationError: If the step or a value is no real number.
        """
        if isinstance(step, bool) or not isinstance(step, numbers.Real):
            raise EvaluationError(f"report: the step {step!r} is no number; count steps from 0 or 1")
        given = dict(value) if isinstance(value, Mapping) else {} if value is None else {"value": value}
        row = {str(name): _number(str(name), one) for name, one in {**given, **values}.items()}
        self.add({STEP: step, **row})

    @contextmanager
    def kept_on_failure(self) -> Iterator[None]:
        """Let an exception of the block carry the rows: a failed trial keeps them (see `carried_by`)."""
        try:
            yield
        except BaseException as error:
            if self._n_seen:
                with suppress(AttributeError):  # an exception of somebody's own may take no attribute
                    setattr(error, _CARRIED, self.rows)
            raise

    def added_to(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return values with the rows among them, if there are any."""
        return {**found, INTERMEDIATE: self.rows} if self._n_seen else dict(found)


def carried_by(error: BaseException) -> dict[str, Any]:
    """Return the intermediate values of the evaluation that an exception ended, as information."""
    rows = getattr(error, _CARRIED, None)
    return {INTERMEDIATE: rows} if rows else {}


def _number(name: str, value: object) -> float | None:
    found = number_of(value, "report: got", f" for '{name}'; expected a real number")
    return None if math.isnan(found) else found
