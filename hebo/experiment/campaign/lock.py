"""File lock: other processes are kept away from a file while it is changed."""

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
