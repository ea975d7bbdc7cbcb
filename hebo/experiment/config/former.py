"""Descriptions of parts that earlier versions stored, in the words of this one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from hebo.catalog import RENAMED
from hebo.errors import HeboError
from hebo.experiment.config.catalog import catalog
from hebo.experiment.config.parts import describe, lookup, rebuild, settings_of


def current(kind: str, description: Mapping[str, Any], now: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a stored description as `describe` writes it today.

    A preset that was stored with all its settings becomes the composition that it stands for. A composition
    from before there were several objectives or offsets of contexts is `now` if that does the same without.
    What cannot be built any more stays as it is.

    Args:
        kind: Of the part.
        description: As it is stored.
        now: What it is compared with, as `describe` writes it.
    """
    try:
        found = describe(rebuild(kind, _renamed(description)))
    except HeboError:
        return description
    before, plain = (_without(one, {"contextual": "of"}) for one in (now, found))
    return now if plain in (before, _without(before, {"by_objectives": "one"})) else found


def _without(description: Mapping[str, Any], outer: Mapping[str, str]) -> Mapping[str, Any]:
    """Return a composition without some outer parts: type of such a part -> key of the inner one."""
    if (key := outer.get(description.get("type", ""))) is not None:
        return _without(description[key], outer)
    return {
        key: _without(one, outer) if isinstance(one, Mapping) else one for key, one in description.items()
    }


def _renamed(value: Any) -> Any:
    """Return plain data with former names of parts and of their keys replaced, at every depth."""
    if isinstance(value, list):
        return [_renamed(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    part = value.get("type")
    if not isinstance(part, str):
        return {key: _renamed(one) for key, one in value.items()}
    name = next((names[part] for names in RENAMED.values() if part in names), part)
    keys = _former_keys(name)
    return {keys.get(key, key): _renamed(one) for key, one in {**value, "type": name}.items()}


@cache
def _former_keys(name: str) -> dict[str, str]:
    """Return the former keys of the parts of a name -> their keys."""
    kinds = [kind for kind, names in catalog().items() if name in names]
    return {old: new for kind in kinds for old, new in settings_of(lookup(kind, name)).renamed.items()}
