"""Tests of `hebo.experiment.safe_file`, with processes that are really killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hebo.errors import ConfigError
from hebo.experiment.campaign.lock import alone
from hebo.experiment.files import replacing

ASK = """
import sys
from pathlib import Path
from hebo.experiment.campaign import document
from hebo.experiment.cli import main

write = document.CampaignDocument.write

def wait(self, path):
    if sys.argv[1] == "after":
        write(self, path)
    print("here", flush=True)
    sys.stdin.read()

document.CampaignDocument.write = wait
main(["ask", "paint.yaml", "-n", "2", "-o", "r.csv"])
"""
PAINT = """
name: paint
optimizer: {type: sobol}
space: [{name: a, type: num, lb: 0, ub: 1}]
objectives: [gloss]
"""


@contextmanager
def asking(folder: Path, when: str) -> Iterator[subprocess.Popen[str]]:
    """Run `hebo ask` in another process, up to where it is about to write, or has written, the log."""
    with subprocess.Popen(
        [sys.executable, "-c", ASK, when],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        yield process
        process.kill()


def hebo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hebo", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "paint.yaml").write_text(PAINT)
    return tmp_path


def test_a_command_that_is_at_it_keeps_others_away_and_is_named(folder: Path) -> None:
    with asking(folder, "before") as process:
        done = hebo(folder, "ask", "paint.yaml", "-o", "s.csv")
        assert done.returncode == 2
        assert f"another command is changing paint.log.json (process {process.pid} on " in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_command_that_was_killed_is_followed_by_the_next(folder: Path, when: str) -> None:
    with asking(folder, when) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (folder / "paint.log.json.lock").exists()
    waiting = ["--waiting"] if when == "after" else ["-n", "2"]
    done = hebo(folder, "ask", "paint.yaml", *waiting, "-o", "r.csv")
    assert done.returncode == 0, done.stderr
    assert f"note: process {process.pid} on " in done.stderr
    assert "was killed while it changed paint.log.json; its lock was taken over" in done.stderr
    assert not (folder / "paint.log.json.lock").exists()
    # The same points as if nothing had happened.
    (folder / "other").mkdir()
    (folder / "other" / "paint.yaml").write_text(PAINT)
    assert hebo(folder / "other", "ask", "paint.yaml", "-n", "2", "-o", "r.csv").returncode == 0
    assert (folder / "r.csv").read_text() == (folder / "other" / "r.csv").read_text()


def test_the_lock_is_there_for_the_block_alone(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for _ in range(2):
        with alone(path) as taken_over:
            assert taken_over is None
            with pytest.raises(ConfigError, match="another command"), alone(path):
                pass
    with pytest.raises(ZeroDivisionError), alone(path):
        _ = 1 / 0
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as partial:
        _ = partial.write_text("ne") / 0
    assert path.read_text() == "old"
    with replacing(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "new"


def test_the_file_behind_a_link_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "there" / "file")
    with replacing(tmp_path / "link") as partial:
        partial.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "file").read_text() == "new"


@pytest.mark.parametrize("name", ["none/file", "x" * 300, "folder"])
def test_what_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(ConfigError, match=r"cannot be written \(.*\); name another place"),
        replacing(tmp_path / name) as partial,
    ):
        partial.write_text("new")
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_a_full_disk_is_named_and_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(ConfigError, match=r"No space left on device"), replacing(path):
        raise OSError(28, os.strerror(28))
    assert path.read_text() == "old"
