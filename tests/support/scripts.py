"""Importing the scripts beside the configs, which are in no package."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "configs" / "benchmarks"


@contextmanager
def modules_of(
    folder: str, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """Give name -> module of a folder in `configs/benchmarks`, and forget them at the end."""
    monkeypatch.syspath_prepend(str(BENCHMARKS / folder))
    yield {name: import_module(name) for name in names}
    for name in names:
        sys.modules.pop(name)


def module_at(path: Path) -> ModuleType:
    """Run a script as a module of its own, and return it."""
    spec = importlib.util.spec_from_file_location(f"{path.stem}_script", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for the names in their annotations
    spec.loader.exec_module(module)
    return module
