"""Columns that read as a string: one alphabet in all of them."""

from __future__ import annotations

from collections.abc import Sequence

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from mcbo.sorts import categories_of, parameter_name


def check_one_alphabet(space: DesignSpace, columns: Sequence[int], kernel: str) -> None:
    """Refuse columns of different categories, which are no string.

    Raises:
        IncompatibleError: With the two parameters that differ; names the kernel.
    """
    first, *others = columns
    for other in others:
        if _alphabet(space, other) != _alphabet(space, first):
            one, another = (parameter_name(space, column) for column in (first, other))
            raise IncompatibleError(
                f"{kernel} reads letters of one alphabet: '{one}' has the categories "
                f"{_shown(space, first)}, '{another}' has {_shown(space, other)}; list the same ones in "
                "the same order, or use TransformedOverlap"
            )


def _alphabet(space: DesignSpace, column: int) -> list[tuple[type, object]]:
    """Return type and value of the categories: 1, 1.0 and True are different ones."""
    return [(type(value), value) for value in categories_of(space, column)]


def _shown(space: DesignSpace, column: int) -> str:
    values = categories_of(space, column)
    return f"[{', '.join(map(repr, values[:8]))}{', ...' if len(values) > 8 else ''}]"
