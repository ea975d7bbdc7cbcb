"""Costs of evaluations: by the value of one parameter, such as the fidelity."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.random import Generator
from pydantic import Field, model_validator

from hebo.design_space.values.plain_values import object_column
from hebo.errors import ConfigError, did_you_mean
from tasks.base import Columns
from tasks.wrappers.base import Wrapper

Cost = Annotated[float, Field(gt=0)]


class Costed(Wrapper):
    """A task of which each evaluation has a cost, in the column `cost`.

    Args:
        costs: A single one for all evaluations, or one for each value of a parameter, in the order of the
            values: ascending numbers, levels or categories as they are listed.
        along: The parameter; by default that with the role of a fidelity.
    """

    example: ClassVar[dict[str, Any]] = {"costs": [2.0]}

    costs: tuple[Cost, ...] = Field(min_length=1)
    along: str | None = None

    @model_validator(mode="after")
    def _check_parameter(self) -> Costed:
        if self.task.cost_column is not None:
            raise ConfigError(
                f"{self.task.name} has costs already, in '{self.task.cost_column}'; drop `costed`."
            )
        if self.cost_column in self.outcomes.names:
            raise ConfigError(f"{self.task.name} measures '{self.cost_column}' itself; rename that.")
        if self.along is not None and self.along not in self.space.names:
            raise ConfigError(
                f"along: '{self.along}' is no parameter.{did_you_mean(self.along, self.space.names)}"
            )
        if len(self.costs) > 1 or self.along is not None:
            self._check_count(self._parameter)
        return self

    @property
    def cost_column(self) -> str:
        """`cost`."""
        return "cost"

    @property
    def gradient_of(self) -> tuple[str, ...]:
        """Those of the task."""
        return self.task.gradient_of

    @property
    def _parameter(self) -> str:
        """The parameter that costs depend on."""
        if self.along is not None:
            return self.along
        found = list(self.space.targets)
        if len(found) != 1:
            raise ConfigError(
                f"costs: {len(self.costs)} of them, and {self.task.name} has {len(found)} fidelity "
                "parameters; name a parameter in `along`, or give a single cost."
            )
        return found[0]

    def _check_count(self, name: str) -> None:
        count = self.space.parameters[name].cardinality
        if count != len(self.costs):
            raise ConfigError(
                f"costs: {len(self.costs)} of them, but '{name}' has "
                f"{'infinitely many' if count is None else count} values; give one for each."
            )

    def _costs_of(self, frame: pd.DataFrame) -> Any:
        if len(self.costs) == 1 and self.along is None:
            return np.full(len(frame), self.costs[0])
        parameter = self.space.parameters[self._parameter]
        values = parameter.every()[:, 0].sort().values
        codes = parameter.encode(object_column(frame[self._parameter].tolist()))[:, :1]
        places = (codes - values).abs().argmin(1).numpy()
        return np.array(self.costs)[places]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        return self.task._columns(frame, rng) | {"cost": self._costs_of(frame)}
