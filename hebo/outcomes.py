"""Outcomes: what is measured of each point, its goals and its limits, in the user's own units.

This is the one place where a goal becomes something to minimize, and a limit something to keep below zero.
Everything that is told, stored and shown is as it was measured.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, FiniteFloat, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from hebo.errors import ConfigError, did_you_mean
from hebo.recipe import Recipe

Number = Any
"""A float, an array or a tensor."""

GOALS = ("minimize", "maximize", "target")


def _checked_name(name: str) -> str:
    if not name.strip() or name != name.strip() or not name.isprintable() or "=" in name:
        raise ValueError(
            f"{name!r} is no name of a measured quantity; use a printable text without '=' and without "
            "spaces at its ends"
        )
    return name


OutcomeName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_checked_name)]
"""The name of a measured quantity: the column that has it."""


class Objective(Recipe):
    """A quantity that is optimized.

    In YAML and in Python a name alone stands for one that is minimized, and `target: 7.2` for
    `goal: target` with that value.

    Attributes:
        name: Of the quantity, and of its column.
        goal: Whether it should be small, large, or near a target.
        target: The value that it should be near; None for the other two goals.
        unit: For axes and tables.
    """

    name: OutcomeName
    goal: Literal["minimize", "maximize", "target"] = "minimize"
    target: FiniteFloat | None = None
    unit: Annotated[str, Field(max_length=40)] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_short_forms(cls, given: Any) -> Any:
        return _with_target({"name": given} if isinstance(given, str) else given)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.goal == "target" and self.target is None:
            raise ValueError(
                f"the objective '{self.name}' has the goal target and no value; add `target: 7.2`"
            )
        if self.goal != "target" and self.target is not None:
            raise ValueError(
                f"the objective '{self.name}' has the goal {self.goal} and a target; leave one of the two out"
            )
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Allow a name alone, and `goal: {target: 7.2}`."""
        own = handler.resolve_ref_schema(handler(schema))
        target = {"type": "object", "properties": {"target": {"type": "number"}}, "required": ["target"]}
        own["properties"]["goal"] = {"anyOf": [own["properties"]["goal"], target]}
        return _or_name(own)

    def minimized(self, value: Number) -> Number:
        """Return what is minimized of measured values: these, their negative, or distances from the target.

        Args:
            value: A float, an array or a tensor of any shape.
        """
        if self.goal == "target":
            return abs(value - self.target)
        return -value if self.goal == "maximize" else value

    def measured(self, minimized: Number) -> Number:
        """Return the measured values that are minimized as given; distances from a target stay distances."""
        return -minimized if self.goal == "maximize" else minimized

    def slope(self, value: Number) -> Number:
        """Return by how much what is minimized changes with the measured value, at measured values."""
        if self.goal == "target":
            return (value > self.target) * 1.0 - (value < self.target) * 1.0
        return value * 0.0 + (-1.0 if self.goal == "maximize" else 1.0)

    @property
    def worst(self) -> float:
        """The infinity that stands for a failed evaluation; NaN where both do."""
        return {"minimize": math.inf, "maximize": -math.inf}.get(self.goal, math.nan)

    @property
    def title(self) -> str:
        """The name with the unit, for axes and tables."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    @property
    def better(self) -> str:
        """What is better, in words."""
        if self.goal == "target":
            return f"nearer to {self.target:g} is better"
        return f"{'higher' if self.goal == 'maximize' else 'lower'} is better"


class Constraint(Recipe):
    """A measured quantity with limits.

    In YAML and in Python a name alone stands for one that is kept where it is 0 or less.

    Attributes:
        name: Of the quantity, and of its column.
        lb: The least value that is kept; None where there is no such limit.
        ub: The largest.
        unit: For axes and tables.
    """

    name: OutcomeName
    lb: FiniteFloat | None = None
    ub: FiniteFloat | None = None
    unit: Annotated[str, Field(max_length=40)] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, given: Any) -> Any:
        return {"name": given, "ub": 0.0} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.lb is None and self.ub is None:
            raise ValueError(f"the constraint '{self.name}' has no limit; add `ub: 5`, `lb: 1`, or both")
        if self.lb is not None and self.ub is not None and self.lb >= self.ub:
            raise ValueError(
                f"the constraint '{self.name}' has lb {self.lb:g} and ub {self.ub:g}; lb has to be below ub"
            )
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Allow a name alone."""
        return _or_name(handler.resolve_ref_schema(handler(schema)))

    def excesses(self, value: Number) -> list[Number]:
        """Return by how much measured values break each limit: kept where all are 0 or less."""
        above = [] if self.ub is None else [value - self.ub]
        return above if self.lb is None else [*above, self.lb - value]

    @property
    def n_limits(self) -> int:
        """One or two."""
        return (self.lb is not None) + (self.ub is not None)

    def is_kept(self, value: float) -> bool:
        """Say whether a measured value is within the limits."""
        return all(one <= 0 for one in self.excesses(value))

    @property
    def worst(self) -> float:
        """The infinity that stands for what could not be measured; NaN where both do."""
        return math.inf if self.lb is None else -math.inf if self.ub is None else math.nan

    @property
    def title(self) -> str:
        """The name with the unit, for axes and tables."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    @property
    def rule(self) -> str:
        """The limits as a text, such as `impurity <= 5`."""
        if self.lb is not None and self.ub is not None:
            return f"{self.lb:g} <= {self.name} <= {self.ub:g}"
        return f"{self.name} <= {self.ub:g}" if self.lb is None else f"{self.name} >= {self.lb:g}"


class Outcomes(Recipe):
    """All that is measured of a point.

    Attributes:
        objectives: What is optimized, the leading one first; none where points are compared.
        constraints: What has limits.
    """

    objectives: tuple[Objective, ...] = ()
    constraints: tuple[Constraint, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name, count in Counter(self.names).items():
            if count > 1:
                raise ValueError(
                    f"'{name}' is measured twice; give each objective and constraint its own name"
                )
        return self

    @property
    def objective_names(self) -> tuple[str, ...]:
        """The names of the objectives."""
        return tuple(one.name for one in self.objectives)

    @property
    def constraint_names(self) -> tuple[str, ...]:
        """The names of the measured constraints."""
        return tuple(one.name for one in self.constraints)

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in this order."""
        return (*self.objective_names, *self.constraint_names)

    @property
    def meaning(self) -> tuple[Any, ...]:
        """All but the units: what has to stay as it is once values were told."""
        return tuple(one.model_copy(update={"unit": ""}) for one in (*self.objectives, *self.constraints))

    @property
    def text(self) -> str:
        """Goals and limits on one line."""
        goals = {
            one.name: one.goal if one.target is None else f"target {one.target:g}" for one in self.objectives
        }
        return ", ".join(
            [*(f"{goal} {name}" for name, goal in goals.items()), *(one.rule for one in self.constraints)]
        )

    @property
    def is_plain(self) -> bool:
        """Whether what was measured is minimized as it is, and kept where it is 0 or less."""
        return all(one.goal == "minimize" for one in self.objectives) and all(
            (one.lb, one.ub) == (None, 0.0) for one in self.constraints
        )

    def broken(self, values: Mapping[str, float | None]) -> list[str]:
        """Return the limits that measured values break, as texts such as `impurity = 7 > 5`."""
        found: list[str] = []
        for one in self.constraints:
            if (value := values.get(one.name)) is not None and not one.is_kept(value):
                is_above = one.ub is not None and value > one.ub
                limit = f"> {one.ub:g}" if is_above else f"< {one.lb:g}"
                found.append(f"{one.name} = {value:.3g} {limit}")
        return found

    def minimized(self, values: Mapping[str, float | None]) -> dict[str, float | None]:
        """Return what is minimized of measured values, by objective; None where there is none."""
        found = {one.name: values.get(one.name) for one in self.objectives}
        return {
            one.name: None if (value := found[one.name]) is None else one.minimized(value)
            for one in self.objectives
        }


Stated = str | Mapping[str, Any] | Recipe
"""An objective or a constraint as people write it."""


def outcomes_of(
    objectives: Sequence[Stated] | Mapping[str, Any] | Stated, constraints: Sequence[Stated] | Stated = ()
) -> Outcomes:
    """Return outcomes from what people write.

    Args:
        objectives: A list of names, mappings (`{"name": "yield", "goal": "maximize"}`) or `Objective`s; one
            of them; or name -> goal (`{"yield": "maximize", "pH": {"target": 7.2}}`).
        constraints: The same with limits (`{"name": "impurity", "ub": 5}`).

    Raises:
        ConfigError: If a goal is unknown, a limit is missing, or a name appears twice.
    """
    from pydantic import ValidationError

    try:
        return Outcomes(
            objectives=tuple(_objective(one) for one in _listed(objectives)),
            constraints=tuple(_constraint(one) for one in _listed(constraints)),
        )
    except ValidationError as error:
        raise ConfigError(_first_message(error)) from error


def _listed(stated: Any) -> Iterable[Any]:
    if isinstance(stated, str | Recipe) or (isinstance(stated, Mapping) and "name" in stated):
        return [stated]
    if isinstance(stated, Mapping):
        return [_named(str(name), one) for name, one in stated.items()]
    if isinstance(stated, Sequence):
        return stated
    raise ConfigError(f"{stated!r} are no objectives or constraints; give a list of names or of mappings")


def _named(name: str, stated: Any) -> dict[str, Any]:
    return {"name": name, **(stated if isinstance(stated, Mapping) else {"goal": stated})}


def _objective(stated: Any) -> Objective:
    return stated if isinstance(stated, Objective) else Objective.model_validate(stated)


def _constraint(stated: Any) -> Constraint:
    return stated if isinstance(stated, Constraint) else Constraint.model_validate(stated)


def _or_name(own: JsonSchemaValue) -> JsonSchemaValue:
    """Change the JSON schema of a mapping with a name into one of such a mapping or the name alone."""
    mapping = dict(own)
    own.clear()
    own |= {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 100}, mapping]}
    return own


def _with_target(given: Any) -> Any:
    """Return a mapping in which a target is written one way, and a goal is one that there is."""
    if not isinstance(given, Mapping):
        return given
    found, goal = dict(given), given.get("goal")
    if isinstance(goal, Mapping) and set(goal) == {"target"}:
        found |= {"goal": "target", "target": goal["target"]}
    elif goal is None and given.get("target") is not None:
        found["goal"] = "target"
    elif isinstance(goal, str) and goal not in GOALS:
        hint = {"min": "minimize", "max": "maximize", "minimise": "minimize", "maximise": "maximize"}
        near = f" Did you mean '{hint[goal]}'?" if goal in hint else did_you_mean(goal, GOALS)
        raise ValueError(f"'{goal}' is no goal; write minimize, maximize or `target: 7.2`.{near}")
    return found


def _first_message(error: Any) -> str:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    text = str(first["msg"]).removeprefix("Value error, ")
    return f"{place}: {text}" if place else text
