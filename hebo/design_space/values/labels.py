"""Labels of pandas objects: values belong to the rows and columns that their labels name.

Where two objects carry the same labels in another order, one is put into the order of the other. Labels that
differ are refused: by position the values would go to the wrong points without a word. Arrays, lists and
tensors have no labels and stay as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any

import pandas as pd

from hebo.errors import DataError

Names = tuple[str, ...] | None
"""Names of columns; None where none were given."""

_SHOWN = 3
"""How many labels a message lists."""


def align_rows(
    values: Any, index: pd.Index, what: str, *, to: str = "the points", remedy: str | None = None
) -> Any:
    """Return `values` with its rows in the order of `index`; anything without an index as it is.

    An object of another length is returned as it is: its length is a mistake with a message of its own.

    Args:
        values: A Series or DataFrame, or anything without labels.
        index: Of the points that the values belong to.
        what: Names the values in messages.
        to: Names the points in messages.
        remedy: What to do about labels that differ; None says how to match by position.

    Raises:
        DataError: If the labels differ, or are repeated and in another order.
    """
    if not isinstance(values, pd.Series | pd.DataFrame) or len(values) != len(index):
        return values
    remedy = remedy or f"give {what} the index of {to}, or pass `{what}.to_numpy()` to match by position"
    order = _order(values.index, index, f"the index of {what}", to, remedy)
    return values if order is None else values.iloc[order]


def align_columns(values: Any, names: Names, what: str) -> tuple[Any, Names]:
    """Return a table with its columns in the order of earlier names, and the names that hold from now on.

    The columns `0, 1, ...` that pandas gives a table without names count as none.

    Args:
        values: A DataFrame, or anything without names of columns.
        names: Of the columns of earlier tables; None while there was none.
        what: Names the table in messages.

    Raises:
        DataError: If a name appears twice, or the names are not those of before.
    """
    if not isinstance(values, pd.DataFrame) or values.columns.equals(pd.RangeIndex(values.shape[1])):
        return values, names
    found = [str(name) for name in values.columns]
    for name in found:
        if found.count(name) > 1:
            raise DataError(f"{what} has the column '{name}' twice; keep one of them")
    if names is None or len(names) != len(found):
        return values, names or tuple(found)
    remedy = f"rename the columns, or pass `{what}.to_numpy()` to match by position"
    order = _order(pd.Index(found), pd.Index(names), f"the header of {what}", "earlier tables", remedy)
    return values if order is None else values.iloc[:, order], names


def _order(labels: pd.Index, wanted: pd.Index, what: str, to: str, remedy: str) -> list[int] | None:
    """Return where each wanted label stands, None where all are in place."""
    if labels.equals(wanted) or labels.tolist() == wanted.tolist():
        return None
    here, there = Counter(labels), Counter(wanted)
    if here != there:
        raise DataError(f"{what} has {_shown(here - there)} where {to} have {_shown(there - here)}; {remedy}")
    if not labels.is_unique:
        twice = labels[labels.duplicated()].tolist()[0]
        raise DataError(
            f"{what} is in another order than {to}, and the label {twice!r} is repeated, so that the rows "
            f"cannot be told apart; {remedy}"
        )
    return [int(place) for place in labels.get_indexer(wanted)]


def _shown(labels: Counter[Hashable]) -> str:
    listed = list(labels.elements())
    return ", ".join(map(repr, listed[:_SHOWN])) + (", ..." if len(listed) > _SHOWN else "")
