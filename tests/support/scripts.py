"""Importing the scripts beside the configs, which are in no package."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
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
