"""The tool that runs the notebooks' cells, which is a script and no part of a package."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def notebook_tool() -> ModuleType:
    """Return `notebooks/make.py` as a module."""
    specification = importlib.util.spec_from_file_location("make_notebooks", NOTEBOOKS / "make.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
