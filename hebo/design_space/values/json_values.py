"""JSON form of values; a tuple is marked, as JSON has only lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hebo.errors import SpaceError

TUPLE_KEY = "__tuple__"
"""Marks a tuple in JSON, which has only lists."""


def to_json_value(value: Any) -> Any:
    """Return a value of a definition in JSON types; tuples are marked.

    Raises:
        SpaceError: If the value, or one inside it, has no JSON form.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is tuple:
        return {TUPLE_KEY: [to_json_value(one) for one in value]}
    if type(value) is list:
        return [to_json_value(one) for one in value]
    if type(value) is dict and all(type(key) is str for key in value) and TUPLE_KEY not in value:
        return {key: to_json_value(one) for key, one in value.items()}
    raise SpaceError(
        f"{value!r} ({type(value).__name__}) has no JSON form; use a string and map it yourself."
    )


def from_json_value(value: Any) -> Any:
    """Undo `to_json_value`."""
    if isinstance(value, list):
        return [from_json_value(one) for one in value]
    if isinstance(value, Mapping):
        if set(value) == {TUPLE_KEY}:
            return tuple(from_json_value(one) for one in value[TUPLE_KEY])
        return {key: from_json_value(one) for key, one in value.items()}
    return value
