"""Short forms of a design space, as `hebo.minimize` takes them.

| value | parameter |
|---|---|
| `(1.0, 9.0)` | real number in these bounds |
| `(1, 9)` | whole number |
| `(1e-5, 1e-1, "log")`, `(1, 1024, "log")` | the same on a logarithmic scale |
| `(0.0, 1.0, 0.25)`, `(0, 64, 8)` | steps of the last number from the lower bound |
| `["adam", "sgd"]` | one of the values, without an order |
| `bool` | False or True |
| `{"type": ...}` | any parameter, as `DesignSpace.parse` takes it |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

from hebo.design_space.design_space import DesignSpace
from hebo.errors import SpaceError

Short = DesignSpace | Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""A space, parameter -> short form, or the list that `DesignSpace.parse` takes."""

_FORMS = "(low, high), (low, high, 'log'), (low, high, step), [values], bool, or {'type': ...}"


def space_of(stated: Short, constraints: Sequence[Mapping[str, Any]] = ()) -> DesignSpace:
    """Return the design space of a short form.

    Args:
        stated: The parameters.
        constraints: Input constraints, as `DesignSpace.parse` takes them.

    Raises:
        SpaceError: If a parameter cannot be read; names it and what works.
    """
    if isinstance(stated, DesignSpace):
        if constraints:
            raise SpaceError("the design space has input constraints of its own; give them to `parse`")
        return stated
    if isinstance(stated, Mapping):
        definitions: Any = [_definition(name, one) for name, one in stated.items()]
    else:
        definitions = stated
    return DesignSpace().parse(definitions, constraints=list(constraints))


def _definition(name: Any, form: Any) -> dict[str, Any]:
    if not isinstance(name, str) or not name:
        raise SpaceError(f"{name!r} is no name of a parameter; use a text.")
    if isinstance(form, Mapping):
        return {"name": name, **form}
    if form is bool:
        return {"name": name, "type": "bool"}
    if isinstance(form, tuple):
        return {"name": name, **_range(name, form)}
    if isinstance(form, list):
        return {"name": name, "type": "cat", "categories": form}
    raise SpaceError(f"Parameter '{name}': {form!r} is no range and no list; write {_FORMS}.")


def _range(name: str, form: tuple[Any, ...]) -> dict[str, Any]:
    low, high, *rest = form if len(form) in (2, 3) else (None, None)
    if not (_is_number(low) and _is_number(high)):
        hint = f"a list, {list(form)!r}, for a choice of values" if form else "(low, high)"
        raise SpaceError(f"Parameter '{name}': {form!r} is no range; write {_FORMS}: {hint}.")
    is_whole = isinstance(low, Integral) and isinstance(high, Integral)
    bounds: dict[str, Any] = {"type": "int" if is_whole else "num", "lb": low, "ub": high}
    if not rest:
        return bounds
    if rest[0] == "log":
        return {**bounds, "type": "pow_int" if is_whole else "pow"}
    if not _is_number(rest[0]):
        raise SpaceError(f"Parameter '{name}': {rest[0]!r} is no scale; write 'log', or the size of a step.")
    if is_whole and isinstance(rest[0], Integral):
        return {**bounds, "type": "step_int", "step": rest[0]}
    return {**bounds, "type": "num", "step": rest[0]}


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
