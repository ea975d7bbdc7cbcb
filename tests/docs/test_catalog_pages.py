"""The API reference has a page for each kind of part, and names what exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import yaml
from layers import ROOT
from scripts import module_at

from hebo.experiment.config.catalog import catalog

hook = module_at(ROOT / "docs/hooks/catalog_pages.py")
WITHOUT_PAGE = {"download"}  # of data, for the command line
DIRECTIVES = [
    (path.name, target)
    for path in sorted((ROOT / "docs/api").glob("*.md"))
    for target in re.findall(r"^::: (\S+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
]


def files_of(nav: Any) -> Iterator[str]:
    """Yield the files that a navigation lists."""
    if isinstance(nav, str):
        yield nav
    for one in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from files_of(one)


def test_each_kind_of_part_has_a_page_that_the_navigation_lists() -> None:
    assert set(hook.TITLES) == set(catalog()) - WITHOUT_PAGE
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    assert {f"api/{kind}.md" for kind in hook.TITLES} <= set(files_of(nav))


def test_a_page_links_each_name_to_the_reference_of_its_part() -> None:
    text = hook.page("Kernels", {"overlap": ("mcbo.kernels.overlap:Overlap", "Share of matches")})
    assert "| [`overlap`](#overlap) | Share of matches |" in text
    assert "## overlap { #overlap }" in text
    assert "::: mcbo.kernels.overlap.Overlap\n" in text


def test_parts_of_all_packages_are_on_the_page() -> None:
    assert {"warped_gp", "mixed_gp"} <= set(hook.parts_of("surrogate"))
    assert "branin" in hook.parts_of("task")


@pytest.mark.parametrize(("page", "target"), DIRECTIVES)
def test_what_a_page_documents_exists(page: str, target: str) -> None:
    path = ROOT / target.replace(".", "/")
    if not path.is_dir() and not path.with_suffix(".py").is_file():
        module, _, name = target.rpartition(".")
        assert hasattr(import_module(module), name)
