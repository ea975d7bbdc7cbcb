"""Spaces of campaigns: the keys `space`, `task` and `candidates` of their YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.candidates_file import declared_space, names_of, read_texts, table_space
from hebo.design_space.tables.table_space import TableSpace
from hebo.design_space.values.plain_values import object_column
from hebo.errors import DataError, HeboError
from hebo.experiment.config.beside import beside
from hebo.experiment.config.tasks import build_task
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.experiment.yaml.document import kind_of

DEFAULT = "default"
"""Key of a parameter: the value that points have which were asked for before there was the parameter."""


def without_defaults(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the root of a YAML without the defaults of parameters, and parameter -> default."""
    drafts = data.get("space")
    if not isinstance(drafts, list):
        return dict(data), {}
    given = {one["name"]: one[DEFAULT] for one in drafts if _has_default(one)}
    plain = [_without(one) if _has_default(one) else one for one in drafts]
    return {**data, "space": plain}, given


def check_defaults(space: DesignSpace, defaults: Mapping[str, Any]) -> None:
    """Refuse a default that is no value of its parameter.

    Raises:
        ConfigMistake: With the parameter.
    """
    for name, value in defaults.items():
        try:
            space.parameters[name].encode(object_column([value]))
        except DataError as error:
            reason = str(error).removeprefix("Row 0, ")
            raise ConfigMistake(
                ("space",), f"the {DEFAULT} of '{name}' is none of its values: {reason}"
            ) from error


def _has_default(one: Any) -> bool:
    return isinstance(one, Mapping) and DEFAULT in one and isinstance(one.get("name"), str)


def _without(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key != DEFAULT}


def read_space(data: Mapping[str, Any], folder: Path) -> tuple[DesignSpace, dict[str, Any]]:
    """Return the space, and the fields of a campaign that a task decides."""
    found: dict[str, Any] = {}
    if "task" in data:
        task = build_task(beside(data["task"], folder.resolve()))
        found = {"objectives": task.outcomes.objectives, "constraints": task.outcomes.constraints}
    if "candidates" in data:
        return _table_space(data, task.space if "task" in data else None, folder), found
    if "task" in data:
        return task.space, found
    with _placed("space"):
        return DesignSpace().parse(data["space"], constraints=data.get("input_constraints") or []), found


def _table_space(data: Mapping[str, Any], space: DesignSpace | None, folder: Path) -> TableSpace:
    """Return the candidates in the file of a campaign; their parameters are those of a task if it has one."""
    path, repeats = _candidates(data, folder)
    drafts: Any = data["space"] if space is None else space.names
    if not isinstance(drafts, list) or not drafts:
        raise ConfigMistake(("space",), f"expected a list of parameters, got {kind_of(drafts)}.")
    with _placed("candidates"):
        texts = read_texts(path, wanted=names_of(drafts))
    if space is None:
        with _placed("space"):
            space = declared_space(texts, drafts, constraints=data.get("input_constraints") or [])
    with _placed("candidates"):
        return table_space(texts, space, repeats=repeats)


def _candidates(data: Mapping[str, Any], folder: Path) -> tuple[Path, bool]:
    """Return the file of the candidates, and whether they may be asked for again."""
    file, repeats = data["candidates"], data.get("repeats", False)
    if not isinstance(file, str) or not file.strip():
        raise ConfigMistake(("candidates",), f"expected the path of a CSV file, got {kind_of(file)}.")
    if not isinstance(repeats, bool):
        raise ConfigMistake(("repeats",), f"expected true or false, got {kind_of(repeats)}.")
    return folder / file, repeats


@contextmanager
def _placed(key: str) -> Iterator[None]:
    """Say of errors under which key of the YAML their cause is."""
    try:
        yield
    except HeboError as error:
        raise ConfigMistake((key,), str(error)) from error
