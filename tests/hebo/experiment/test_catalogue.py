from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any

import pytest

from hebo.errors import ConfigError
from hebo.experiment import catalogue as module
from hebo.experiment.catalogue import catalogue


class Point:
    """An entry point that loads what it was given."""

    def __init__(self, name: str, parts: object) -> None:
        self.name, self.value, self.parts = name, f"{name}.catalog:PARTS", parts
        self.dist = SimpleNamespace(name=f"{name}-package")

    def load(self) -> Any:
        if isinstance(self.parts, Exception):
            raise self.parts
        return self.parts


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def set_points(*points: Point | EntryPoint) -> None:
        monkeypatch.setattr(module, "entry_points", lambda group: list(points))
        catalogue.cache_clear()

    yield set_points
    catalogue.cache_clear()


def test_entries_of_several_packages_join(install: Any) -> None:
    install(Point("one", {"task": {"a": ("m:A", "first")}}), Point("two", {"task": {"b": ("m:B", "second")}}))
    assert [(entry.name, entry.target) for entry in catalogue()["task"].values()] == [
        ("a", "m:A"),
        ("b", "m:B"),
    ]


def test_the_same_part_brought_twice_is_one_part(install: Any) -> None:
    install(Point("one", {"task": {"a": ("m:A", "x")}}), Point("two", {"task": {"a": ("m:A", "x")}}))
    assert list(catalogue()["task"]) == ["a"]


def test_two_parts_of_one_name_are_refused_and_both_packages_named(install: Any) -> None:
    install(Point("one", {"task": {"a": ("m:A", "x")}}), Point("two", {"task": {"a": ("n:A", "x")}}))
    with pytest.raises(
        ConfigError, match=r"task 'a' is registered twice: m:A .*one-package.* n:A .*two-package"
    ):
        catalogue()


def test_an_entry_point_that_does_not_import_is_named(install: Any) -> None:
    install(Point("bad", ImportError("no module\nnamed bad")))
    with pytest.raises(
        ConfigError, match=r"bad-package.*\(ImportError: no module named bad\); repair or uninstall"
    ):
        catalogue()


@pytest.mark.parametrize(
    "parts",
    [None, [], {"task": ["a"]}, {"task": {"a": "m:A"}}, {"task": {"a": ("A", "x")}}, {"task": {"a": (1, 2)}}],
)
def test_an_entry_point_of_another_shape_is_refused(install: Any, parts: object) -> None:
    install(Point("bad", parts))
    with pytest.raises(ConfigError, match="is not kind -> name -> "):
        catalogue()
