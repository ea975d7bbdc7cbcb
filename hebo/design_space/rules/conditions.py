"""Conditional parameters: those that exist only while others have given values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from hebo.design_space.parameters.layout import Layout
from hebo.design_space.parameters.scalar import Scalar
from hebo.design_space.values.plain_values import object_column, plain
from hebo.errors import DataError, SpaceError, did_you_mean

Alternative = Mapping[str, Sequence[Any]]
"""Parent -> the values of it that allow a parameter; several parents must all agree."""

ActiveIf = Alternative | Sequence[Alternative]
"""When a parameter is active; of several alternatives one is enough."""


class Conditions:
    """Which conditional parameters are active in which rows.

    A parameter is active while one of its alternatives holds: while each parent that the alternative names
    is itself active and has one of the given values.

    Attributes:
        codes: Child -> its alternatives: parent -> the encoded values of it that allow the child.
        order: The conditional parameters, parents before children.

    Raises:
        SpaceError: For unknown parents, values they cannot have, parents without discrete values, cycles.
    """

    def __init__(self, layout: Layout, active_if: Mapping[str, ActiveIf]) -> None:
        self._layout = layout
        self.codes = {
            child: [
                {parent: self._encode(child, parent, values) for parent, values in one.items()}
                for one in alternatives(condition)
            ]
            for child, condition in active_if.items()
        }
        self.order = _sort({child: self.parents(child) for child in self.codes})
        self._tables = {child: _Table(layout, self.codes[child]) for child in self.order}

    @property
    def all_parents(self) -> list[str]:
        """The parameters that any condition names."""
        return list(dict.fromkeys(parent for child in self.order for parent in self.parents(child)))

    def parents(self, child: str) -> list[str]:
        """Return the parameters that the condition of a parameter names, none if it has no condition."""
        return list(dict.fromkeys(parent for one in self.codes.get(child, []) for parent in one))

    def _encode(self, child: str, parent: str, values: object) -> Tensor:
        """Return the encoded values of a parent that a condition names."""
        where = f"Parameter '{child}': active_if"
        parameter = self._layout.parameters.get(parent)
        if parameter is None:
            raise SpaceError(f"{where} names {parent!r}.{did_you_mean(parent, self._layout.parameters)}")
        if not isinstance(parameter, Scalar) or parameter.grid is None:
            raise SpaceError(
                f"{where} names '{parent}', which has no discrete values; use a cat, bool or int."
            )
        if not isinstance(values, (list, tuple)) or not values:
            raise SpaceError(f"{where} of '{parent}' is {values!r}; give a non-empty list of its values.")
        try:
            codes: Tensor = torch.unique(parameter.encode(object_column(values))[:, 0])
        except DataError as error:
            raise SpaceError(f"{where} has a value that '{parent}' never takes. {error}") from error
        return codes

    def active(self, x: Tensor) -> dict[str, Tensor]:
        """Return for each conditional parameter in which rows of `x` (`n x d`, projected) it is active."""
        masks: dict[str, Tensor] = {}
        for child in self.order:
            masks[child] = self.mask(child, x, masks)
        return masks

    def mask(self, child: str, x: Tensor, masks: Mapping[str, Tensor]) -> Tensor:
        """Return in which rows of `x` one parameter is active, given the masks of its ancestors."""
        return self._tables[child].holds(x, masks)

    def settle(self, x: Tensor) -> Tensor:
        """Return `x` with the canonical values in the columns of inactive parameters."""
        if not self.order:
            return x
        result = x.clone()
        for child, mask in self.active(x).items():
            span = self._layout.columns[child]
            result[:, span] = torch.where(mask.unsqueeze(1), x[:, span], self._layout.canonical[span])
        return result


class _Table:
    """The alternatives of one condition side by side, so that all are looked at together.

    Of `a` alternatives the one with most parents has `p`, and the parent with most values `c`; shorter ones
    repeat their last entry, which changes nothing.
    """

    def __init__(self, layout: Layout, codes: Sequence[Mapping[str, Tensor]]) -> None:
        width = max(len(one) for one in codes)
        rows = [_padded(list(one.items()), width) for one in codes]
        self._columns = torch.tensor([[layout.columns[name].start for name, _ in row] for row in rows])
        length = max(len(one) for row in rows for _, one in row)
        values = [[_padded(one.tolist(), length) for _, one in row] for row in rows]
        self._codes = torch.tensor(values, dtype=torch.float64)
        self._parents = [(place, parent) for place, one in enumerate(codes) for parent in one]

    def holds(self, x: Tensor, masks: Mapping[str, Tensor]) -> Tensor:
        """Say for each row of `x` (`n x d`) whether an alternative holds, `n` booleans."""
        agree = matches(x[:, self._columns], self._codes).all(2)
        for place, parent in self._parents:
            if parent in masks:
                agree[:, place] &= masks[parent]
        return agree.any(1)


def _padded(values: list[Any], length: int) -> list[Any]:
    """Return a list with its last value repeated up to a length."""
    return values + values[-1:] * (length - len(values))


def matches(values: Tensor, codes: Tensor) -> Tensor:
    """Say for each of `values` (`...`) whether it is one of its `codes` (`... x c`), up to the last bits."""
    distance = (values.unsqueeze(-1) - codes).abs()
    return (distance <= 1e-14 * (1.0 + codes.abs())).any(-1)


def alternatives(active_if: ActiveIf) -> Sequence[Alternative]:
    """Return the alternatives of a condition, one if it is a mapping."""
    return [active_if] if isinstance(active_if, Mapping) else active_if


def read_active_if(name: str, value: object) -> ActiveIf:
    """Check the form of a condition.

    Raises:
        SpaceError: If it is neither a non-empty mapping nor a non-empty list of such.
    """
    if isinstance(value, (list, tuple)) and value:
        return [_read_alternative(name, one) for one in value]
    return _read_alternative(name, value)


def _read_alternative(name: str, value: object) -> Alternative:
    if not isinstance(value, Mapping) or not value:
        raise SpaceError(
            f"Parameter '{name}': active_if = {value!r}; write {{parent: [values, ...]}}, or a list of these "
            "of which one is enough."
        )
    return {
        parent: [plain(one) for one in values] if isinstance(values, (list, tuple)) else values
        for parent, values in value.items()
    }


def _sort(parents: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the children, parents first.

    Raises:
        SpaceError: If a parameter is its own ancestor.
    """
    order: list[str] = []
    waiting = list(parents)
    while waiting:
        ready = [child for child in waiting if not any(parent in waiting for parent in parents[child])]
        if not ready:
            raise SpaceError(f"Parameters {waiting}: active_if goes round in a circle; remove one condition.")
        order += ready
        waiting = [child for child in waiting if child not in ready]
    return order
