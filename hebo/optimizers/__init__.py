"""Optimizers: what is asked for points and told their values.

Modules that the original package has are loaded at their first use by dotted name.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

_ORIGINAL = frozenset(
    {
        "abstract_optimizer",
        "bo",
        "cmaes",
        "evolution",
        "general",
        "hebo",
        "hebo_contextual",
        "hebo_embedding",
        "noisy_opt",
        "nomr",
        "util",
    }
)


def __getattr__(name: str) -> ModuleType:
    """Import `hebo.optimizers.hebo`, or another module of the original package."""
    if name in _ORIGINAL:
        return import_module(f"hebo.optimizers.{name}")
    raise AttributeError(f"module 'hebo.optimizers' has no attribute '{name}'")
