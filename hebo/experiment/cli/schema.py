"""The JSON Schema of the YAML with all parts of the catalog, for completion and checks in editors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hebo.errors import MissingExtraError
from hebo.experiment.config.catalog import catalog
from hebo.experiment.config.earlier import KEY
from hebo.experiment.config.experiment import Experiment
from hebo.experiment.config.parts import contract_kind, lookup, no_such_kind, settings_of
from hebo.experiment.config.shorthand import SINGULAR
from hebo.experiment.config.split import PARTS
from hebo.recipe import Preset, Recipe

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Kinds whose parts may have a `label` when they stand at the top of the YAML.
_LABELED = ("optimizer", "task")
_QUICK = {
    "type": "object",
    "description": "Overrides of `hebo run --quick`, keys with dots: budget.n_trials.",
    "minProperties": 1,
}
# Beside a split: how many tasks of the half to run, or which, by their labels.
_CHOICE = {
    "oneOf": [
        {"type": "integer", "minimum": 1},
        {"type": "array", "minItems": 1, "items": {"type": "string"}},
    ]
}


def schema_text() -> str:
    """Return the schema as indented JSON."""
    return json.dumps(experiment_schema(), indent=2)


def experiment_schema() -> dict[str, Any]:
    """Return the schema of a whole YAML; each part is told apart by the constant of its `type`."""
    definitions: dict[str, Any] = {}
    for kind, names in catalog().items():
        usable = [name for name in names if _add_part(definitions, kind, name)]
        names_alone = {"enum": usable, "description": "The part with its defaults."}
        definitions[kind] = {"oneOf": [names_alone, *(_reference(f"{kind}.{name}") for name in usable)]}
    for kind in _LABELED:
        if kind not in definitions:
            raise no_such_kind(kind)
    own = Experiment.model_json_schema()
    properties = _rewrite(own["properties"], own.get("$defs", {}), definitions, "experiment")
    properties["optimizers"] = _list_of("optimizer")
    properties["executor"] = _reference("executor")
    seeds = {"oneOf": [{"type": "integer", "minimum": 1}, properties["seeds"]]}
    properties |= {"seeds": seeds, "split": _split(seeds), "quick": _QUICK}
    properties["tasks"] = {"anyOf": [_list_of("task"), _CHOICE]}
    properties |= {one: _reference(one) for one in SINGULAR}
    for optional in ("store", "output"):
        properties[optional] = {"type": "string", "description": "Left out: beside or in runs/<name>."}
    properties[KEY] = _one_or_several(properties[KEY])
    properties["suite"] = {"type": "string", "description": "Left out: the name."}
    one_of_two = [{"not": {"required": [one, several]}} for one, several in SINGULAR.items()]
    return {
        "$schema": _DIALECT,
        "title": "A HEBO experiment",
        "type": "object",
        "properties": properties,
        "required": ["budget"],
        "anyOf": [{"required": ["tasks"]}, {"required": ["task"]}, {"required": ["split", "part"]}],
        "allOf": one_of_two,
        "additionalProperties": False,
        "$defs": definitions,
    }


def _add_part(definitions: dict[str, Any], kind: str, name: str) -> bool:
    """Add one part; say whether it could be (a part whose extra is not installed cannot)."""
    try:
        part = lookup(kind, name)
    except MissingExtraError:
        return False
    key, own = f"{kind}.{name}", settings_of(part).model_json_schema()
    if isinstance(part, Preset):
        properties = _shared_properties(definitions, part.settings)
    else:
        properties = _properties(definitions, key, part)
    if kind in _LABELED:
        properties = {"label": {"type": "string"}} | properties
    definitions[key] = {
        "type": "object",
        "description": catalog()[kind][name].summary,
        "properties": {"type": {"const": name}, **properties},
        "required": ["type", *own.get("required", [])],
        "additionalProperties": False,
    }
    return True


def _properties(definitions: dict[str, Any], key: str, cls: type[Recipe]) -> dict[str, Any]:
    own = cls.model_json_schema()
    properties: dict[str, Any] = _rewrite(
        own.get("properties", {}), own.get("$defs", {}), definitions, key, contracts_of(cls)
    )
    return properties


def _shared_properties(definitions: dict[str, Any], settings: type[Recipe]) -> dict[str, Any]:
    """Return references to the settings of presets, which stand once."""
    keys = {name: f"preset:{settings.__name__}.{name}" for name in settings.model_fields}
    if not set(keys.values()) <= definitions.keys():
        properties = _properties(definitions, "preset", settings)
        definitions.update({keys[name]: one for name, one in properties.items()})
    return {name: _reference(key) for name, key in keys.items()}


def contracts_of(cls: type[Recipe]) -> dict[str, str]:
    """Return names of contract classes in the fields of `cls` -> kind of part they stand for."""
    found = {}
    for field in cls.model_fields.values():
        for one in _classes(field.annotation):
            kind = contract_kind(one)
            if kind is not None:
                found[one.__name__] = kind
    return found


def _classes(annotation: Any) -> list[type]:
    if isinstance(annotation, type):
        return [annotation]
    return [cls for one in getattr(annotation, "__args__", ()) for cls in _classes(one)]


def _rewrite(
    node: Any,
    local: Mapping[str, Any],
    definitions: dict[str, Any],
    prefix: str,
    contracts: Mapping[str, str] | None = None,
) -> Any:
    """Point references at our definitions: contracts at their kind, other models at copies of their own."""
    if isinstance(node, list):
        return [_rewrite(one, local, definitions, prefix, contracts) for one in node]
    if not isinstance(node, dict):
        return node
    target = node.get("$ref")
    if isinstance(target, str):
        name = target.rpartition("/")[2]
        if contracts and name in contracts:
            return _reference(contracts[name])
        key = f"{prefix}:{name}"
        if key not in definitions and name in local:
            definitions[key] = {}  # a placeholder, should the model contain itself
            definitions[key] = _rewrite(local[name], local, definitions, prefix, contracts)
        return {**{k: v for k, v in node.items() if k != "default"}, **_reference(key)}
    return {key: _rewrite(one, local, definitions, prefix, contracts) for key, one in node.items()}


def _split(seeds: dict[str, Any]) -> dict[str, Any]:
    half = {
        "type": "object",
        "properties": {"tasks": _list_of("task"), "seeds": seeds},
        "required": ["tasks", "seeds"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "description": "Two halves that share no task and no seed; `part` names the one to run.",
        "properties": dict.fromkeys(PARTS, half),
        "required": list(PARTS),
        "additionalProperties": False,
    }


def _one_or_several(sources: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of sources of related tasks: a path alone, a mapping, or a list of these."""
    (several,) = (one for one in sources["anyOf"] if one.get("type") == "array")
    one = {"oneOf": [{"type": "string", "minLength": 1}, several["items"]]}
    return {
        "description": sources.get("description", "Where the trials of related tasks are."),
        "anyOf": [one, {"type": "array", "minItems": 1, "items": one}],
    }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _list_of(kind: str) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": _reference(kind)}
