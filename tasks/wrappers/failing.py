"""Evaluations that fail, by chance or in a region."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from hebo.design_space.parameters.numeric import Numeric
from hebo.errors import ConfigError, EvaluationError, did_you_mean
from tasks.base import Columns
from tasks.wrappers.base import Wrapper


class Failing(Wrapper):
    """A task of which some evaluations fail.

    Args:
        probability: Chance of a failure at any point.
        region: Parameter -> lower and upper end in natural units; points inside all of them always fail.
        mode: `nan` returns NaN with the reason in the column `error`, `raise` raises `EvaluationError`.
    """

    probability: float = Field(0.0, ge=0, le=1)
    region: dict[str, tuple[float, float]] = Field(default_factory=dict)
    mode: Literal["nan", "raise"] = "nan"

    @field_validator("region")
    @classmethod
    def _check_order(cls, region: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        for name, (low, high) in region.items():
            if low > high:
                raise ConfigError(f"region of '{name}': {low} is above {high}; swap them.")
        return region

    @model_validator(mode="after")
    def _check_region(self) -> Failing:
        for name in self.region:
            if name not in self.space.names:
                raise ConfigError(f"region: '{name}' is no parameter.{did_you_mean(name, self.space.names)}")
            if not isinstance(self.space.parameters[name], Numeric):
                raise ConfigError(
                    f"region: '{name}' is not a number, so has no bounds; name another parameter."
                )
        return self

    @property
    def is_noisy(self) -> bool:
        """Whether chance plays a part, here or in the task."""
        return self.probability > 0 or self.task.is_noisy

    @property
    def optimum(self) -> float | None:
        """That of the task, unless its known best points all fail."""
        if self.probability == 1 or (self.region and (self.minimizers is None or self.minimizers.empty)):
            return None
        return self.task.optimum

    @property
    def best_known(self) -> float | None:
        """That of the task, unless it may be a value that fails here."""
        may_fail = self.optimum is None and (bool(self.region) or self.probability == 1)
        return self._tabled if may_fail else super().best_known

    @property
    def front_hypervolume(self) -> float | None:
        """That of the task, unless a part of its front may fail."""
        return None if self.region or self.probability == 1 else self.task.front_hypervolume

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """Those of the task that do not fail."""
        known = self.task.minimizers
        return None if known is None else known[~self._in_region(known)].reset_index(drop=True)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        in_region = self._in_region(frame)
        fails = in_region | (rng.random(len(frame)) < self.probability)
        if fails.any() and self.mode == "raise":
            raise EvaluationError(self._reason(bool(in_region[fails.argmax()])))
        columns = self.task._columns(frame, rng)
        for objective in self.objectives:
            columns[objective] = np.where(fails, np.nan, columns[objective])
        errors = columns.get("error", np.full(len(frame), None)).astype(object)
        for i in np.flatnonzero(fails):
            errors[i] = self._reason(bool(in_region[i]))
        return columns | {"error": errors}

    def _in_region(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        inside = np.full(len(frame), bool(self.region))
        for name, (low, high) in self.region.items():
            # An inactive conditional parameter is None, which is in no region.
            inside &= pd.to_numeric(frame[name]).between(low, high).to_numpy(dtype=bool)
        return inside

    def _reason(self, in_region: bool) -> str:
        return f"Inside the failing region {self.region}." if in_region else "A failure by chance."
