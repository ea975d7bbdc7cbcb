"""Conditions: parameters that exist only while others have given values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from hebo.design_space.layout import Layout
from hebo.design_space.scalar import Scalar
from hebo.design_space.values import object_column, plain
from hebo.errors import DataError, SpaceError, did_you_mean

ActiveIf = Mapping[str, Sequence[Any]]
"""Parent -> the values of it that keep the parameter active; several parents must all agree."""


class Conditions:
    """Which conditional parameters are active in which rows.

    A parameter is active while each of its parents is itself active and has one of the given values.

    Attributes:
        codes: Child -> parent -> the encoded values of the parent that keep the child active.
        order: The conditional parameters, parents before children.

    Raises:
        SpaceError: For unknown parents, values they cannot have, parents without discrete values, cycles.
    """

    def __init__(self, layout: Layout, active_if: Mapping[str, ActiveIf]) -> None:
        self._layout = layout
        self.codes = {
            child: {parent: self._encode(child, parent, values) for parent, values in parents.items()}
            for child, parents in active_if.items()
        }
        self.order = _sort(self.codes)

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
        mask = torch.ones(len(x), dtype=torch.bool)
        for parent, codes in self.codes[child].items():
            mask &= matches(x[:, self._layout.columns[parent].start], codes)
            mask &= masks.get(parent, mask)
        return mask

    def settle(self, x: Tensor) -> Tensor:
        """Return `x` with the canonical values in the columns of inactive parameters."""
        if not self.order:
            return x
        result = x.clone()
        for child, mask in self.active(x).items():
            span = self._layout.columns[child]
            result[:, span] = torch.where(mask.unsqueeze(1), x[:, span], self._layout.canonical[span])
        return result


def matches(column: Tensor, codes: Tensor) -> Tensor:
    """Say for each entry of `column` (`n`) whether it is one of `codes`, up to the last bits."""
    distance = (column.unsqueeze(1) - codes).abs()
    return (distance <= 1e-14 * (1.0 + codes.abs())).any(1)


def read_active_if(name: str, value: object) -> ActiveIf:
    """Check the form of a condition.

    Raises:
        SpaceError: If it is not a non-empty mapping.
    """
    if not isinstance(value, Mapping) or not value:
        raise SpaceError(f"Parameter '{name}': active_if = {value!r}; write {{parent: [values, ...]}}.")
    return {
        parent: [plain(one) for one in values] if isinstance(values, (list, tuple)) else values
        for parent, values in value.items()
    }


def _sort(codes: Mapping[str, Mapping[str, Tensor]]) -> list[str]:
    """Return the children, parents first.

    Raises:
        SpaceError: If a parameter is its own ancestor.
    """
    order: list[str] = []
    waiting = list(codes)
    while waiting:
        ready = [child for child in waiting if not any(parent in waiting for parent in codes[child])]
        if not ready:
            raise SpaceError(f"Parameters {waiting}: active_if goes round in a circle; remove one condition.")
        order += ready
        waiting = [child for child in waiting if child not in ready]
    return order
