"""Values that people give on the command line, `solver=sgd`, read like the cells of a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hebo.design_space.competing import context_names
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.plain_values import object_column
from hebo.errors import ConfigError, DataError, did_you_mean
from hebo.experiment.campaign.cells import SheetCells

FIXED = "--fixed"


def split_pair(text: str, names: Sequence[str]) -> tuple[str, str] | None:
    """Return the name and the value of `name=value`; None where no name is meant.

    A name may have an equals sign, too; spaces around one do not matter.
    """
    known = [name for name in names if text.startswith(f"{name}=")]
    if known:
        name = max(known, key=len)
        return name, text[len(name) + 1 :]
    name, sign, value = text.partition("=")
    stripped = {one.strip(): one for one in names}
    return (stripped[name.strip()], value) if sign and name.strip() in stripped else None


def read_value(where: str, name: str, value: str, space: DesignSpace, cells: SheetCells) -> Any:
    """Return the natural value of a parameter that a text says.

    Raises:
        ConfigError: If it is none of the parameter; begins with `where`.
    """
    try:
        found = cells.read_one(name, where, value)
        space.parameters[name].encode(object_column([found]))
    except DataError as error:
        reason = str(error).removeprefix("Row 0, ").removeprefix(f"{where}: ")
        raise ConfigError(f"{where}: {reason}") from error
    return found


def read_fixed(given: Sequence[str], space: DesignSpace, cells: SheetCells) -> dict[str, Any]:
    """Return parameter -> natural value that all points of an ask shall have.

    Args:
        given: Texts such as `solver=sgd`.
        space: With its parameters.
        cells: Of the space.

    Raises:
        ConfigError: If a text is no such pair, a name is none of a parameter that is chosen or there twice,
            or a value is none of its parameter.
        DataError: If no row of a table has these values.
    """
    contexts, found = context_names(space), dict[str, Any]()
    names = [name for name in space.names if name not in contexts]
    for text in given:
        where = f"{FIXED} {text}"
        pair = split_pair(text, names)
        if pair is None:
            raise ConfigError(f"{where}: {_no_parameter(text, names, contexts)}")
        name, value = pair
        if name in found:
            raise ConfigError(f"{where}: '{name}' has a value already; give one of the two.")
        found[name] = read_value(where, name, value, space, cells)
    if given and len(found) == len(names):
        raise ConfigError(
            f"{FIXED} names every parameter, and nothing is left to choose; leave one out, or measure that "
            "point and tell it in a row without a number."
        )
    return found


def _no_parameter(text: str, names: Sequence[str], contexts: Sequence[str]) -> str:
    name, sign, _ = text.partition("=")
    if not sign:
        return f"expected NAME=VALUE, such as {FIXED} {names[0]}=VALUE."
    if name.strip() in contexts:
        return f"'{name.strip()}' is a context; give it by --context."
    return f"there is no parameter '{name.strip()}'.{did_you_mean(name, names)}"
