"""Parameter definitions: the reading of a type, its keys, role and condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.rules.conditions import ActiveIf, read_active_if
from hebo.design_space.values.json_values import to_json_value
from hebo.design_space.values.plain_values import object_column, plain
from hebo.errors import DataError, SpaceError, did_you_mean

COMMON_KEYS = ("name", "type", "role", "target", "active_if")
ROLES = ("context", "fidelity")


@dataclass(frozen=True, eq=False)
class Declaration:
    """A parameter with its place in the space.

    Attributes:
        type_name: The name of its type.
        parameter: The parameter.
        role: `context` (set from outside, `fix` pins it), `fidelity` (cost and accuracy), or `None`.
        target: The natural value of a fidelity that counts, its upper end unless given.
        active_if: The condition under which it exists, if there is one.
    """

    type_name: str
    parameter: Parameter
    role: str | None = None
    target: Any = None
    active_if: ActiveIf | None = None

    def definition(self) -> dict[str, Any]:
        """Return the definition that builds this declaration again, in Python values."""
        extras = {"role": self.role, "target": self.target, "active_if": self.active_if}
        given = {key: value for key, value in extras.items() if value is not None}
        return {"name": self.parameter.name, "type": self.type_name, **self.parameter.definition(), **given}

    def to_json(self) -> dict[str, Any]:
        """Return the definition in JSON types.

        Raises:
            SpaceError: If a value has no JSON form.
        """
        try:
            return {key: to_json_value(value) for key, value in self.definition().items()}
        except SpaceError as error:
            raise SpaceError(f"Parameter '{self.parameter.name}': {error}") from None


def read_declaration(definition: object, position: int, types: Mapping[str, type[Parameter]]) -> Declaration:
    """Read one definition.

    Args:
        definition: A mapping with `name`, `type`, the keys of the type, and perhaps role and condition.
        position: Its place in the list, for messages about one without a name.
        types: The known types by name.

    Raises:
        SpaceError: For anything that is missing, unknown or unusable.
    """
    if not isinstance(definition, Mapping):
        raise SpaceError(f"Parameter {position} is {definition!r}; write a mapping with name, type, ...")
    name = definition.get("name")
    if not isinstance(name, str) or not name.strip():
        raise SpaceError(f"Parameter {position}: name = {name!r}; give a non-empty string.")
    if "type" not in definition:
        raise SpaceError(f"Parameter '{name}': missing key 'type'; one of {', '.join(types)}.")
    type_name = definition["type"]
    if not isinstance(type_name, str) or type_name not in types:
        raise SpaceError(f"Parameter '{name}': unknown type {type_name!r}.{did_you_mean(type_name, types)}")
    keys = {key: plain(value) for key, value in definition.items() if key not in COMMON_KEYS}
    parameter = types[type_name].parse(name, keys, common=COMMON_KEYS)
    condition = definition.get("active_if")
    active_if = None if condition is None else read_active_if(name, condition)
    role, target = _read_role(parameter, definition, conditional=active_if is not None)
    return Declaration(type_name, parameter, role, target, active_if)


def _read_role(
    parameter: Parameter, definition: Mapping[str, Any], *, conditional: bool
) -> tuple[str | None, Any]:
    """Return role and target of a parameter."""
    role, target = definition.get("role"), definition.get("target")
    if role is not None and role not in ROLES:
        raise parameter.problem("role", role, f"is unknown.{did_you_mean(role, ROLES)} Or leave it out")
    if role is not None and conditional:
        raise parameter.problem("role", role, "cannot go with active_if; it is there for every point")
    if role != "fidelity":
        if target is not None:
            raise parameter.problem("target", target, "is only for role 'fidelity'; drop it")
        return role, None
    if parameter.n_categories is not None or parameter.n_columns > 1:
        raise parameter.problem("role", role, "needs ordered values; use a number or an ordinal")
    if target is None:
        return role, parameter.decode(parameter.bounds[1:]).tolist()[0]
    try:
        return role, parameter.decode(parameter.encode(object_column([target]))).tolist()[0]
    except DataError as error:
        raise parameter.problem("target", target, f"is not a value of the parameter ({error})") from error
