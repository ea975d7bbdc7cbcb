"""The page that counts lines beside Optuna and Ax: its files run, and its table is right."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from layers import ROOT

from hebo.experiment.cli import main

FOLDER = ROOT / "docs" / "compare"
PAGE = ROOT / "docs" / "compare.md"
JOBS = {
    "minimize a function": "minimize",
    "maximize with a constraint": "constraint",
    "tune a program of one's own": "command",
    "four workers, a process each": "workers",
    "go on after a stop": "resume",
    "three rounds in a laboratory, with sheets": "rounds",
    "which parameters matter": "explain",
}
MOST = {"minimize": 3, "command": 8, "workers": 4, "resume": 3}


def n_lines(job: str, library: str) -> int | None:
    """Count the lines of all files of a job; None without any."""
    texts = [one.read_text(encoding="utf-8") for one in sorted(FOLDER.glob(f"{job}_{library}.*"))]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    counted = [line for line in lines if line and line[0] != "#" and "from objective import" not in line]
    return len(counted) if texts else None


def table() -> dict[str, list[int | None]]:
    """Return what the page says: job -> lines here, with Optuna, with Ax."""
    rows = re.findall(r"^\| (.+?) \| (\d+) \| ?(\d*) ?\| ?(\d*) ?\|$", PAGE.read_text(encoding="utf-8"), re.M)
    return {JOBS[job]: [int(one) if one else None for one in cells] for job, *cells in rows}


def test_the_table_has_the_lines_of_the_files() -> None:
    expected = {job: [n_lines(job, one) for one in ("hebo", "optuna", "ax")] for job in JOBS.values()}
    assert table() == expected


def test_the_page_shows_our_files() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for file in FOLDER.glob("*_hebo.*"):
        assert f"\n{file.read_text(encoding='utf-8')}```" in page, file.name


def test_no_job_takes_more_lines_than_elsewhere_nor_than_promised() -> None:
    for job, (ours, *others) in table().items():
        assert ours is not None
        assert all(ours <= other for other in others if other is not None), job
        assert ours <= MOST.get(job, ours), job


def run(file: str, folder: Path) -> str:
    """Run a file in a folder with all of them."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    done = subprocess.run(
        [sys.executable, file], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("job", ["minimize", "constraint", "workers", "resume", "explain"])
def test_our_files_run(job: str, tmp_path: Path) -> None:
    assert "lr" in run(f"{job}_hebo.py", tmp_path)


def test_our_program_is_tuned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(main, ["run", "command_hebo.yaml", "budget.n_trials=4", "report=false"])
    assert answer.exit_code == 0, answer.output


def test_our_first_round_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    first = (FOLDER / "rounds_hebo.sh").read_text(encoding="utf-8").splitlines()[0].split()
    answer = CliRunner().invoke(main, first[1:])
    assert answer.exit_code == 0, answer.output


@pytest.mark.client
@pytest.mark.parametrize("job", ["minimize", "constraint", "command", "workers", "resume", "explain"])
@pytest.mark.parametrize("library", ["optuna", "ax"])
def test_the_files_of_others_run(job: str, library: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    assert "lr" in run(f"{job}_{library}.py", tmp_path)
