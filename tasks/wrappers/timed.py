"""Evaluations that take time."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.random import Generator
from pydantic import Field, model_validator

from hebo.errors import ConfigError
from tasks.base import Columns
from tasks.wrappers.base import Wrapper


class Timed(Wrapper):
    """A task of which each evaluation takes at least `seconds` of wall time, which may be what it costs.

    Args:
        seconds: Wall time per point.
        busy: Keep the processor busy meanwhile, as a simulation does, instead of sleeping.
        as_cost: Report the wall time that a point took, in the column `seconds`, as its cost. It is not the
            same twice: a run that goes on takes it from its store.
    """

    example: ClassVar[dict[str, Any]] = {"seconds": 0.1}

    seconds: float = Field(ge=0)
    busy: bool = False
    as_cost: bool = False

    @model_validator(mode="after")
    def _check_costs(self) -> Timed:
        if self.as_cost and self.task.cost_column is not None:
            raise ConfigError(
                f"{self.task.name} has costs already, in '{self.task.cost_column}'; drop `as_cost`."
            )
        return self

    @property
    def cost_column(self) -> str | None:
        """`seconds` if these are the costs, else that of the task."""
        return "seconds" if self.as_cost else self.task.cost_column

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        began = time.monotonic()
        end = began + self.seconds * len(frame)
        columns = self.task._columns(frame, rng)
        while (left := end - time.monotonic()) > 0:
            if not self.busy:
                time.sleep(left)
        if self.as_cost:
            columns["seconds"] = np.full(len(frame), (time.monotonic() - began) / len(frame))
        return columns
