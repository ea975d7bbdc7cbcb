"""`parse_space_from_bayesmark`, as the original package reads Bayesmark's search spaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hebo.design_space.design_space import DesignSpace
from hebo.errors import SpaceError

_REAL = {"linear": "num", None: "num", "log": "pow", "logit": "pow"}


def parse_space_from_bayesmark(api_config: Mapping[str, Mapping[str, Any]]) -> DesignSpace:
    """Return the design space of an `api_config`, parameters in its order.

    As in the original, `log` and `logit` are searched on the logarithm, integers on their own scale, and
    `ordinal` is `cat`. `hebo.plugins.bayesmark_space` reads all that Bayesmark allows.

    Raises:
        SpaceError: If a type, a space or listed numbers are none that the original reads.
    """
    return DesignSpace().parse([_definition(name, entry) for name, entry in api_config.items()])


def _definition(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    kind, space = entry.get("type"), entry.get("space")
    if kind == "bool":
        return {"name": name, "type": "bool"}
    if kind in ("cat", "ordinal"):
        return {"name": name, "type": "cat", "categories": list(dict.fromkeys(entry["values"]))}
    if kind not in ("int", "real") or "range" not in entry or (kind == "real" and space not in _REAL):
        raise SpaceError(
            f"Parameter '{name}': {dict(entry)} is not read here; use "
            "hebo.plugins.bayesmark_space.space_from_api_config, which knows all of Bayesmark's spaces"
        )
    low, high = entry["range"]
    return {"name": name, "type": "int" if kind == "int" else _REAL[space], "lb": low, "ub": high}
