"""Atomic file writes: whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hebo.errors import ConfigError


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


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a file to write to, which takes the place of `path` when the block has ended without an error.

    What was written is on the disk before the name is its own: a crash leaves the old file or the new one.

    Raises:
        ConfigError: If it cannot be written; `path` is then as it was.
    """
    # Through a link the file behind it is replaced, in its own folder: names move within one disk only.
    target = Path(os.path.realpath(path))
    partial = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
    try:
        with suppress(FileNotFoundError):
            os.lstat(target)  # a name that cannot be is found out now
        partial.touch()
        yield partial
        _sync(partial)
        partial.replace(target)
        if sys.platform != "win32":
            _sync(target.parent)
    except OSError as error:
        raise ConfigError(
            f"'{path}' cannot be written ({error.strerror}); name another place, or make room."
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):  # a disk that has no such thing
            raise
    finally:
        os.close(descriptor)
