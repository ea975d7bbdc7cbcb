"""Input constraints: linear ones by coefficients, any other by the name of a registered function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from hebo.design_space.parameters.layout import Layout
from hebo.design_space.rules.conditions import Conditions
from hebo.design_space.rules.linear import LinearConstraint, LinearSystem
from hebo.design_space.values.labels import align_rows
from hebo.errors import DataError, SpaceError, did_you_mean

Rule = Callable[[pd.DataFrame], Any]
"""Takes `n` points in natural units, returns `n` booleans: which of them are feasible."""

_rules: dict[str, Rule] = {}


def register_constraint(name: str, rule: Rule) -> None:
    """Make a function available to `{"type": "function", "name": name}`; again replaces it.

    Spaces travel to other processes by definition, so register where those processes import it, too.

    Args:
        name: A name of one's own; definitions never hold code or dotted paths.
        rule: Takes a frame of `n` points, returns `n` booleans. It must depend on the frame alone.

    Raises:
        SpaceError: If the name is not a non-empty string, or the rule is not callable.
    """
    if not isinstance(name, str) or not name:
        raise SpaceError(f"Constraint name {name!r}: give a non-empty string.")
    if not callable(rule):
        raise SpaceError(f"Constraint '{name}': {rule!r} is not a function from a frame to booleans.")
    _rules[name] = rule


@dataclass(frozen=True)
class FunctionConstraint:
    """A rule that was registered under a name."""

    name: str

    def __post_init__(self) -> None:
        """Check that the name is registered."""
        if self.name not in _rules:
            raise SpaceError(
                f"Constraint {self.name!r} is not registered; call register_constraint(name, function) first."
                + did_you_mean(self.name, _rules)
            )

    def __str__(self) -> str:
        """Return the name."""
        return f"'{self.name}'"

    def satisfied(self, frame: pd.DataFrame) -> Tensor:
        """Apply the rule to `n` points.

        Raises:
            SpaceError: If it does not return `n` booleans, or a Series with other labels than the frame.
        """
        index = frame.index
        answer = _rules[self.name](frame)
        try:
            answer = np.asarray(align_rows(answer, index, "its answer"))
        except DataError as error:
            raise SpaceError(f"Constraint {self}: {error}.") from error
        if answer.shape != (len(frame),) or answer.dtype.kind != "b":
            raise SpaceError(
                f"Constraint {self} returned {answer.dtype} of shape {answer.shape} for {len(frame)} points; "
                "return one boolean per row."
            )
        return torch.from_numpy(answer.copy())

    def definition(self) -> dict[str, Any]:
        """Return the keys that build this constraint again."""
        return {"type": "function", "name": self.name}


Constraint = LinearConstraint | FunctionConstraint

_KEYS: dict[str, tuple[type[Constraint], tuple[str, ...], tuple[str, ...]]] = {
    "linear": (LinearConstraint, ("coefficients",), ("lb", "ub")),
    "function": (FunctionConstraint, ("name",), ()),
}


def read_constraint(definition: object) -> Constraint:
    """Build a constraint from its definition.

    Raises:
        SpaceError: For an unknown type, unknown or missing keys, and unusable values.
    """
    if not isinstance(definition, Mapping):
        raise SpaceError(f"Constraint {definition!r} is not a mapping; write {{type: linear, ...}}.")
    kind = definition.get("type")
    if not isinstance(kind, str) or kind not in _KEYS:
        raise SpaceError(f"Constraint {dict(definition)}: unknown type {kind!r}.{did_you_mean(kind, _KEYS)}")
    cls, required, optional = _KEYS[kind]
    keys = {key: value for key, value in definition.items() if key != "type"}
    for key in keys:
        if key not in required + optional:
            known = did_you_mean(key, required + optional)
            raise SpaceError(f"Constraint of type '{kind}': unknown key {key!r}.{known}")
    for key in required:
        if key not in keys:
            raise SpaceError(f"Constraint of type '{kind}': missing key '{key}'; add it to the definition.")
    return cls(**keys)


class ConstraintSet:
    """The constraints of a space, applied to points that are projected onto its parameters."""

    def __init__(
        self,
        layout: Layout,
        conditions: Conditions,
        constraints: Sequence[Constraint],
        *,
        decode: Callable[[Tensor], pd.DataFrame],
    ) -> None:
        self.all = list(constraints)
        self.linear = LinearSystem(
            layout, conditions, [one for one in constraints if isinstance(one, LinearConstraint)]
        )
        self._functions = [one for one in constraints if isinstance(one, FunctionConstraint)]
        self._decode = decode

    def __len__(self) -> int:
        """Return the number of constraints."""
        return len(self.all)

    def checks(self, x: Tensor) -> list[tuple[Constraint, Tensor]]:
        """Return each constraint with the rows of `x` (`n x d`) that satisfy it, as `n` booleans."""
        inside = self.linear.inside(x)
        result: list[tuple[Constraint, Tensor]] = list(
            zip(self.linear.constraints, inside.unbind(1), strict=True)
        )
        if self._functions and len(x):
            frame = self._decode(x)
            result += [(one, one.satisfied(frame.copy())) for one in self._functions]
        return result

    def satisfied(self, x: Tensor, *, rounded: bool = False) -> Tensor:
        """Say for each row of `x` (`n x d`) whether it satisfies all constraints.

        Functions are asked about the rows only that satisfy the linear constraints.

        Args:
            x: Projected points.
            rounded: Whether values may have been rounded by people, files or single precision, which moves a
                sum on its limit by a millionth of its range.
        """
        result = self.linear.inside(x, rounded=rounded).all(1)
        if self._functions and result.any():
            frame = self._decode(x[result])
            inside = [one.satisfied(frame.copy()) for one in self._functions]
            result[result.clone()] = torch.stack(inside).all(0)
        return result
