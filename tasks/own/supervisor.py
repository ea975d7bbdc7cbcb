"""Supervisor of one command: it ends all of it at a limit, or when the process that wants it is gone.

Run as a script, with the standard library alone: `python -I -S supervisor.py CONTROL REPORT`, where both are
descriptors. The order comes on CONTROL, a line of JSON; the end of CONTROL means that nobody waits any
longer, however that came about. REPORT gets a line of JSON when the command has started, and one when all of
it has ended.

The command leads a session of its own. On Linux the supervisor also becomes the parent of orphaned
descendants, so that those which have left the session are found too.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import selectors
import signal
import subprocess
import sys
import time

GRACE_SECONDS = 2.0
"""Between the request to end (SIGTERM) and the end (SIGKILL)."""

_LOOK_SECONDS = 0.1
_LAST_SECONDS = 5.0
_IS_LINUX = sys.platform.startswith("linux")
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_MEGABYTE = 1 << 20


def main(control: int, report: int) -> None:
    """Carry out the order on `control`."""
    order = json.loads(_line(control))
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    wake = _wake_at_children()
    try:
        child = subprocess.Popen(
            order["argv"], cwd=order["cwd"], start_new_session=True, preexec_fn=_die_with_parent
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        _say(report, {"error": str(error)})
        return
    _say(report, {"pid": child.pid})
    reason = _watch(child, control, wake, order["seconds"], order["memory_mb"])
    if reason:
        _ask_to_end(child)
    _end_all(child)
    _say(report, {"code": child.poll(), "reason": reason})


def _watch(
    child: subprocess.Popen[bytes], control: int, wake: int, seconds: float | None, memory_mb: float | None
) -> str:
    """Wait for the end of the command; return why it is to be ended, or nothing if it ended by itself."""
    end = math.inf if seconds is None else time.monotonic() + seconds
    look = math.inf if memory_mb is None else _LOOK_SECONDS
    with selectors.DefaultSelector() as selector:
        for descriptor in (control, wake):
            selector.register(descriptor, selectors.EVENT_READ)
        while child.poll() is None:
            wait = min(look, end - time.monotonic())
            ready = {key.fd for key, _ in selector.select(None if wait == math.inf else max(0.0, wait))}
            if control in ready:
                return "stopped"
            if wake in ready:
                os.read(wake, 4096)
            if child.poll() is not None:
                break
            if time.monotonic() >= end:
                return "seconds"
            if memory_mb is not None and _resident(child.pid) > memory_mb * _MEGABYTE:
                return "memory"
    return ""


def _ask_to_end(child: subprocess.Popen[bytes]) -> None:
    """Let the command clean up behind itself, for a moment."""
    _signal_group(child.pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)


def _end_all(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the command, until nothing is."""
    deadline = time.monotonic() + _LAST_SECONDS
    while time.monotonic() < deadline:
        _signal_group(child.pid, signal.SIGKILL)
        for pid in _members(child.pid):
            _signal(pid, signal.SIGKILL)
        if child.poll() is not None and not _has_children():
            return
        time.sleep(0.01)


def _has_children() -> bool:
    """Collect children that have ended; say whether there are others."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return False
    return True


def _members(session: int) -> dict[int, int]:
    """Return the processes of the command -> their resident memory in bytes."""
    if not _IS_LINUX:
        return _members_by_ps(session)
    found = {int(name): _stat(name) for name in os.listdir("/proc") if name.isdigit()}
    ours, parents = set[int](), {os.getpid()}
    while parents:
        parents = {pid for pid, one in found.items() if one[0] in parents} - ours
        ours |= parents
    page = os.sysconf("SC_PAGE_SIZE")
    return {pid: one[2] * page for pid, one in found.items() if pid in ours or one[1] == session}


def _stat(pid: str) -> tuple[int, int, int]:
    """Return parent, session and resident pages of a process; zeros if it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return int(fields[1]), int(fields[3]), int(fields[21])
    except (OSError, IndexError):
        return 0, 0, 0


def _members_by_ps(group: int) -> dict[int, int]:
    done = subprocess.run(["ps", "-axo", "pid=,pgid=,rss="], capture_output=True, check=False)
    rows = [line.split() for line in done.stdout.splitlines()]
    return {int(row[0]): int(row[2]) * 1024 for row in rows if len(row) == 3 and int(row[1]) == group}


def _resident(session: int) -> int:
    return sum(_members(session).values())


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _wake_at_children() -> int:
    """Return a descriptor that has something to read when a child has ended."""
    wake, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    return wake


def _die_with_parent() -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if _IS_LINUX:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _line(descriptor: int) -> bytes:
    found = bytearray()
    while not found.endswith(b"\n"):
        piece = os.read(descriptor, 65536)
        if not piece:
            sys.exit("the order ended early")
        found += piece
    return bytes(found)


def _say(descriptor: int, message: dict[str, object]) -> None:
    try:
        os.write(descriptor, json.dumps(message).encode() + b"\n")
    except OSError:
        return  # nobody listens any longer


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
