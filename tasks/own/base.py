"""What own objectives share: the space and the outcomes are settings, and one point is measured at a time."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import pandas as pd
from numpy.random import Generator
from pydantic import Field, model_validator

from hebo.design_space.values.plain_values import is_missing, object_column, plain
from hebo.errors import ConfigError
from hebo.outcomes import Constraint, Objective, Outcomes
from tasks.base import Columns, Task

Point = Mapping[str, Any]
"""Parameter -> value in plain Python types; None for a parameter whose condition is not met."""


class OwnTask(Task):
    """A task whose space and outcomes stand in the YAML; a subclass writes `_measure`.

    Args:
        space: The parameters, as `DesignSpace.parse` takes them.
        input_constraints: What points must fulfill, as `DesignSpace.parse` takes it.
        objectives: What is optimized, the leading one first: names, or mappings with `name`, `goal`,
            `target` and `unit`.
        constraints: What has limits: mappings with `name`, `lb`, `ub` and `unit`; a name alone stands for
            one that is kept where it is 0 or less.
    """

    runs_code: ClassVar[bool] = True

    # The keys have the names of methods of a task, so that the fields need others.
    space_list: Annotated[tuple[dict[str, Any], ...], Field(min_length=1, alias="space")]
    input_constraint_list: Annotated[tuple[dict[str, Any], ...], Field(alias="input_constraints")] = ()
    objective_list: Annotated[
        tuple[Objective, ...], Field(alias="objectives", json_schema_extra={"minItems": 1})
    ] = (Objective(name="value"),)
    constraint_list: Annotated[tuple[Constraint, ...], Field(alias="constraints")] = ()

    @model_validator(mode="after")
    def _check_outcomes(self) -> OwnTask:
        if not self.objective_list:
            raise ConfigError("objectives is an empty list; name what is optimized")
        names = Counter([*self.parameter_names, *self.outcomes.names])
        for name in self.outcomes.names:
            if names[name] > 1:
                raise ConfigError(f"'{name}' is a parameter and is measured as well; rename one of the two")
        return self

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        return tuple(str(one.get("name")) for one in self.space_list)

    @property
    def outcomes(self) -> Outcomes:
        """What the settings say."""
        return Outcomes(objectives=self.objective_list, constraints=self.constraint_list)

    @property
    def best_known(self) -> float | None:
        """None: nobody has listed it."""
        return None

    @property
    def is_noisy(self) -> bool:
        """True: each evaluation has a seed, which the objective may use."""
        return True

    def parameters(self) -> list[dict[str, Any]]:
        """Return the parameters of the settings."""
        return [dict(one) for one in self.space_list]

    def input_constraints(self) -> list[dict[str, Any]]:
        """Return the input constraints of the settings."""
        return [dict(one) for one in self.input_constraint_list]

    @abstractmethod
    def _measure(self, point: Point, seed: int) -> Mapping[str, Any]:
        """Return name -> value of all that is measured, and further values as information.

        Raises:
            EvaluationError: With the reason, if there are no values.
        """

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        (row,) = frame.to_dict("records")
        point = {str(name): None if is_missing(one) else plain(one) for name, one in row.items()}
        found = self._measure(point, int(rng.integers(2**31)))
        names = self.outcomes.names
        measured = {name: pd.Series([found[name]], dtype=float).to_numpy() for name in names}
        return measured | {name: object_column([one]) for name, one in found.items() if name not in names}
