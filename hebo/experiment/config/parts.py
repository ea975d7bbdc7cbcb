"""The one place where names in YAML become recipes, and recipes become YAML again.

A mapping such as `{type: bayes_opt, surrogate: {type: warped_gp}}` names parts of the catalog; a name
alone, `surrogate: warped_gp`, is the part with its defaults. A field annotated with a contract
(`Surrogate`, `Task`, ...) takes a nested part; the kind it is looked up in is the contract's name in snake
case. A dotted path that a user wrote is never resolved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from importlib import import_module
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from hebo.catalog import RENAMED
from hebo.errors import ConfigError, HeboError, did_you_mean
from hebo.experiment.config.catalog import Entry, catalog, reason_of
from hebo.experiment.config.translate import translate
from hebo.experiment.yaml.config_error import ConfigMistake, Path
from hebo.experiment.yaml.document import kind_of
from hebo.recipe import Preset, Recipe, as_defaults


def lookup(kind: str, name: str) -> type[Recipe] | Preset:
    """Return the recipe class, or the preset, behind a name.

    Raises:
        ConfigError: If the name or the kind is unknown, or the part cannot be imported.
        MissingExtraError: If the part needs an optional package.
    """
    known = catalog()
    if kind not in known:
        raise no_such_kind(kind)
    if name not in known[kind]:
        if (kind, name) in known.ambiguous:
            raise ConfigError(known.ambiguous[kind, name])
        if new := RENAMED.get(kind, {}).get(name):
            raise ConfigError(f"The {kind} '{name}' is called '{new}' now.")
        article = "an" if kind[0] in "aeiou" else "a"
        hints = did_you_mean(name, known[kind]) + known.why_missing(kind)
        raise ConfigError(f"'{name}' is not {article} {kind}.{hints}")
    return _import(known[kind][name])


def no_such_kind(kind: str) -> ConfigError:
    """Return the error about a kind that no catalog has."""
    known = catalog()
    return ConfigError(
        f"There is no kind of part called '{kind}'.{did_you_mean(kind, known)}{known.why_missing(kind)}"
    )


def build(kind: str, given: object, path: Path = ()) -> Recipe:
    """Return the recipe that a name or a mapping describes.

    Args:
        kind: Catalog to look the name up in.
        given: The name of a part, or plain data with a `type`; the other keys are fields of the part.
        path: Where it stands in the file, for messages.

    Raises:
        ConfigMistake: With the path, what was expected, what came and what would work.
    """
    if not isinstance(given, str | Mapping):
        raise ConfigMistake(
            path, f"expected the name of a part, or a mapping with `type`, got {kind_of(given)}."
        )
    mapping = {"type": given} if isinstance(given, str) else given
    part_type = _type_of(kind, mapping, path)
    try:
        part = lookup(kind, part_type)
    except HeboError as error:
        place = path if isinstance(given, str) else (*path, "type")
        raise ConfigMistake(place, str(error)) from error
    cls = settings_of(part)
    names = cls.yaml_keys()
    fields = {
        key: _nested(cls.model_fields[names[key]].annotation, value, (*path, key)) if key in names else value
        for key, value in mapping.items()
        if key != "type"
    }
    try:
        settings = cls.model_validate(fields)
        return part.compose(settings) if isinstance(part, Preset) else settings
    except ValidationError as error:
        raise translate(error, cls, fields, path) from error
    except HeboError as error:  # a TypeError of ours, which pydantic lets through
        raise ConfigMistake(path, str(error)) from error


def rebuild(kind: str, description: Mapping[str, Any]) -> Recipe:
    """Return the recipe that `describe` described; none of its settings counts as chosen by a user.

    Raises:
        ConfigMistake: As `build`.
    """
    recipe: Recipe = _unchosen(build(kind, description))
    return recipe


def settings_of(part: type[Recipe] | Preset) -> type[Recipe]:
    """Return the recipe whose fields are the keys of a part in YAML."""
    return part.settings if isinstance(part, Preset) else part


def _unchosen(value: Any) -> Any:
    if isinstance(value, Recipe):
        inner = {key: _unchosen(one) for key, one in value}
        return as_defaults(value.model_copy(update=inner))
    if isinstance(value, list | tuple):
        return type(value)(_unchosen(one) for one in value)
    return value


def describe(recipe: Recipe) -> dict[str, Any]:
    """Return the mapping that `build` turns into `recipe`, all fields written out."""
    return {"type": find(type(recipe)).name, **_fields(recipe)}


def find(cls: type[Recipe]) -> Entry:
    """Return the catalog's entry of a recipe class.

    Raises:
        ConfigError: If the class is in no catalog.
    """
    target = f"{cls.__module__}:{cls.__qualname__}"
    entries = [entry for names in catalog().values() for entry in names.values()]
    for entry in entries:
        if entry.target == target:
            return entry
    for entry in entries:  # listed under the package that re-exports it
        if entry.target.endswith(f":{cls.__qualname__}") and _import(entry) is cls:
            return entry
    raise ConfigError(
        f"{target} is in no catalog; register it in the entry-point group 'hebo.catalog'."
        f"{catalog().why_missing(cls.__name__)}"
    )


def contract_kind(annotation: object) -> str | None:
    """Return the kind of part a field takes, alone or in a list, union or mapping; None if it takes none."""
    if isinstance(annotation, type) and issubclass(annotation, Recipe):
        names = (_snake(base.__name__) for base in annotation.__mro__)
        return next((name for name in names if name in catalog()), None)
    return next(filter(None, map(contract_kind, get_args(annotation))), None)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.removesuffix("Recipe")).lower()


def _type_of(kind: str, mapping: Mapping[str, Any], path: Path) -> str:
    names = catalog().get(kind, {})
    if "type" not in mapping:
        close = next(
            (key for key in mapping if key.lower() in {"typ", "tpye", "name", "kind", "class"}), None
        )
        hint = f" (you wrote `{close}`)" if close else ""
        raise ConfigMistake(path, f"`type` is missing{hint}; add `type:` with one of: {', '.join(names)}.")
    name = mapping["type"]
    if not isinstance(name, str):
        raise ConfigMistake((*path, "type"), f"expected the name of a part, got {kind_of(name)}.")
    return name


def _import(entry: Entry) -> type[Recipe] | Preset:
    module, _, attribute = entry.target.partition(":")
    try:
        part = getattr(import_module(module), attribute)
    except HeboError:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a broken module raises at import, `SystemExit` included
        reason = error if isinstance(error, ImportError | AttributeError) else reason_of(error)
        raise ConfigError(
            f"The {entry.kind} '{entry.name}' cannot be imported ({reason}); repair the package behind "
            f"{entry.origin}, or install what it needs."
        ) from error
    if isinstance(part, Preset) or (isinstance(part, type) and issubclass(part, Recipe)):
        return part
    raise ConfigError(f"The {entry.kind} '{entry.name}' is no Recipe; repair {entry.origin}.")


def _nested(annotation: object, value: object, path: Path) -> object:
    kind = contract_kind(annotation)
    if kind is None or value is None or isinstance(value, Recipe):
        return value
    if isinstance(value, list):
        return [_nested(annotation, one, (*path, place)) for place, one in enumerate(value)]
    if isinstance(value, Mapping) and "type" not in value and _takes_mapping(annotation):
        return {key: _nested(annotation, one, (*path, key)) for key, one in value.items()}
    return build(kind, value, path)


def _takes_mapping(annotation: object) -> bool:
    """Say whether a field holds several parts by name, on its own or in a union."""
    origins = [get_origin(one) for one in (annotation, *get_args(annotation))]
    return any(isinstance(origin, type) and issubclass(origin, Mapping) for origin in origins)


def plain(value: object) -> Any:
    """Return settings as plain data; parts as `describe` returns them."""
    if isinstance(value, Recipe):
        return describe(value) if contract_kind(type(value)) else _fields(value)
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)  # a path, an instant: pydantic reads it back from text


def _fields(recipe: Recipe) -> dict[str, Any]:
    return {key: plain(getattr(recipe, name)) for key, name in type(recipe).yaml_keys().items()}
