"""`pip install .` ships everything a checkout has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from hebo.experiment.cli.starters import examples, examples_folder

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("hebo", "mcbo", "tasks")
EXAMPLES = "hebo/experiment/examples"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel from a copy of the sources, so that the build leaves nothing in the checkout."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "hebo_command.py"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "configs", source / "configs", ignore=shutil.ignore_patterns("__pycache__"))
    arguments = ["--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(target), str(source)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *arguments],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return next(target.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    files = (path for name in PACKAGES for path in (ROOT / name).rglob("*") if path.is_file())
    expected = {str(path.relative_to(ROOT)) for path in files if path.suffix != ".pyc"}
    assert len(expected) > 20
    assert expected - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_wheel_holds_every_example_that_can_be_copied_and_the_files_beside_it(wheel: Path) -> None:
    files = {file.relative_to(examples_folder()) for one in examples() for file in one.files}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(f"{EXAMPLES}/")}
    assert held == {f"{EXAMPLES}/{file.as_posix()}" for file in files}
    assert {f"{EXAMPLES}/quickstart.yaml", f"{EXAMPLES}/campaigns/library.csv"} <= held


def test_the_wheel_stays_small(wheel: Path) -> None:
    assert wheel.stat().st_size < 4_000_000  # of which the weights of networks are half


def test_an_installed_wheel_writes_a_first_file_and_an_example(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    where = tmp_path / "work"
    where.mkdir()
    for words in (["init", "compare"], ["init", "library", "shelf"], ["init", "campaigns/library", "shelf"]):
        done = subprocess.run(
            [sys.executable, "-m", "hebo", *words],
            cwd=where,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert (done.returncode == 0) is (words[1] != "library"), done.stderr
    assert {one.relative_to(where).as_posix() for one in where.rglob("*.*")} == {
        "hebo.yaml",
        "shelf/library.yaml",
        "shelf/library.csv",
    }


def test_the_wheel_marks_each_package_as_typed(wheel: Path) -> None:
    assert {f"{name}/py.typed" for name in PACKAGES} <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_has_the_command_and_the_catalogs(wheel: Path) -> None:
    metadata = next(name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("entry_points.txt"))
    points = PathDistribution(zipfile.Path(wheel, metadata.rpartition("/")[0] + "/")).entry_points
    assert {point.name for point in points.select(group="hebo.catalog")} == set(PACKAGES)
    assert [point.name for point in points.select(group="console_scripts")] == ["hebo"]
