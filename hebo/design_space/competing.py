"""Eligible incumbents: points that keep the input constraints, at the target fidelity, in a context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.plain_values import object_column
from hebo.errors import DataError, did_you_mean


def competing(space: DesignSpace, x: Tensor, *, context: Mapping[str, Any] | None = None) -> Tensor:
    """Say which points may be the best of an optimization, whatever their values.

    Values at a cheaper fidelity, in another context, or of points that break an input constraint cannot be
    compared with those that are looked for.

    Args:
        space: With roles and input constraints.
        x: `n x d` encoded points.
        context: Natural values of context parameters; those that are left out may have any value.

    Returns:
        `n` bool.

    Raises:
        DataError: If a name is none of a context parameter, or a value none of its parameter.
    """
    check_contexts(space, context or {})
    keeps = space.constraints.satisfied(x, rounded=True)
    for name, value in {**space.targets, **(context or {})}.items():
        keeps = keeps & has_value(space, x, name, value)
    return keeps


def context_names(space: DesignSpace) -> list[str]:
    """Return the names of the context parameters."""
    return [name for name, role in space.roles.items() if role == "context"]


def check_contexts(space: DesignSpace, names: Iterable[str]) -> None:
    """Refuse names of something else than a context parameter.

    Raises:
        DataError: With the name.
    """
    contexts = context_names(space)
    for name in names:
        if name not in contexts:
            known = did_you_mean(name, contexts) if contexts else " The space has none."
            raise DataError(f"'{name}' is not a context parameter.{known}")


def has_value(space: DesignSpace, x: Tensor, name: str, value: Any) -> Tensor:
    """Say for which points (`n x d`) a parameter has a natural value, float noise forgiven; `n` bool."""
    span = space.columns[name]
    wanted = space.parameters[name].encode(object_column([value]))
    same: Tensor = ((x[:, span] - wanted).abs() <= space.layout.slack[span]).all(1)
    return same


def same_context(space: DesignSpace, x: Tensor, point: Tensor) -> Tensor:
    """Say which points (`n x d`) have the context of `point` (`d`), `n` bool; all do without a context."""
    spans = [space.columns[name] for name in context_names(space)]
    columns = [column for span in spans for column in range(span.start, span.stop)]
    same: Tensor = ((x[:, columns] - point[columns]).abs() <= space.layout.slack[columns]).all(1)
    return same
