"""Leases: who may work on a run, and owners that can be seen to be dead."""

from __future__ import annotations

import os
import secrets
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from hebo.errors import StoreError

LEASE_SECONDS = 120.0


@dataclass(frozen=True)
class Owner:
    """One `hebo run`, told apart from every other one, past or present.

    Attributes:
        host: Name of the machine.
        pid: Process id of `hebo run` there.
        born: When that process started, in the kernel's clock ticks; a later process with the same
            id differs in it. Empty where the system does not tell.
        token: Random, so that two owners are never equal.
    """

    host: str
    pid: int
    born: str
    token: str

    @classmethod
    def me(cls) -> Owner:
        """Return an owner for this process."""
        pid = os.getpid()
        return cls(socket.gethostname()[:80], pid, _birth(pid), secrets.token_hex(8))

    @classmethod
    def parse(cls, text: str) -> Owner:
        """Return the owner that `str` wrote.

        Raises:
            StoreError: If it did not write that.
        """
        try:
            host, pid, born, token = text.split("|")
            return cls(host, int(pid), born, token)
        except (AttributeError, ValueError) as error:
            raise StoreError(f"a row is damaged, the owner of a run is {text!r:.60}.") from error

    def __str__(self) -> str:
        return f"{self.host.replace('|', '_')}|{self.pid}|{self.born}|{self.token}"

    def is_here(self) -> bool:
        """Say whether the owner lives, or lived, on this machine."""
        return self.host == socket.gethostname()[:80].replace("|", "_")

    def is_alive(self) -> bool:
        """Say whether a process on this machine still is this owner."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass  # it exists and belongs to somebody else
        born = _birth(self.pid)
        return not (born and self.born and born != self.born)


def is_free(owner: str | None, lease_until: float | None) -> bool:
    """Say whether a run may be taken over.

    On the same machine the truth is known: a run is free as soon as its owner is dead, and not before.
    Of another machine only the lease tells.
    """
    if owner is None:
        return True
    found = Owner.parse(owner)
    if found.is_here():
        return not found.is_alive()
    return not isinstance(lease_until, float) or lease_until < time.time()


def _birth(pid: int) -> str:
    """Return field 22 of `/proc/pid/stat`, the start time; a zombie counts as gone ("dead")."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "dead" if fields[0] in {"Z", "X"} else fields[19]
