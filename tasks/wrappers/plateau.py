"""Values that do not change from one point to the next: steps, and regions cut off flat."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import model_validator

from hebo.errors import ConfigError
from tasks.base import CONTEXT_OPTIMUM, Columns
from tasks.wrappers.base import Positive, Wrapper, noiseless_name, sign_of

Array = NDArray[np.float64]


class Flattened(Wrapper):
    """A task whose objectives go through a function that never falls; a subclass writes `flatten`.

    The best points stay the best, and the optimum goes through the same function. So does the value without
    noise, where the task gives one. Objectives with a target are refused: flattened values may be nearer to
    it than they were.
    """

    @model_validator(mode="after")
    def _check_goals(self) -> Self:
        self._refuse_targets("flattened values may be nearer to it than they were")
        return self

    @abstractmethod
    def flatten(self, values: Array, objective: str | None = None) -> Array:
        """Return the `n` flattened values of an objective, of the first by default; NaN stays NaN."""

    @property
    def optimum(self) -> float | None:
        """That of the task, flattened."""
        return self._flatten_one(self.task.optimum)

    @property
    def best_known(self) -> float | None:
        """The table's own value, else that of the task, flattened."""
        own = self._tabled if self.optimum is None else self.optimum
        return self._flatten_one(self.task.best_known) if own is None else own

    @property
    def reference_point(self) -> tuple[float, ...] | None:
        """That of the task, flattened: what is as bad as it there is so here."""
        corner = self.task.reference_point
        if corner is None:
            return None
        return tuple(
            float(self.flatten(np.array([value]), objective)[0])
            for value, objective in zip(corner, self.objectives, strict=True)
        )

    @property
    def front_hypervolume(self) -> float | None:
        """None: the volume between flattened values is another one."""
        return None

    @property
    def known_noise(self) -> tuple[str, ...]:
        """None: flattened noise has another spread."""
        return ()

    def _flatten_one(self, value: float | None) -> float | None:
        return None if value is None else float(self.flatten(np.array([value]))[0])

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        columns = self.task._columns(frame, rng)
        for objective in self.objectives:
            for name in {objective, noiseless_name(self.objectives, objective)} & set(columns):
                columns[name] = self.flatten(columns[name], objective)
        if CONTEXT_OPTIMUM in columns:
            columns[CONTEXT_OPTIMUM] = self.flatten(columns[CONTEXT_OPTIMUM])
        return columns


class Quantized(Flattened):
    """A task whose values are rounded to steps, to the better one, as an error rate on a few samples is.

    `y = base + step floor((f - base) / step)` where the objective is minimized, else with `ceil`.

    Args:
        step: Height of a step, in the units of the objectives; a list has one for each.
        base: A value that is a step itself, such as the optimum; a list has one for each objective.
    """

    example: ClassVar[dict[str, Any]] = {"step": 1.0}

    PER_OBJECTIVE: ClassVar[tuple[str, ...]] = ("step", "base")

    step: Positive | tuple[Positive, ...]
    base: float | tuple[float, ...] = 0.0

    def flatten(self, values: Array, objective: str | None = None) -> Array:
        """Return the `n` values rounded to steps."""
        which = self.objectives[0] if objective is None else objective
        step, base = (self._each(name)[which] for name in ("step", "base"))
        sign = {one.name: sign_of(one) for one in self.outcomes.objectives}[which]
        # A value that is a step up to rounding errors must not fall to the step below.
        steps = sign * np.floor(sign * (values - base) / step + 1e-9)
        flat: Array = base + step * steps
        return flat


class Clipped(Flattened):
    """A task whose values are cut off: constant where the task is above `high` or below `low`.

    Args:
        low: Smallest value that is told apart, in the units of the objectives; none by default. A list has
            one for each objective, None where there is none.
        high: Largest value that is told apart, in the same way; none by default.
    """

    example: ClassVar[dict[str, Any]] = {"high": 20.0}

    PER_OBJECTIVE: ClassVar[tuple[str, ...]] = ("low", "high")

    low: float | tuple[float | None, ...] | None = None
    high: float | tuple[float | None, ...] | None = None

    @model_validator(mode="after")
    def _check_ends(self) -> Clipped:
        if self.low is None and self.high is None:
            raise ConfigError("neither `low` nor `high` given; give at least one of them.")
        for objective in self.objectives:
            low, high = self._ends(objective)
            if low >= high:
                raise ConfigError(f"low={low} is not below high={high}; swap or change them.")
        return self

    def flatten(self, values: Array, objective: str | None = None) -> Array:
        """Return the `n` values within the two ends."""
        flat: Array = np.clip(values, *self._ends(objective or self.objectives[0]))
        return flat

    def _ends(self, objective: str) -> tuple[float, float]:
        low, high = (self._each(name)[objective] for name in ("low", "high"))
        return -np.inf if low is None else low, np.inf if high is None else high
