"""Files that a task names in a YAML: found from the folder of that YAML, wherever a command is given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebo.errors import HeboError
from hebo.experiment.config.catalog import catalog
from hebo.experiment.config.parts import contract_kind, lookup, settings_of
from hebo.recipe import Recipe

_KIND = "task"


def beside(value: Any, folder: Path) -> Any:
    """Return what a YAML says of tasks with relative paths in their settings starting from a folder.

    Which settings are paths is said by the class of a task, in its attribute `paths`.

    Args:
        value: A task, a list of tasks, or mappings that contain them; anything else stays.
        folder: Of the YAML.
    """
    if isinstance(value, list):
        return [beside(one, folder) for one in value]
    if not isinstance(value, Mapping):
        return value
    if "type" not in value:
        return {key: beside(one, folder) for key, one in value.items()}
    cls = _class_of(value["type"])
    return dict(value) if cls is None else _task(value, cls, folder)


def _task(value: Mapping[str, Any], cls: type[Recipe], folder: Path) -> dict[str, Any]:
    found = dict(value)
    for key, name in cls.yaml_keys().items():
        field = cls.model_fields[name]
        if name in getattr(cls, "paths", ()):
            path = value.get(key, field.default)
            found |= {key: str(folder / path)} if isinstance(path, str) else {}
        elif key in value and contract_kind(field.annotation) == _KIND:
            found[key] = beside(value[key], folder)
    return found


def _class_of(name: object) -> type[Recipe] | None:
    """Return the class of a task; None if there is none, which is reported where the task is built."""
    if not isinstance(name, str) or name not in catalog().get(_KIND, {}):
        return None
    try:
        return settings_of(lookup(_KIND, name))
    except HeboError:
        return None
