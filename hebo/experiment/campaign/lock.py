"""Writing files whole or not at all, and keeping other processes away meanwhile."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hebo.errors import ConfigError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


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


@contextmanager
def alone(path: Path) -> Iterator[str | None]:
    """Keep other processes from changing a file at the same time, by a lock beside it.

    The lock belongs to the process: the system takes it away when that ends, however it ends.

    Yields:
        What is to be said of a process that was killed while it had the lock; None if there was none.

    Raises:
        ConfigError: If another process is at it, or no lock can be made.
    """
    lock = path.with_name(path.name + ".lock")
    descriptor = _take(lock, path)
    try:
        left = os.read(descriptor, 200).decode("utf-8", errors="replace").strip()
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        yield f"{left} was killed while it changed {path}; its lock was taken over." if left else None
    finally:
        with suppress(OSError):
            lock.unlink()
        os.close(descriptor)


def _take(lock: Path, path: Path) -> int:
    """Return the descriptor of a lock that is ours."""
    while True:
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise ConfigError(
                f"{path}: its folder cannot be written to ({error.strerror}); what is known is kept there."
            ) from error
        try:
            _lock(descriptor)
            # One who ended between our two calls has deleted the file: what we hold is then nobody's lock.
            if lock.exists() and os.path.samestat(os.fstat(descriptor), lock.stat()):
                return descriptor
        except FileNotFoundError:
            pass
        except OSError as error:
            holder = _holder(descriptor)
            os.close(descriptor)
            if error.errno in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK):
                raise ConfigError(
                    f"another command is changing {path} ({holder}); wait for it to end."
                ) from error
            raise ConfigError(
                f"{lock} cannot be locked ({error.strerror}); keep the campaign on another disk."
            ) from error
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    with suppress(OSError):
        os.lseek(descriptor, 0, os.SEEK_SET)
        found = os.read(descriptor, 200).decode("utf-8", errors="replace").strip()
        if found:
            return found
    return "another process"


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        # Far behind what is written, which others may read: on Windows nobody reads a locked byte.
        os.lseek(descriptor, 2**20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
