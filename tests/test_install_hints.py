"""Hints name what can be installed: extras of this project, from a checkout, in a text that one place makes."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hebo.errors import MissingExtraError, install_hint

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("hebo", "mcbo", "tasks")
TEXTS = (*SHIPPED, "configs", "docs", "notebooks", "tests")
HINT = re.compile(r"pip install [^`\n]*\[[a-z{]")
EXTRAS = set(
    tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
)


def sources() -> list[Path]:
    """Return the Python files that users run."""
    files = [path for package in SHIPPED for path in (ROOT / package).rglob("*.py")]
    return [*files, ROOT / "hebo_command.py"]


def prose() -> Iterator[Path]:
    """Return every text file that can hold a hint."""
    kinds = {".py", ".md", ".sh", ".yaml", ".toml", ".ipynb", ".json", ".html"}
    yield from (path for path in ROOT.iterdir() if path.suffix in kinds or path.name == "Makefile")
    for folder in TEXTS:
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in kinds)


def named_extras() -> Iterator[tuple[str, ast.expr]]:
    """Return where each extra is named in code: the argument of the error and of the hint."""
    places = {"MissingExtraError": 1, "install_hint": 0}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[places[node.func.id]]


def test_no_text_installs_this_project_from_an_index() -> None:
    name = "hebo-" + "framework"  # in two parts, or this file would be found
    index = re.compile(rf"{name}\[|(?<!un)install [^`\n]*\b{name}")
    assert [str(path) for path in prose() if index.search(path.read_text(encoding="utf-8"))] == []


def test_one_function_makes_the_hint() -> None:
    found = [path for path in sources() if HINT.search(path.read_text(encoding="utf-8"))]
    assert found == [ROOT / "hebo" / "errors.py"]
    assert len(HINT.findall(found[0].read_text(encoding="utf-8"))) == 1


def test_every_extra_that_code_names_exists() -> None:
    named = {place: node.value for place, node in named_extras() if isinstance(node, ast.Constant)}
    assert len(named) > 5
    assert {place: extra for place, extra in named.items() if extra not in EXTRAS} == {}


def test_every_extra_that_prose_names_exists() -> None:
    texts = [path.read_text(encoding="utf-8") for path in prose() if path.suffix == ".md"]
    named = {extra for text in texts for extra in re.findall(r"'\.\[([a-z,]+)\]'", text)}
    assert named
    assert named <= EXTRAS


@pytest.mark.parametrize("extra", sorted(EXTRAS))
def test_the_error_says_how_to_install_from_a_checkout(extra: str) -> None:
    text = str(MissingExtraError("module", extra))
    assert text.startswith("'module' is not installed; ")
    assert f"`pip install '.[{extra}]'` in a checkout" in text
    assert install_hint(extra) in text
