"""The tool that runs the notebooks' cells, which is a script and no part of a package."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from scripts import module_at

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def notebook_tool() -> ModuleType:
    """Return `notebooks/make.py` as a module."""
    return module_at(NOTEBOOKS / "make.py")


def run_small(name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], list[Any]]:
    """Run the cells of a notebook in small; return the names they leave, and the images they show."""
    monkeypatch.setenv("SMOKE_TEST", "1")
    monkeypatch.chdir(NOTEBOOKS)
    make, names = notebook_tool(), dict[str, Any]()
    script = (NOTEBOOKS / f"{name}.py").read_text(encoding="utf-8")
    shown = [make.run_cell(text, names) for kind, text in make.cells_of(script) if kind == "code"]
    return names, [one["data"] for cell in shown for one in cell if "image/png" in one["data"]]
