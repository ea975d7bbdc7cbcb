"""Kernels of a space: which kernel of a list takes which columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.base import KernelRecipe

_REMEDIES: dict[ColumnKind, str] = {
    "nominal": "transformed_overlap",
    "ordered": "numeric_matern",
    "continuous": "numeric_matern",
    "permutation": "mallows",
}


def shared_out(
    kernels: Sequence[KernelRecipe], space: DesignSpace, kinds: Mapping[ColumnKind, list[int]]
) -> list[tuple[KernelRecipe, list[int]]]:
    """Return each kernel that is needed with its columns.

    A kernel takes the columns of the kinds that it handles and that no kernel before it has taken.

    Args:
        kernels: In the order in which they choose.
        space: Whose columns they are.
        kinds: Kind -> columns; see `hebo.design_space.column_kinds.columns_by_kind`.

    Raises:
        IncompatibleError: If no kernel takes a column; names one that does.
    """
    left, found = dict(kinds), []
    for recipe in kernels:
        taken = sorted(column for kind in recipe.handles for column in left.pop(kind, []))
        if taken:
            found.append((recipe, taken))
    for kind, columns in left.items():
        raise IncompatibleError(
            f"no kernel of {[type(one).__name__ for one in kernels]} takes the {kind} column {columns[0]} of "
            f"{space.names}; add one that does, such as {_REMEDIES[kind]}"
        )
    return found
