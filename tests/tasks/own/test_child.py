"""A command ends with all that it has started, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from processes import all_end, is_running, noted, tree, wait_for

from tasks.own.child import Ending, Order, run

needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds sessions by /proc")


def order(*argv: str, **settings: Any) -> Order:
    given: dict[str, Any] = {"cwd": os.getcwd(), "env": {}, "seconds": None, "memory_mb": None}
    return Order(argv=argv, **given | settings)


def carry_out(given: Order) -> tuple[Ending, bytes]:
    output = bytearray()
    return run(given, stdin=None, on_output=output.extend), bytes(output)


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_an_ending_has_the_exit_code_and_both_outputs() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(4)"
    ending, output = carry_out(order(sys.executable, "-c", code))
    assert (ending.code, ending.reason, ending.error, ending.stderr) == (4, "", "", "err\n")
    assert output == b"out\n"


@pytest.mark.parametrize(
    ("argv", "settings", "said"),
    [
        (["/no/such/program"], {}, "No such file"),
        ([sys.executable], {"cwd": "/no/such/folder"}, "/no/such/folder"),
        (["a\0b"], {}, "null byte"),
    ],
)
def test_what_does_not_start_says_why(argv: list[str], settings: dict[str, Any], said: str) -> None:
    ending, _ = carry_out(order(*argv, **settings))
    assert ending.code is None
    assert said in ending.error


def test_no_descriptor_is_left(tmp_path: Path) -> None:
    code = "import os; print(sorted(map(int, os.listdir('/dev/fd'))))"
    ending, output = carry_out(order(sys.executable, "-c", code))
    assert ending.code == 0
    assert len(output.split(b",")) <= 4  # the standard ones, and the folder that is listed
    before = os.listdir("/dev/fd")
    for _ in range(3):
        carry_out(order("true"))
    assert len(os.listdir("/dev/fd")) == len(before)


@needs_linux
@pytest.mark.parametrize("end", ["time.sleep(600)", "sys.exit()"])
def test_what_a_command_has_started_ends_with_it(tmp_path: Path, end: str) -> None:
    file = tmp_path / "pids"
    end = f"while len(open(sys.argv[1]).read().split()) < 3: time.sleep(0.01)\n{end}"
    ending, _ = carry_out(
        order(sys.executable, "-c", tree(end), str(file), seconds=None if "exit" in end else 6.0)
    )
    assert ending.reason == ("" if "exit" in end else "seconds")
    assert not any(map(is_running, noted(file)))


def test_a_command_may_clean_up_before_it_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "cleaned"
    code = f"trap 'echo yes > {file}; exit 0' TERM; echo ready; while :; do sleep 0.01; done"
    ending, output = carry_out(order("sh", "-c", code, seconds=3.0))
    assert ending.reason == "seconds"
    assert output == b"ready\n"
    assert file.read_text() == "yes\n"


def test_one_that_ignores_requests_is_ended_as_well() -> None:
    ending, _ = carry_out(order("sh", "-c", "trap '' TERM; while :; do sleep 0.01; done", seconds=0.5))
    assert (ending.reason, ending.code) == ("seconds", -signal.SIGKILL)


@needs_linux
def test_an_error_while_waiting_ends_the_command(tmp_path: Path) -> None:
    file = tmp_path / "pids"

    def stop(piece: bytes) -> None:
        noted(file)
        raise KeyboardInterrupt

    given = order(sys.executable, "-c", tree("print('go', flush=True)\ntime.sleep(600)"), str(file))
    with pytest.raises(KeyboardInterrupt):
        run(given, stdin=None, on_output=stop)
    assert all_end(noted(file))


@needs_linux
def test_a_command_outlives_neither_a_killed_parent_nor_its_group(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    lines = [
        "from tasks.own.child import Order, run",
        f"argv = [{sys.executable!r}, '-c', {tree()!r}, {str(file)!r}]",
        "run(Order(argv, '.', {}, None, None), stdin=None, on_output=print)",
    ]
    worker = subprocess.Popen([sys.executable, "-c", "\n".join(lines)], start_new_session=True)
    pids = noted(file)
    supervisor = next(parent for pid in pids if (parent := parent_of(pid)) not in pids)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert all_end([*pids, supervisor])


@needs_linux
def test_a_command_does_not_outlive_its_supervisor(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    code = f"import os, time; open({str(file)!r}, 'w').write(str(os.getpid())); print('go', flush=True); time.sleep(600)"

    def kill(piece: bytes) -> None:
        os.kill(parent_of(noted(file, 1)[0]), signal.SIGKILL)

    ending = run(order(sys.executable, "-c", code), stdin=None, on_output=kill)
    assert ending.code is None
    assert all_end(noted(file, 1))


def test_waiting_finds_what_comes() -> None:
    found = iter([None, None, 3])
    assert wait_for(lambda: next(found)) == 3
