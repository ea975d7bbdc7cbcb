"""The page for beginners shows the files that `hebo init` writes, as they are."""

from __future__ import annotations

import pytest
from layers import ROOT

from hebo.experiment.cli.starters import KINDS, starter

PAGE = (ROOT / "docs/guide/start.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["python", "compare"])
def test_the_page_shows_the_yaml_of_a_kind(kind: str) -> None:
    assert f"```yaml\n{starter(kind).config.read_text(encoding='utf-8')}```" in PAGE


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_names_the_files_of_a_kind(kind: str) -> None:
    row = next(line for line in PAGE.splitlines() if f"| `hebo init {kind}` |" in line)
    assert row.endswith("| " + ", ".join(f"`{file.name}`" for file in starter(kind).files) + " |")
