"""`pip install .` ships everything a checkout has."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("hebo", "mcbo", "tasks")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel from a copy of the sources, so that the build leaves nothing in the checkout."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
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


def test_the_wheel_marks_each_package_as_typed(wheel: Path) -> None:
    assert {f"{name}/py.typed" for name in PACKAGES} <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_has_the_command_and_the_catalogs(wheel: Path) -> None:
    metadata = next(name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("entry_points.txt"))
    points = PathDistribution(zipfile.Path(wheel, metadata.rpartition("/")[0] + "/")).entry_points
    assert {point.name for point in points.select(group="hebo.catalog")} == set(PACKAGES)
    assert [point.name for point in points.select(group="console_scripts")] == ["hebo"]
