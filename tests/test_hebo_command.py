"""Tests of `hebo_command`: what the command says where an older distribution hides this package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def call(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with another folder first on the path, in an interpreter that sees little else."""
    code = (
        f"import sys; sys.path[:0] = [{str(path)!r}, {str(ROOT)!r}]; import hebo_command; hebo_command.main()"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=path, capture_output=True, text=True, check=False
    )


def test_an_older_distribution_that_hides_this_one_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "hebo").mkdir()
    (tmp_path / "hebo" / "__init__.py").write_text("import a_dependency_of_the_older_package")
    metadata = tmp_path / "HEBO-0.3.6.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: HEBO\nVersion: 0.3.6\n")
    done = call(tmp_path, "doctor")
    assert done.returncode == 1
    assert "HEBO 0.3.6 is installed in this environment and hides this package" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_an_older_distribution_the_command_runs(tmp_path: Path) -> None:
    done = call(tmp_path, "--help")
    assert done.returncode == 0
    assert "Usage: hebo" in done.stdout


def test_other_import_errors_are_not_hidden(tmp_path: Path) -> None:
    (tmp_path / "hebo").mkdir()
    (tmp_path / "hebo" / "__init__.py").write_text("import something_else_entirely")
    done = call(tmp_path, "--help")
    assert done.returncode == 1
    assert "something_else_entirely" in done.stderr
