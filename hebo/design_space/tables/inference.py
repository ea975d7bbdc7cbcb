"""Type inference: definitions that leave out what a table shows (types, bounds, categories, alphabets)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hebo.design_space.values.keys import loose_key
from hebo.design_space.values.plain_values import is_missing, is_number, plain
from hebo.errors import DataError, SpaceError, did_you_mean

MAX_CATEGORIES = 100
"""More different texts than this are not taken for categories unless the declaration says so."""

_SHOWN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("num", "pow", "sigmoid", "int", "pow_int"), ("lb", "ub")),
    "cat": ("categories",),
    "sequence": ("alphabet", "length"),
}
"""Type -> the keys that a column can tell."""

Draft = str | Mapping[str, Any]
"""The name of a column, or a declaration with `name` that may lack `type` and other keys."""


def complete(drafts: Sequence[Draft], table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the declarations of parameters with what they leave out taken from a table.

    A column of truth values is `bool`, of whole numbers `int`, of other numbers `num`, and of anything else
    `cat`; one that is only partly so is refused. Numbers reach from the least to the largest of the column,
    and categories are those that occur, in order. A `sequence`, which has to be called so, has the letters
    that occur. What a declaration says stays.

    ```python
    drafts = ["temperature", {"name": "cdr3", "type": "sequence"}]
    space = TableSpace(DesignSpace().parse(complete(drafts, library)), library)
    ```

    Args:
        drafts: A name or an incomplete declaration for each parameter.
        table: A row per candidate; further columns do not matter.

    Raises:
        SpaceError: For a draft without a name, or one that the column cannot complete.
        DataError: For a column that is missing, holds nothing, or has a cell that is not like the others.
    """
    return [_completed(draft, table) for draft in drafts]


def _completed(draft: Draft, table: pd.DataFrame) -> dict[str, Any]:
    definition = {"name": draft} if not isinstance(draft, Mapping) else dict(draft)
    name = definition.get("name")
    if not isinstance(name, str):
        raise SpaceError(f"Parameter {draft!r} has no name; write the name of a column, or {{name: ..}}.")
    if name not in table.columns:
        raise DataError(f"The column '{name}' is missing; add it.{did_you_mean(name, table.columns)}")
    column = _Column(name, table[name])
    if not column.values:
        raise DataError(f"The column '{name}' is empty; fill it in.")
    if "type" not in definition:
        definition["type"] = _type_of(column, is_listed="categories" in definition)
    missing = [key for key in _SHOWN.get(str(definition["type"]), ()) if key not in definition]
    shown = _shown(column, definition) if missing else {}
    return definition | {key: shown[key] for key in missing}


class _Column:
    """The values of a column that are there, and where each stands in the words of the table's index."""

    def __init__(self, name: str, series: pd.Series[Any]) -> None:
        self.name = name
        kept = [(place, plain(value)) for place, value in series.items() if not is_missing(value)]
        self.values: list[Any] = [value for _, value in kept]
        self._places = [place for place, _ in kept]
        self._unit = series.index.name or "row"

    def say(self, row: int, what: str) -> str:
        """Return the message about the value of a row."""
        return f"{self._unit} {self._places[row]}, column '{self.name}': {self.values[row]!r} {what}"


def _type_of(column: _Column, *, is_listed: bool) -> str:
    """Return the type that a column looks like.

    Raises:
        DataError: If part of it looks like another type.
        SpaceError: If it looks like no type.
    """
    values = column.values
    if is_listed:
        return "cat"
    for is_one, kind in ((_is_truth, "truth value"), (is_number, "number")):
        if any(map(is_one, values)):
            _check_alike(column, [bool(is_one(value)) for value in values], kind)
    if all(map(_is_truth, values)):
        return "bool"
    if all(map(is_number, values)):
        return "int" if all(float(value).is_integer() for value in values) else "num"
    count = len({loose_key(value) for value in values})
    if count > MAX_CATEGORIES:
        raise SpaceError(
            f"Parameter '{column.name}': {count} different texts, such as {values[0]!r}, are too many to be "
            "taken for categories; write `type: sequence` if their letters count, `type: cat` if they "
            "are categories all the same, or leave the column out, and it is a label."
        )
    return "cat"


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def _check_alike(column: _Column, is_kind: list[bool], kind: str) -> None:
    """Refuse a column of which only part is of a kind: a slip of the pen is no reason for another type."""
    n = sum(is_kind)
    if n == len(is_kind):
        return
    is_odd_one_of_kind = 2 * n < len(is_kind)
    what = f"is {'a' if is_odd_one_of_kind else 'no'} {kind}, unlike {max(n, len(is_kind) - n)} other cells"
    row = is_kind.index(is_odd_one_of_kind)
    remedy = f"correct it, or declare the column: {{name: {column.name}, type: cat}} if all are categories."
    raise DataError(column.say(row, f"{what}; {remedy}"))


def _shown(column: _Column, definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a type that a column can tell."""
    kind = definition["type"]
    if kind == "cat":
        return {"categories": _distinct(column.values)}
    return _letters(column, definition) if kind == "sequence" else _ends(column, kind)


def _ends(column: _Column, kind: str) -> dict[str, Any]:
    for row, value in enumerate(column.values):
        if not is_number(value):
            raise SpaceError(column.say(row, f"is not a number, as `type: {kind}` needs them; correct it."))
    return {"lb": _whole(min(column.values)), "ub": _whole(max(column.values))}


def _whole(value: Any) -> Any:
    """Return a whole number as an integer, which pandas may have made a float."""
    return int(value) if float(value).is_integer() else value


def _distinct(values: list[Any]) -> list[Any]:
    """Return the different values: numbers in order, then texts in order, then others as they come."""
    distinct = list({loose_key(value): value for value in values}.values())
    numbers = [value for value in distinct if is_number(value)]
    texts = [value for value in distinct if isinstance(value, str)]
    others = [value for value in distinct if not is_number(value) and not isinstance(value, str)]
    return [*sorted(numbers), *sorted(texts), *others]


def _letters(column: _Column, definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the length of all texts of a column, and their letters in order."""
    length = definition.get("length", len(str(column.values[0])))
    for row, value in enumerate(column.values):
        if not isinstance(value, str) or len(value) != length:
            remedy = "pad shorter ones with a letter that stands for a gap, such as '-'."
            raise SpaceError(column.say(row, f"is not a text of {length} letters as others are; {remedy}"))
    return {"length": length, "alphabet": "".join(sorted(set("".join(column.values))))}
