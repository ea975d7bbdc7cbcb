"""Acquisitions: recipes that turn a fitted model into a function to maximize."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Import `hebo.acquisitions.acq`, a module of the original package, at its first use by dotted name."""
    if name == "acq":
        return import_module("hebo.acquisitions.acq")
    raise AttributeError(f"module 'hebo.acquisitions' has no attribute '{name}'")
