"""Combinatorial and mixed-variable Bayesian optimization on top of `hebo`.

Nothing heavy is imported until it is used: `mcbo.build` loads torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcbo.compose import build

__all__ = ["build"]


def __getattr__(name: str) -> Any:
    """Load `build` at its first use."""
    if name == "build":
        from mcbo.compose import build

        return build
    raise AttributeError(f"module 'mcbo' has no attribute '{name}'")
