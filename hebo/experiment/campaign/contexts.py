"""Contexts of an ask, as people give them: `machine=A`, read like the cells of a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hebo.design_space.competing import context_names
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, did_you_mean
from hebo.experiment.campaign.cells import SheetCells
from hebo.experiment.campaign.given import read_value, split_pair

OPTION = "--context"

_FEW = 10
"""Most values of a parameter that a message lists."""


def read_contexts(given: Sequence[str], space: DesignSpace, cells: SheetCells) -> dict[str, Any]:
    """Return context parameter -> natural value, one for each of a space.

    Args:
        given: Texts such as `machine=A`; the value is read as a cell of a sheet would be.
        space: With its contexts.
        cells: Of the space.

    Raises:
        ConfigError: If a text is no such pair, a name is none of a context or there twice, a value is none of
            its parameter, or a context has no value; with the text and the remedy.
        DataError: If no row of a table has these values.
    """
    names, found = context_names(space), dict[str, Any]()
    for text in given:
        name, value = _pair(text, names, space)
        if name in found:
            raise ConfigError(f"{OPTION} {text}: '{name}' has a value already; give one of the two.")
        found[name] = read_value(f"{OPTION} {text}", name, value, space, cells)
    _need_all(found, names, space, cells)
    if space.is_listed and found:
        space.fix(found)
    return found


def context_text(context: Mapping[str, Any], cells: SheetCells) -> str:
    """Return values of contexts as a sheet shows them, `machine=A, temp=21`."""
    return ", ".join(f"{name}={cells.show(name, value)}" for name, value in context.items())


def _pair(text: str, names: Sequence[str], space: DesignSpace) -> tuple[str, str]:
    """Return the name and the value of a text."""
    if not names:
        raise ConfigError(
            f"{OPTION} {text}: the campaign has no context; leave it out, or give a parameter of its space "
            "`role: context`."
        )
    found = split_pair(text, names)
    if found is not None:
        return found
    name, sign, _ = text.partition("=")
    if not sign:
        raise ConfigError(f"{OPTION} {text}: expected NAME=VALUE, such as {OPTION} {names[0]}=VALUE.")
    if name.strip() in space.names:
        raise ConfigError(
            f"{OPTION} {text}: '{name.strip()}' is no context, its values are chosen; contexts are: "
            f"{', '.join(names)}."
        )
    raise ConfigError(f"{OPTION} {text}: there is no context '{name.strip()}'.{did_you_mean(name, names)}")


def _need_all(found: Mapping[str, Any], names: Sequence[str], space: DesignSpace, cells: SheetCells) -> None:
    missing = [name for name in names if name not in found]
    if missing:
        texts = ", ".join(f"'{name}'{_choices(name, space, cells)}" for name in missing)
        options = " ".join(f"{OPTION} {name}=VALUE" for name in missing)
        raise ConfigError(
            f"{'contexts' if len(missing) > 1 else 'a context'} without a value: {texts}; add {options}."
        )


def _choices(name: str, space: DesignSpace, cells: SheetCells) -> str:
    """Return what a parameter may be, in brackets, where that is short."""
    parameter = space.parameters[name]
    count = parameter.cardinality
    if count is not None and count <= _FEW:
        values = parameter.decode(parameter.every()).tolist()
        return f" ({', '.join(cells.show(name, one) for one in values)})"
    return ""
