"""Settings of a part for people: name, values, default, meaning."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic.fields import FieldInfo

from hebo.experiment.cli.console import table
from hebo.experiment.cli.schema import contracts_of
from hebo.experiment.config.parts import contract_kind, describe, settings_of
from hebo.experiment.yaml.document import write_flow
from hebo.recipe import Preset, Recipe

if TYPE_CHECKING:
    from rich.table import Table

_BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
_WORDS = {"integer": "integer", "number": "number", "string": "text", "boolean": "true or false"}


@dataclass(frozen=True)
class Setting:
    """One setting of a part, all in texts."""

    name: str
    values: str
    default: str
    meaning: str


def settings_table(rows: Iterable[Setting]) -> Table:
    """Return a table of settings, one row each."""
    shown = table("", ("setting", "values", "default", "meaning"), n_left=4)
    for one in rows:
        shown.add_row(one.name, one.values, one.default, one.meaning)
    return shown


def settings(part: type[Recipe] | Preset) -> list[Setting]:
    """Return the settings of a part in the order in which its class has them."""
    cls, unset = settings_of(part), "of the preset" if isinstance(part, Preset) else "null"
    schema, meanings, kinds = cls.model_json_schema(), documented(cls), contracts_of(cls)
    return [
        Setting(
            key,
            _values(schema["properties"][key], schema.get("$defs", {}), kinds),
            _default(field, unset),
            meanings.get(key) or meanings.get(name, ""),
        )
        for name, field in cls.model_fields.items()
        for key in [field.alias or name]
    ]


def documented(cls: type) -> dict[str, str]:
    """Return name -> what the docstrings of a class and its bases say of an attribute or argument."""
    found: dict[str, str] = {}
    for one in reversed(cls.__mro__):
        found |= _entries(one.__dict__.get("__doc__") or "")
    return found


def _entries(docstring: str) -> dict[str, str]:
    sections = re.findall(
        r"^(?:Attributes|Args):\n((?: .*\n?|\n)*)", inspect.cleandoc(docstring), re.MULTILINE
    )
    entries = (re.split(r"^    (?=\S)", section, flags=re.MULTILINE) for section in sections)
    pairs = (entry.partition(":") for section in entries for entry in section if ":" in entry)
    return {name.strip(): " ".join(text.split()) for names, _, text in pairs for name in names.split(",")}


def _values(node: Mapping[str, Any], models: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    """Return what a node of a JSON Schema allows, in words."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return kinds[name] if name in kinds else _values(models[name], models, kinds)
    if "anyOf" in node:
        choices = [one for one in node["anyOf"] if one.get("type") != "null"]  # the default shows that one
        return " or ".join(dict.fromkeys(_values(one, models, kinds) for one in choices))
    if "enum" in node or "const" in node:
        return ", ".join(map(write_flow, node.get("enum", [node.get("const")])))
    if isinstance(node.get("type"), list):
        return _values({"anyOf": [{"type": one} for one in node["type"]]}, models, kinds)
    inner = _inner(node)
    if node.get("properties"):
        return f"mapping with {', '.join(node['properties'])}"
    if node.get("type") in ("array", "object"):
        word = "list" if node["type"] == "array" else "mapping"
        return f"{word} of {_values(inner, models, kinds)}" if inner else word
    bounds = [f"{sign} {node[key]:g}" for key, sign in _BOUNDS.items() if key in node]
    return " ".join([_WORDS.get(node.get("type", ""), "see meaning"), ", ".join(bounds)]).strip()


def _inner(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a list or a mapping holds; nothing if that is not said, or differs from place to place."""
    held: Any = node.get("items") or node.get("additionalProperties") or _alike(node.get("prefixItems", []))
    return held if isinstance(held, Mapping) else {}


def _alike(nodes: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    return nodes[0] if nodes and all(one == nodes[0] for one in nodes) else {}


def _default(field: FieldInfo, unset: str) -> str:
    if field.is_required():
        return "required"
    if field.default_factory_takes_validated_data:
        return "by other settings"
    value = field.get_default(call_default_factory=True)
    return unset if value is None else write_flow(short(value))


def short(value: object) -> Any:
    """Return a value as a YAML may have it: a part by its name alone where its settings are the defaults."""
    if isinstance(value, Recipe) and contract_kind(type(value)):
        changed = dict(_changed(value))
        name = describe(value)["type"]
        return {"type": name, **changed} if changed else name
    if isinstance(value, Recipe):
        return dict(_changed(value))
    if isinstance(value, Mapping):
        return {key: short(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [short(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _changed(recipe: Recipe) -> Iterator[tuple[str, Any]]:
    for name, field in type(recipe).model_fields.items():
        value = getattr(recipe, name)
        if _is_chosen(field, value):
            yield field.alias or name, short(value)


def _is_chosen(field: FieldInfo, value: object) -> bool:
    """Say whether a value is not the default; one that follows from other settings counts as chosen."""
    if field.is_required() or field.default_factory_takes_validated_data:
        return True
    return bool(value != field.get_default(call_default_factory=True))
