from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hebo.errors import ConfigError
from hebo.experiment.config import catalog as module
from hebo.experiment.config import parts as parts_module
from hebo.experiment.config.catalog import catalog
from hebo.experiment.config.parts import lookup

ROOT = Path(__file__).resolve().parents[4]


class Point:
    """An entry point that loads what it was given."""

    def __init__(self, name: str, parts: object) -> None:
        self.name, self.value, self.parts = name, f"{name}.catalog:PARTS", parts
        self.dist = SimpleNamespace(name=f"{name}-package")

    def load(self) -> Any:
        if isinstance(self.parts, BaseException):
            raise self.parts
        return self.parts


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def set_points(*points: Point | EntryPoint) -> None:
        monkeypatch.setattr(module, "entry_points", lambda group: list(points))
        catalog.cache_clear()

    yield set_points
    catalog.cache_clear()


def test_entries_of_several_packages_join(install: Any) -> None:
    install(Point("one", {"task": {"a": ("m:A", "first")}}), Point("two", {"task": {"b": ("m:B", "second")}}))
    assert [(entry.name, entry.target) for entry in catalog()["task"].values()] == [
        ("a", "m:A"),
        ("b", "m:B"),
    ]


def test_the_same_part_brought_twice_is_one_part(install: Any) -> None:
    install(Point("one", {"task": {"a": ("m:A", "x")}}), Point("two", {"task": {"a": ("m:A", "x")}}))
    assert list(catalog()["task"]) == ["a"]


GOOD = Point("good", {"task": {"a": ("m:A", "first")}})


def test_a_name_that_two_packages_give_is_left_out_and_refused_with_both(
    install: Any, caplog: pytest.LogCaptureFixture
) -> None:
    install(GOOD, Point("one", {"task": {"b": ("m:B", "x")}}), Point("two", {"task": {"b": ("n:B", "x")}}))
    assert list(catalog()["task"]) == ["a"]
    assert len(caplog.messages) == 1
    with pytest.raises(
        ConfigError, match=r"task 'b' is registered twice: m:B .*one-package.* n:B .*two-package"
    ):
        lookup("task", "b")


@pytest.mark.parametrize(
    "error",
    [
        ImportError("no module\nnamed bad"),
        SyntaxError("invalid syntax"),
        ValueError("\x00"),
        SystemExit("x"),
        GeneratorExit(),
        AttributeError("module 'bad.catalog' has no attribute 'PARTS'"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_catalogue_that_cannot_be_loaded_is_reported_and_left_out(
    install: Any, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    install(Point("bad", error), GOOD)
    assert list(catalog()["task"]) == ["a"]
    catalog()
    (line,) = caplog.messages
    assert "bad-package" in line
    assert f"({type(error).__name__}" in line
    assert "repair or uninstall" in line
    assert "\n" not in line


class Raising(dict[str, Any]):
    """A mapping that cannot be read."""

    def values(self) -> Any:
        raise RuntimeError("not today")


def test_a_catalogue_that_raises_when_it_is_read_is_left_out(install: Any) -> None:
    install(Point("bad", Raising()), GOOD)
    assert list(catalog()["task"]) == ["a"]
    assert "RuntimeError: not today" in catalog().problems[0]


def test_the_reason_is_named_where_something_missing_is_asked_for(install: Any) -> None:
    install(Point("bad", ImportError("no module named bad")), GOOD)
    for kind, name in (("task", "elsewhere"), ("kernel", "rbf")):
        with pytest.raises(
            ConfigError, match=r"may be in another package: .*bad-package.*no module named bad"
        ):
            lookup(kind, name)


def test_an_interrupt_while_a_catalogue_loads_is_an_interrupt(install: Any) -> None:
    install(Point("slow", KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        catalog()


@pytest.mark.parametrize(
    "parts",
    [
        None,
        [],
        {"task": ["a"]},
        {"task": {"a": "m:A"}},
        {"task": {"a": ("A", "x")}},
        {"task": {"a": (1, 2)}},
        {"task": {1: ("m:A", "x")}},
        {1: {"a": ("m:A", "x")}},
    ],
)
def test_a_catalogue_of_another_shape_is_reported_and_left_out(install: Any, parts: object) -> None:
    install(Point("bad", parts), GOOD)
    assert list(catalog()) == ["task"]
    (problem,) = catalog().problems
    assert "is not kind -> name -> " in problem


@pytest.mark.parametrize("error", [SystemExit("x"), RuntimeError("y"), SyntaxError("z")], ids=str)
def test_a_part_whose_module_raises_is_named(
    install: Any, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def broken(module: str) -> Any:
        raise error

    install(GOOD)
    monkeypatch.setattr(parts_module, "import_module", broken)
    with pytest.raises(
        ConfigError, match=rf"task 'a' cannot be imported \({type(error).__name__}: {error}\)"
    ):
        lookup("task", "a")


# ---------------------------------------------------------------- files of the working folder

BROKEN = {
    "tasks.py": "def solve(): ...",
    "mcbo.py": "raise SystemExit('not yours')",
    "tasks/__init__.py": "",
    "tasks/catalog.py": "PARTS = 1",
}


def call(folder: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a folder that the import path may hold."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [path, str(ROOT)]))}
    command = [sys.executable, "-m", "hebo", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.mark.parametrize("file", BROKEN)
def test_a_file_in_the_working_folder_hides_nothing(file: str, tmp_path: Path) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(BROKEN[file])
    done = call(tmp_path, "list")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == call(ROOT, "list").stdout


@pytest.mark.parametrize("file", ["tasks.py", "mcbo.py", "tasks/catalog.py"])
def test_a_file_on_the_import_path_is_reported_and_the_rest_is_listed(file: str, tmp_path: Path) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(BROKEN[file])
    (tmp_path / file).parent.joinpath("__init__.py").touch()
    done = call(tmp_path, "list", path=str(tmp_path))
    name = file.partition(".")[0].partition("/")[0]
    assert done.returncode == 0, done.stderr
    assert "executor:" in done.stdout
    (line,) = done.stderr.splitlines()
    assert f"left out: The catalogue entry point '{name} = {name}.catalog:PARTS'" in line
    asked = call(tmp_path, "list", "no_such_kind", path=str(tmp_path))
    assert asked.returncode == 2
    assert f"{name}.catalog:PARTS" in asked.stderr.splitlines()[-1]
