"""Optimisers: what is asked for points and told their values."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Import `hebo.optimizers.hebo` at its first use by dotted name."""
    if name == "hebo":
        return import_module("hebo.optimizers.hebo")
    raise AttributeError(f"module 'hebo.optimizers' has no attribute '{name}'")
