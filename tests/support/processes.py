"""Processes that tests have started: which still run, and what they leave."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 60.0

TREE = """
import os, sys, time

def note():
    with open(sys.argv[1], "a") as file:
        file.write(f"{os.getpid()}\\n")

if os.fork() == 0:
    if os.fork() == 0:
        os.setsid()
    note()
    time.sleep(600)
note()
END
"""
"""A program with a child and a grandchild in a session of its own; each notes its id in the file it is told."""


def tree(end: str = "time.sleep(600)") -> str:
    """Return a program that starts others, and then does something."""
    return TREE.replace("END", end)


def noted(file: Path, n: int = 3) -> list[int]:
    """Wait for the ids of processes that note them in a file."""
    return wait_for(lambda: _ids(file) if len(_ids(file)) >= n else None)


def _ids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def is_running(pid: int) -> bool:
    """Say whether a process runs; one that has ended and that nobody has asked for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc/self/stat").exists()


def all_end(pids: list[int]) -> bool:
    """Wait until none of the processes runs."""
    return wait_for(lambda: not any(map(is_running, pids)) or None)


def wait_for(look: Callable[[], Found | None]) -> Found:
    """Return what a function finds, once it finds something."""
    end = time.monotonic() + PATIENCE
    while (found := look()) is None:
        assert time.monotonic() < end, "nothing has come"
        time.sleep(0.02)
    return found
