"""A stand-in for ABC: it counts what it is told to do, so that tests know what it will say."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Each operator takes a lookup table off, `balance` also a level; `fraig` ends the script as a mistake would.
COUNTING = """
import sys
script = sys.argv[-1]
with open({log!r}, "a") as log:
    log.write(script + "\\n")
if script == "version":
    print("UC Berkeley, ABC 1.01 (compiled Jan  1 2026 00:00:00)")
luts, levels = 100, 20
for command in script.split("; "):
    if command == "fraig":
        print("** cmd error: no fraig here")
        break
    if command == "print_stats":
        print(f"\\x1b[1;37mc :\\x1b[0m i/o = 2/ 1  lat = 0  nd = {{luts}}  edge = 9  aig  = 9  lev = {{levels}}")
    elif command.startswith("cec"):
        print("Networks are equivalent.  Time = 0.00 sec")
    elif command.split()[0] in ("rewrite", "refactor", "resub", "balance"):
        luts -= 1
        levels -= command == "balance"
"""


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a program of some lines of Python."""

    def make(lines: str) -> Path:
        path = tmp_path / f"program{len(list(tmp_path.iterdir()))}"
        path.write_text(f"#!{sys.executable} -S\n{lines}")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the stand-in writes the scripts that it was given, a line each."""
    return tmp_path / "scripts.log"


@pytest.fixture
def abc_path(program: Callable[[str], Path], log: Path) -> str:
    return str(program(COUNTING.format(log=str(log))))
