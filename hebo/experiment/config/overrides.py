"""Overrides: `budget.n_trials=50 seeds=[0,1]` on the command line, and those of the YAML's `quick`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hebo.errors import ConfigError
from hebo.experiment.config.shorthand import SINGULAR
from hebo.experiment.yaml.config_error import ConfigMistake, Path, dotted
from hebo.experiment.yaml.document import Document, kind_of, parse_value

# Keys with parts, whose settings may be set where the file has their names alone.
_WITH_PARTS = (*SINGULAR, *SINGULAR.values(), "executor", "split")


def override(document: Document, assignments: Sequence[str]) -> None:
    """Set values of a document in place; whether keys and values make sense is checked when it is built.

    Args:
        document: The YAML as read.
        assignments: `key=value` with dots between keys, positions of lists as numbers; values by the
            rules of the files.

    Raises:
        ConfigError: If an assignment has no `=`, an unreadable value, or a path that leads nowhere.
    """
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"override '{assignment}': expected key=value, such as budget.n_trials=50.")
        where = f" (override '{assignment}')"
        try:
            path = _set(document.data, key.strip().split("."), _value(text, assignment))
        except ConfigMistake as mistake:
            raise ConfigError(f"{document.file}{where}: {mistake}") from None
        _note(document, path, where)


def _drop_other_spelling(data: dict[str, Any], path: Path) -> None:
    """Let a whole list replace a single part of the file, and the reverse: `optimizers=[hebo, sobol]`."""
    for one, several in SINGULAR.items():
        if path in ((one,), (several,)):
            data.pop(several if path == (one,) else one, None)


def make_quick(document: Document) -> None:
    """Apply the overrides under `quick`, keys with dots as on the command line, in place.

    A count in place of a list takes its first ones, as it does beside a split: `tasks: 2`, `seeds: 1`.

    Raises:
        ConfigError: If there are none, or one has a path that leads nowhere.
    """
    changes = document.data.get("quick")
    try:
        if not isinstance(changes, Mapping) or not changes:
            raise ConfigMistake(
                (), "--quick applies what stands under `quick`; add `quick: {budget.n_trials: 20}`."
            )
        for key, value in changes.items():
            path = _set_at(document.data, ("quick", key), key, _first(document.data.get(key), value))
            _note(document, path, f" (quick, `{key}`)")
    except ConfigMistake as mistake:
        raise document.explain(mistake) from None


def _first(listed: Any, value: Any) -> Any:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return listed[:value] if is_count and isinstance(listed, list) and 1 <= value <= len(listed) else value


def _set_at(data: Any, place: Path, key: str, value: object) -> Path:
    try:
        return _set(data, key.split("."), value)
    except ConfigMistake as mistake:
        raise ConfigMistake(place, str(mistake)) from None


def _value(text: str, assignment: str) -> Any:
    try:
        return parse_value(text)
    except ConfigMistake:
        raise
    except ConfigError as error:
        reason = str(error).partition(": ")[2]
        raise ConfigMistake((), f"the value of '{assignment}' cannot be read: {reason}") from None


def _set(root: Any, keys: list[str], value: object) -> Path:
    data: Any = root
    path: Path = ()
    for key in keys[:-1]:
        step = _step(data, key, path)
        if isinstance(data, dict) and data.get(step) is None:
            data[step] = {}
        if keys[0] in _WITH_PARTS and isinstance(data[step], str):
            data[step] = {"type": data[step]}  # a name alone is the part with its defaults
        data, path = data[step], (*path, step)
    last = _step(data, keys[-1], path)
    data[last] = value
    _drop_other_spelling(root, (*path, last))
    return (*path, last)


def _step(data: Any, key: str, path: Path) -> Any:
    here = f"`{dotted(path)}`" if path else "the root"
    if isinstance(data, dict):
        if not key:
            raise ConfigMistake(path, "an empty key; write keys with single dots between them.")
        return key
    if not isinstance(data, list):
        raise ConfigMistake(path, f"{here} is {kind_of(data)}, which has no '{key}'; set {here} itself.")
    if not key.isdecimal() or int(key) >= len(data):
        raise ConfigMistake(path, f"{here} has entries 0 to {len(data) - 1}, '{key}' is none of them.")
    return int(key)


def _note(document: Document, path: Path, where: str) -> None:
    """Let messages about what was set name the override instead of a line."""
    document.places = {
        place: line for place, line in document.places.items() if place[: len(path)] != path
    } | {path: where}
