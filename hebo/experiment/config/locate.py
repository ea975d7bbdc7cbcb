"""Run folders and stores: where an experiment is kept, given a URL, a run folder or a YAML."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebo.errors import ConfigError, StoreError

RESOLVED = "resolved.yaml"
DATABASE = "results.db"
LOG = "workers.log"


def full_name(name: str, part: str | None, *, quick: bool) -> str:
    """Return the name of an experiment: that of the YAML, the part of its split, and whether it is short."""
    return "-".join([name, *([part] if part else []), *(["quick"] if quick else [])])


def default_output(name: str) -> str:
    """Return the folder an experiment writes to, unless its YAML says otherwise."""
    return f"runs/{name}"


def default_store(output: str) -> str:
    """Return the store an experiment writes to, unless its YAML says otherwise."""
    return f"sqlite:///{Path(output).as_posix()}/{DATABASE}"


def is_of_campaign(data: Mapping[str, Any]) -> bool:
    """Say whether the root of a YAML is that of a campaign: it has one optimizer, and no budget."""
    return "optimizer" in data and data.keys().isdisjoint(("optimizers", "budget"))


def find_store(source: str | Path) -> tuple[str, str | None]:
    """Return the URL of the store and the name of the experiment in it (None: the only one).

    Args:
        source: A store URL, a run folder (or its `results.db`), or the YAML of the experiment.

    Raises:
        StoreError: If `source` is none of these.
        ConfigError: If a YAML was meant and cannot be read.
    """
    if "://" in str(source):
        return str(source), None
    path = Path(source)
    if path.is_dir():
        return _of_folder(path)
    if path.suffix in {".yaml", ".yml"}:
        name, _, url = settings_of(path)
        return url, name
    if path.is_file():
        return f"sqlite:///{path.as_posix()}", None
    raise StoreError(f"There is no run folder, YAML or store at '{source}'; `hebo run` makes one.")


def output_of(source: str | Path) -> Path:
    """Return the folder of an experiment given by its folder, its store file or its YAML.

    Raises:
        StoreError: If `source` is a URL, which names no folder.
        ConfigError: If a YAML was meant and cannot be read.
    """
    if "://" in str(source):
        raise StoreError(f"'{source}' names a store, not a folder; say where to write with --output.")
    path = Path(source)
    if path.suffix in {".yaml", ".yml"}:
        return Path(settings_of(path)[1])
    return path if path.is_dir() else path.parent


def recipes_of(source: str | Path) -> dict[str, Any]:
    """Return task label -> recipe as the file `resolved.yaml` of an experiment has them, unchecked.

    What a task draws in a report is built from these: a store holds results, and is no recipe.

    Args:
        source: As for `find_store`; a URL has no such file.
    """
    if "://" in str(source) or not (file := output_of(source) / RESOLVED).is_file():
        return {}
    from hebo.experiment.yaml.document import read_yaml

    tasks = read_yaml(file).data.get("tasks")
    parts = [dict(one) for one in tasks if isinstance(one, dict)] if isinstance(tasks, list) else []
    return {str(one.pop("label", one.get("type"))): one for one in parts}


def _of_folder(folder: Path) -> tuple[str, str | None]:
    resolved, database = folder / RESOLVED, folder / DATABASE
    name, _, url = settings_of(resolved) if resolved.is_file() else (None, None, None)
    if database.is_file():  # a folder that was moved keeps its store beside it
        return f"sqlite:///{database.as_posix()}", name
    if url is None:
        raise StoreError(f"'{folder}' has neither {RESOLVED} nor {DATABASE}; is it a run folder?")
    return url, name


def settings_of(path: Path) -> tuple[str, str, str]:
    """Return name, output folder and store URL that a YAML gives or that are the default ones, unchecked.

    Raises:
        ConfigError: If it cannot be read, or a text has control characters, which end a path early.
    """
    from hebo.experiment.yaml.document import read_yaml

    data: dict[str, Any] = read_yaml(path).data
    if is_of_campaign(data):
        return _of_campaign(path, data)
    part = str(data["part"]) if "split" in data and "part" in data else None
    name = full_name(str(data.get("name", path.stem)), part, quick=False)
    output = str(data.get("output") or default_output(name))
    store = str(data.get("store") or default_store(output))
    _check_printable(path, output=output, store=store)
    return name, output, store


def _of_campaign(path: Path, data: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return name, folder of the report and store URL of a campaign."""
    store = str(data.get("store") or f"sqlite:///{path.with_suffix('.db').as_posix()}")
    _check_printable(path, store=store)
    if "store" not in data and "?" in store:
        raise ConfigError(
            f"{path}: the path has a `?`, which begins the options of a store; rename it, or give a `store`."
        )
    return str(data.get("name", path.stem)), path.with_name(f"{path.stem}-report").as_posix(), store


def _check_printable(path: Path, **texts: str) -> None:
    for key, text in texts.items():
        if not text.isprintable():
            raise ConfigError(f"{path}: {key}: {text!r} has a character that no path can have; remove it.")


def check_folder(output: Path, *, name: str, store: str) -> None:
    """Refuse a folder that belongs to another experiment, whose report and log would be written over.

    A folder belongs to the experiment that its `resolved.yaml` names, with its store. Where the store is in
    the folder, both may have been moved.

    Raises:
        ConfigError: If the folder is that of another experiment, or its `resolved.yaml` cannot be read.
    """
    file = output / RESOLVED
    if not file.is_file():
        return
    their_name, their_output, their_store = settings_of(file)
    if their_name == name and _place(their_store, their_output) == _place(store, str(output)):
        return
    raise ConfigError(
        f"output: the folder '{output}' belongs to the experiment '{their_name}' with the store "
        f"'{their_store}' (see {file}), not to '{name}' with '{store}'; choose another `output`, or move "
        "that folder away."
    )


def _place(store: str, output: str) -> str:
    """Return where a store is, seen from the folder if it is in there."""
    scheme, _, path = store.partition("?")[0].partition("://")
    if scheme.partition("+")[0] != "sqlite":
        return store
    file, folder = (os.path.realpath(one) for one in (path.removeprefix("/"), output))
    return os.path.relpath(file, folder) if file.startswith(folder + os.sep) else file
