"""HEBO: Bayesian optimization for numeric, mixed and combinatorial spaces.

Nothing heavy is imported until it is used: `import hebo` costs milliseconds, `hebo.HEBO` loads torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.9.0"

if TYPE_CHECKING:
    from hebo.design_space.design_space import DesignSpace
    from hebo.diagnostics.noise import diagnose
    from hebo.optimizers.hebo import HEBO

_NAMES = {
    "DesignSpace": "hebo.design_space.design_space",
    "Study": "hebo.study.study",
    "maximize": "hebo.study.calls",
    "minimize": "hebo.study.calls",
    "HEBO": "hebo.optimizers.hebo",
    "diagnose": "hebo.diagnostics.noise",
}
# Code written for the original package says `import hebo` and then `hebo.optimizers.hebo.HEBO`.
_SUBPACKAGES = frozenset({"acquisitions", "design_space", "models", "optimizers", "sklearn_tuner"})

__all__ = ["HEBO", "DesignSpace", "Study", "__version__", "diagnose", "maximize", "minimize"]


def __getattr__(name: str) -> Any:
    """Load a class, function, subpackage or module at its first use."""
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    if name in _SUBPACKAGES:
        return import_module(f"hebo.{name}")
    raise AttributeError(f"module 'hebo' has no attribute '{name}'")
