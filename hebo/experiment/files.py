"""Files that are written whole or not at all, and a folder that belongs to one experiment."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from hebo.errors import ConfigError
from hebo.experiment.locate import RESOLVED, settings_of


def write(path: Path, content: str | bytes, *, is_new: bool = False) -> Path:
    """Write a file, made beside its place and moved there when it is complete; return the path.

    Args:
        path: Where; its folder is made if it does not exist. An older file stays until the new is complete.
        content: Bytes, or text that is written as UTF-8.
        is_new: Whether a file that is there already is an error.

    Raises:
        OSError: If it cannot be written, with the name of the file.
        FileExistsError: If it is there and should be new.
    """
    # A category may hold half of a surrogate pair, which UTF-8 has no form for.
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    made = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _make_folder(path.parent)
        if _is_special(path):
            path.write_bytes(data)
            return path
        made.write_bytes(data)
        _move(made, path, is_new=is_new)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            made.unlink()
    return path


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it; a file in the way is no folder, which is what the error says."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from error


def _is_special(path: Path) -> bool:
    """Say whether a path is a link, a device or a pipe, such as `/dev/stdout`, which must not be replaced."""
    return path.is_symlink() or (path.exists() and not path.is_file() and not path.is_dir())


def _move(made: Path, path: Path, *, is_new: bool) -> None:
    if not is_new:
        made.replace(path)
        return
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        with path.open("xb") as file:
            file.write(made.read_bytes())


def check_writable(path: Path, option: str) -> None:
    """Refuse a file that cannot be written, before work is done for it.

    Raises:
        ConfigError: With the option that names it.
    """
    trial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.is_dir():
            raise IsADirectoryError(None, "it is a folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not _is_special(path):
            trial.touch()
            trial.unlink()
    except OSError as error:
        raise ConfigError(
            f"{option}: '{path}' cannot be written ({error.strerror}); name another file."
        ) from error


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
