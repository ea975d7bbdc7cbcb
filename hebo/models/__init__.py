"""Models as the original package calls them; those of this package are in `hebo.surrogates`."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Import `hebo.models.model_factory` at its first use by dotted name."""
    if name == "model_factory":
        return import_module("hebo.models.model_factory")
    raise AttributeError(f"module 'hebo.models' has no attribute '{name}'")
