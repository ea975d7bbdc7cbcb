"""Tests of `tasks.logic_synthesis.abc_process` with programs that misbehave."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hebo.errors import ConfigError, EvaluationError, MissingExtraError
from tasks.logic_synthesis import abc_process
from tasks.logic_synthesis.abc_process import ABC, VARIABLE, find_abc

Make = Callable[[str], Path]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "zombie" not in Path(f"/proc/{pid}/status").read_text()


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No ABC on PATH, in the environment or in pyosys."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(abc_process, "find_spec", lambda name: None)


@pytest.mark.usefixtures("nowhere")
def test_programs_are_looked_for_in_order(
    program: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(MissingExtraError, match=r"'\.\[eda\]'"):
        find_abc()
    first, second = program(""), program("")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "berkeley-abc").symlink_to(first)
    assert find_abc() == tmp_path / "bin" / "berkeley-abc"
    monkeypatch.setenv(VARIABLE, str(second))
    assert find_abc() == second
    assert find_abc(str(first)) == first


@pytest.mark.usefixtures("nowhere")
def test_a_path_that_is_no_program_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text").write_text("not a program")
    with pytest.raises(ConfigError, match=r"abc = '.*text' is not a program that can be run; give the path"):
        find_abc(str(tmp_path / "text"))
    monkeypatch.setenv(VARIABLE, "nothing-of-this-name")
    with pytest.raises(ConfigError, match="HEBO_ABC = 'nothing-of-this-name' is not a program"):
        find_abc()


def test_files_have_names_of_their_own_and_commands_no_shell(program: Make) -> None:
    abc = ABC(program("import os, sys; print(sys.argv[1:], sorted(os.listdir('.')))"))
    assert abc.run("read $HOME; `ls`", {"circuit.aig": b"x"}).strip() == (
        "['-s', '-q', 'read $HOME; `ls`'] ['circuit.aig']"
    )


def test_a_program_that_hangs_is_killed_with_all_it_started(program: Make, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    hanging = program(
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(600)\n"
    )
    for seconds in (2, 8, 32, 128):  # until the program has come as far as it should before it is killed
        with pytest.raises(EvaluationError, match=f"ABC took longer than {seconds} s; allow it more `sec"):
            ABC(hanging, seconds=seconds).run("", {})
        found = [int(one) for one in pids.read_text().split()] if pids.exists() else []
        if len(found) == 2:
            break
    assert len(found) == 2
    while any(map(is_running, found)):
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("import os; os.abort()", "ABC ended with status -6 and printed nothing"),
        (
            "import sys; print('Assertion failed'); sys.exit(3)",
            "ABC ended with status 3, after 'Assertion failed'",
        ),
        ("print('x' * 10**6)", "ABC printed more than 1000 bytes"),
    ],
)
def test_a_program_that_breaks_off_says_how(program: Make, lines: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        ABC(program(lines), max_output=1000).run("", {})


def test_a_program_that_does_not_start_says_why(tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_text("#!/no/such/interpreter\n")
    path.chmod(0o755)
    with pytest.raises(EvaluationError, match="does not start"):
        ABC(path).run("", {})


def test_the_build_is_the_line_with_its_date(abc_path: str, program: Make) -> None:
    assert ABC(Path(abc_path)).build == "UC Berkeley, ABC 1.01 (compiled Jan  1 2026 00:00:00)"
    with pytest.raises(EvaluationError, match="does not say its version and printed nothing; give another"):
        _ = ABC(program("")).build
