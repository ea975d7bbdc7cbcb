"""Validation errors of pydantic in the words of this project: path, what was expected, what came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hebo.errors import did_you_mean
from hebo.experiment.yaml.config_error import ConfigMistake, Path
from hebo.experiment.yaml.document import kind_of
from hebo.recipe import Recipe


def translate(error: ValidationError, cls: type[BaseModel], data: object, path: Path = ()) -> ConfigMistake:
    """Return the most telling of pydantic's errors as a mistake in the file.

    Args:
        error: What validating `data` raised.
        cls: The model that refused `data`.
        data: What was validated.
        path: Where `data` stands in the file.
    """
    details = error.errors(include_url=False)
    # A misspelt key is both unknown and missing; the unknown one names the mistake.
    detail = min(details, key=lambda one: one["type"] != "extra_forbidden")
    inner = _real_path(detail, data)
    text = _sentence(detail, _fields_at(cls, inner[:-1]), inner)
    others = f" ({len(details) - 1} more)" if len(details) > 1 and detail["type"] != "extra_forbidden" else ""
    return ConfigMistake((*path, *inner), text + others)


def _sentence(detail: ErrorDetails, fields: list[str], path: Path) -> str:
    kind, message, value = detail["type"], detail["msg"], detail["input"]
    if kind == "extra_forbidden":
        return f"unknown key.{did_you_mean(path[-1], fields) if fields else ''}"
    if kind == "missing":
        return f"missing; add `{path[-1]}:`."
    if kind in {"value_error", "assertion_error"}:
        return re.sub(r"^(Value|Assertion) error, ", "", message)
    if isinstance(value, BaseModel) and "class_name" in (context := detail.get("ctx", {})):
        wanted = context["class_name"]
        return f"{type(value).__name__} is no {wanted}, as this place takes it; choose another `type`."
    expected = re.sub(r"^Input should be ", "expected ", message)
    choices = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
    hint = did_you_mean(value, choices) if kind == "literal_error" and isinstance(value, str) else ""
    return f"{expected}, got {kind_of(value)}.{hint}"


def _real_path(detail: ErrorDetails, data: object) -> Path:
    """Leave out what pydantic adds for its own use, such as the branch of a union."""
    path: list[str | int] = []
    keys = detail["loc"]
    for place, key in enumerate(keys):
        known = (isinstance(data, Mapping) and key in data) or (
            isinstance(data, list | tuple) and isinstance(key, int) and key < len(data)
        )
        if known:
            data = data[key]  # type: ignore[index]  # checked just above
        if known or (detail["type"] == "missing" and place == len(keys) - 1):
            path.append(key)
    return tuple(path)


def _fields_at(cls: type[BaseModel], path: Path) -> list[str]:
    for key in path:
        names = _keys(cls)
        if isinstance(key, str) and key in names:
            inner = _model_in(cls.model_fields[names[key]].annotation)
            if inner is None:
                return []
            cls = inner
    return list(_keys(cls))


def _keys(cls: type[BaseModel]) -> dict[str, str]:
    return cls.yaml_keys() if issubclass(cls, Recipe) else {name: name for name in cls.model_fields}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
