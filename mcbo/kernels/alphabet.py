"""String columns: nominal columns that share one alphabet."""

from __future__ import annotations

from collections.abc import Sequence

from hebo.design_space.column_kinds import categories_of, parameter_name
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.sequence import Sequence as Text
from hebo.errors import IncompatibleError


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


def doubts_of_order(space: DesignSpace, columns: Sequence[int], kernel: str) -> tuple[str, ...]:
    """Say where columns are hardly a string: switches, and choices among different things.

    A string kernel takes columns for places in a row, and what is in one for the same as in another. Letters
    of a `sequence` and several `cat` parameters with the same categories may be that.

    Args:
        space: Of the columns.
        columns: Nominal ones; a single one is no string and in no order.
        kernel: Its name.
    """
    first, *others = columns
    is_string = all(_alphabet(space, one) == _alphabet(space, first) for one in others)
    if not others or (is_string and not all(_is_switch(space, one) for one in columns)):
        return ()
    names = list(dict.fromkeys(parameter_name(space, column) for column in columns))
    return (
        f"{kernel} reads {_range_of(names)} as the letters of a string, but they are "
        f"{'switches' if is_string else 'choices among different things'} in no order: {_REMEDY}",
    )


_REMEDY = (
    "`casmopolitan`, `mcbo.build(space)` or a MixedGP with TransformedOverlap fits them. If the order says "
    "something, declare a `sequence`."
)


def _is_switch(space: DesignSpace, column: int) -> bool:
    """Say whether a column is a boolean or a number with two values; letters never are."""
    if isinstance(space.parameters[parameter_name(space, column)], Text):
        return False
    is_number = column not in space.categorical_dims
    return is_number or set(categories_of(space, column)) == {False, True}  # 0 and 1 are equal to them


def _range_of(names: Sequence[str]) -> str:
    return f"'{names[0]}'" if len(names) == 1 else f"'{names[0]}' to '{names[-1]}'"


def _alphabet(space: DesignSpace, column: int) -> list[tuple[type, object]]:
    """Return type and value of the categories: 1, 1.0 and True are different ones."""
    return [(type(value), value) for value in categories_of(space, column)]


def _shown(space: DesignSpace, column: int) -> str:
    values = categories_of(space, column)
    return f"[{', '.join(map(repr, values[:8]))}{', ...' if len(values) > 8 else ''}]"
