"""The design space: parameters, their encoding, constraints and sampling.

The spaces, and the functions that register types and constraints, are loaded at their first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hebo.design_space.design_space import DesignSpace
    from hebo.design_space.parameters.types import register_parameter_type
    from hebo.design_space.rules.constraints import register_constraint
    from hebo.design_space.tables.table_space import TableSpace

_HOMES = {
    "DesignSpace": "hebo.design_space.design_space",
    "TableSpace": "hebo.design_space.tables.table_space",
    "register_constraint": "hebo.design_space.rules.constraints",
    "register_parameter_type": "hebo.design_space.parameters.types",
}

# Modules that the original package has, loaded by dotted name.
_MODULES = frozenset(
    {
        "bool_param",
        "categorical_param",
        "design_space",
        "int_exponent_param",
        "integer_param",
        "numeric_param",
        "param",
        "pow_integer_param",
        "pow_param",
        "step_int",
    }
)

__all__ = ["DesignSpace", "TableSpace", "register_constraint", "register_parameter_type"]


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name in _MODULES:
        return import_module(f"hebo.design_space.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'hebo.design_space' has no attribute '{name}'")
