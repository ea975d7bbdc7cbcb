"""Bayesmark's description of a search space as a `DesignSpace`.

An entry is `{"type": ..., "space": ..., "range": (low, high)}` or `{"type": ..., "values": [...]}`:

| Bayesmark | linear | log | logit | bilog | values |
|---|---|---|---|---|---|
| real | `num` | `num`, log | `sigmoid` | `bilog` | `ordinal` |
| int | `int` | `int`, log | refused | `bilog_int` | `ordinal` |
| bool | `bool` | | | | |
| cat, ordinal | | | | | `cat` |

Listed numbers keep their order, not their distances. Bayesmark treats its own `ordinal` as `cat`, and so
does this module. The two `bilog` types are registered on import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.bounded import Bounded
from hebo.design_space.parameters.grid import Grid
from hebo.design_space.parameters.integer import Integral
from hebo.design_space.parameters.scale import Scale
from hebo.design_space.parameters.types import register_parameter_type
from hebo.errors import SpaceError, did_you_mean

_KEYS = ("type", "space", "range", "values")
_NUMBERS: dict[str, Callable[[Any], Any]] = {"real": float, "int": int}
_LABELS = ("cat", "ordinal")
_SCALES: dict[str, dict[str, dict[str, Any]]] = {
    "real": {
        "linear": {"type": "num"},
        "log": {"type": "num", "log": True},
        "logit": {"type": "sigmoid"},
        "bilog": {"type": "bilog"},
    },
    "int": {
        "linear": {"type": "int"},
        "log": {"type": "int", "log": True},
        "bilog": {"type": "bilog_int"},
    },
}


@dataclass(frozen=True)
class Bilog(Scale):
    """`x = sign(value) log(1 + |value|)`: a logarithm on both sides of zero, and smooth there."""

    def forward(self, value: Tensor) -> Tensor:
        """Return the signed logarithm of `value`."""
        return value.sign() * value.abs().log1p()

    def inverse(self, x: Tensor) -> Tensor:
        """Return the value whose signed logarithm is `x`."""
        return x.sign() * x.abs().expm1()


@dataclass(frozen=True, kw_only=True, eq=False)
class BilogReal(Bounded):
    """`bilog`: a real number of either sign that spans orders of magnitude."""

    @property
    def scale(self) -> Scale:
        """Signed logarithm."""
        return Bilog()


@dataclass(frozen=True, kw_only=True, eq=False)
class BilogInt(Integral):
    """`bilog_int`: every integer from `lb` to `ub`, encoded as its signed logarithm."""

    @property
    def scale(self) -> Scale:
        """Signed logarithm."""
        return Bilog()

    @cached_property
    def grid(self) -> Grid:
        """The integers."""
        return Grid.of(self.lb, 1, int(self.ub - self.lb) + 1, scale=self.scale)


register_parameter_type("bilog", BilogReal)
register_parameter_type("bilog_int", BilogInt)


def space_from_api_config(api_config: Mapping[str, Mapping[str, Any]]) -> DesignSpace:
    """Translate Bayesmark's `api_config`; parameters are sorted by name, as Bayesmark sorts them.

    Raises:
        SpaceError: If an entry has an unknown key, type or space, or bounds that make no sense.
    """
    if not api_config:
        raise SpaceError("api_config is empty; describe at least one parameter.")
    return DesignSpace().parse([_definition(name, api_config[name]) for name in sorted(api_config)])


def _definition(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition of one parameter in the terms of the design space."""
    for key in entry:
        if key not in _KEYS:
            raise SpaceError(f"Parameter '{name}': unknown key {key!r}.{did_you_mean(key, _KEYS)}")
    kind = entry.get("type")
    if kind in _NUMBERS:
        return {"name": name, **_number(name, kind, entry)}
    if kind in _LABELS:
        _refuse(name, kind, entry, "space", "range")
        return {"name": name, "type": "cat", "categories": list(dict.fromkeys(_values(name, kind, entry)))}
    if kind == "bool":
        _refuse(name, kind, entry, "space", "range", "values")
        return {"name": name, "type": "bool"}
    raise SpaceError(
        f"Parameter '{name}': unknown type {kind!r}.{did_you_mean(kind, [*_NUMBERS, *_LABELS, 'bool'])}"
    )


def _number(name: str, kind: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return type and bounds, or the listed values, of a real or integer parameter."""
    scale, known = entry.get("space", "linear"), _SCALES[kind]
    if scale not in known:
        hint = did_you_mean(scale, known)
        raise SpaceError(f"Parameter '{name}': space {scale!r} does not go with type '{kind}'.{hint}")
    if entry.get("values") is not None:
        _refuse(name, "values", entry, "range")
        return {"type": "ordinal", "levels": _levels(name, kind, entry)}
    low, high = _range(name, entry)
    return {**known[scale], "lb": low, "ub": high}


def _levels(name: str, kind: str, entry: Mapping[str, Any]) -> list[Any]:
    """Return listed numbers in their order, without repeats, as Python numbers of the type."""
    values = _values(name, kind, entry)
    numbers = [_NUMBERS[kind](one) for one in values]
    for value, number in zip(values, numbers, strict=True):
        if value != number:
            raise SpaceError(f"Parameter '{name}': value {value!r} is not of type '{kind}'; use type 'real'.")
    return sorted(set(numbers))


def _range(name: str, entry: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the two ends of a numeric parameter."""
    ends = entry.get("range")
    if ends is None or len(ends) != 2:
        raise SpaceError(
            f"Parameter '{name}': range = {ends!r}; give a pair (low, high), or a list of values."
        )
    low, high = ends
    return low, high


def _values(name: str, kind: str, entry: Mapping[str, Any]) -> list[Any]:
    """Return the listed values of a parameter that needs them."""
    values = entry.get("values")
    if values is None or len(values) == 0:
        raise SpaceError(f"Parameter '{name}': type '{kind}' needs a list of values, got {values!r}.")
    return list(values)


def _refuse(name: str, because: str, entry: Mapping[str, Any], *keys: str) -> None:
    """Refuse keys that mean nothing beside the type or key `because`."""
    for key in keys:
        if entry.get(key) is not None:
            raise SpaceError(
                f"Parameter '{name}': {key} = {entry[key]!r} has no meaning with '{because}'; drop it."
            )
