"""Grids of one or two parameters: what a partial dependence is evaluated at.

Notation: `g` grid points, `n` points, `d` columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
from torch import Tensor

from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.permutation import Permutation
from hebo.design_space.parameters.sequence import Sequence as Letters
from hebo.errors import IncompatibleError
from hebo.explain.scope import Scope

Change = Callable[[Tensor], Tensor]
"""From `n x d` points to the same points with values of the grid."""


@dataclass(frozen=True)
class Place:
    """One point of a grid.

    Attributes:
        labels: Column -> what a table shows.
        change: Puts points there.
    """

    labels: dict[str, Any]
    change: Change


def grid(scope: Scope, names: Sequence[str], n: int) -> list[Place]:
    """Return the grid of one or two parameters.

    Numbers have `n` values, evenly spaced in the encoded column; parameters with no more values than that,
    and categories, have all. A sequence has each letter at each position, a permutation each item at each
    rank.

    Raises:
        IncompatibleError: If a sequence or a permutation is one of two.
    """
    for name in names:
        if len(names) > 1 and isinstance(scope.space.parameters[name], Letters | Permutation):
            kind = "sequence" if isinstance(scope.space.parameters[name], Letters) else "permutation"
            raise IncompatibleError(
                f"'{name}' is a {kind}, whose effect is one of each of its places; ask for '{name}' alone"
            )
    return list(_places(scope, names, n))


def _places(scope: Scope, names: Sequence[str], n: int) -> Iterator[Place]:
    parameter, span = scope.space.parameters[names[0]], scope.span(names[0])
    if isinstance(parameter, Letters):
        yield from _letters(parameter, span)
    elif isinstance(parameter, Permutation):
        yield from _ranks(parameter, span)
    else:
        values = [levels(scope.space.parameters[name], n) for name in names]
        for each in product(*values):
            given = dict(zip(names, each, strict=True))
            yield Place(given, scope.part(given).settle)


def levels(parameter: Parameter, n: int) -> list[Any]:
    """Return natural values of a parameter of one column: `n` evenly spaced ones, or all, if fewer."""
    count = parameter.cardinality
    if count is not None and (count <= n or parameter.n_categories is not None):
        codes = parameter.every()
    else:
        low, high = parameter.bounds.tolist()
        codes = parameter.project(torch.linspace(low[0], high[0], n, dtype=torch.float64).unsqueeze(1))
        codes = torch.unique(codes, dim=0)
    values: list[Any] = parameter.decode(codes).tolist()
    return values


def _letters(parameter: Letters, span: slice) -> Iterator[Place]:
    for position, code in product(range(parameter.length), range(len(parameter.alphabet))):
        labels = {"position": position + 1, "letter": parameter.alphabet[code]}
        yield Place(labels, _with_letter(span.start + position, code))


def _with_letter(column: int, code: int) -> Change:
    def change(x: Tensor) -> Tensor:
        changed = x.clone()
        changed[:, column] = code
        return changed

    return change


def _ranks(parameter: Permutation, span: slice) -> Iterator[Place]:
    for column, rank in product(range(parameter.n_columns), repeat=2):
        yield Place({"item": parameter.values[column], "rank": rank + 1}, _at_rank(span, column, rank))


def _at_rank(span: slice, column: int, rank: int) -> Change:
    def change(x: Tensor) -> Tensor:
        """Take the item out of each order and put it back at the rank; the others keep their order."""
        changed = x.clone()
        positions = changed[:, span].clone()
        positions[:, column] = torch.inf  # last, so that the ranks of the others are theirs alone
        others = positions.argsort(dim=1, stable=True).argsort(dim=1).to(x.dtype)
        moved = others + (others >= rank)
        moved[:, column] = rank
        changed[:, span] = moved
        return changed

    return change
