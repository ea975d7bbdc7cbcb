"""Offspring of sequences: letters are put in, dropped and taken elsewhere, and ends are joined."""

from __future__ import annotations

from collections import Counter

import numpy as np
import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.base import Domain
from hebo.design_space.column_kinds import categories_of
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import draw_seed
from hebo.rows import new_rows
from mcbo.acq_optimizers.moves import RandomMoves
from mcbo.acq_optimizers.offspring import Offspring

_N_BROODS = 4
"""Times as many children as are wanted are born at most, for some repeat one another or a parent."""


class SequenceOffspring(Offspring):
    """The best of many children of the best sequences, by changes that keep what comes after in its order.

    The places are the columns of categories of which most columns have equally many: they are read as one
    string. A child is its parent prolonged, with a letter dropped, put in, taken elsewhere or replaced, or
    joined to the end of another parent (one of these each); what is too long loses its end, and what is too
    short goes on with random letters. Gaps are no letters: where a value is that of the best prefix, and the
    rest of a parent holds gaps, each child is such a prefix, changed or not, with another end. Columns that
    are no places are those of one of two parents, or changed at random.

    Attributes:
        n_children: How many are born; the fewer, the less the model decides.
        gap: The category that stands for no letter, the last one of each place; None if there is none.
    """

    n_children: int = Field(default=30, ge=1)
    gap: str | None = None

    def check(self, space: DesignSpace) -> None:
        """See `hebo.base.AcqOptimizer`."""
        columns = self._places(space)
        last = {str(categories_of(space, column)[-1]) for column in columns}
        if self.gap is not None and last != {self.gap}:
            raise IncompatibleError(
                f"SequenceOffspring has gap='{self.gap}', and the last category of a place is {min(last)!r}; "
                "name that one if it stands for no letter, or leave `gap` out"
            )

    def _children(self, parents: Tensor, domain: Domain, generator: Generator) -> Tensor:
        """Return distinct children of parents (`k x d`, best first), none of them a parent if others are."""
        family = _Family(parents, self._places(domain), domain, self.gap is not None, generator)
        born = torch.stack([family.child() for _ in range(_N_BROODS * self.n_children)])
        born = domain.project(family.with_other_columns(born))
        is_new = new_rows(born.numpy(), parents.numpy())
        return born[torch.from_numpy(is_new)][: self.n_children] if len(is_new) else born[:1]

    def _places(self, domain: Domain) -> list[int]:
        columns = places(domain)
        if len(columns) < 2 or domain.categorical_dims[columns[0]] < 2 + (self.gap is not None):
            raise IncompatibleError(
                "SequenceOffspring takes strings: two columns or more with the same categories, two letters "
                "or more; use Offspring"
            )
        return columns


def places(domain: Domain) -> list[int]:
    """Return the columns that hold letters: the most columns with one number of categories, in order."""
    counts = Counter(domain.categorical_dims.values())
    most = max(counts.values(), default=0)
    n_letters = max((letters for letters, n in counts.items() if n == most), default=0)
    return sorted(column for column, n in domain.categorical_dims.items() if n == n_letters)


class _Family:
    """Parents, the best first, and the children they have."""

    def __init__(
        self, parents: Tensor, columns: list[int], domain: Domain, has_gap: bool, generator: Generator
    ) -> None:
        self._parents, self._columns, self._domain = parents, columns, domain
        self._n_letters = domain.categorical_dims[columns[0]] - has_gap
        self._generator, self._draws = generator, np.random.default_rng(draw_seed(generator))
        codes = parents[:, columns].long().tolist()
        self._strings = [[code for code in row if code < self._n_letters] for row in codes]

    def child(self) -> Tensor:
        """Return a new string in the places of a parent, `d`."""
        mother = self._tournament()
        letters = self._changed(list(self._strings[mother]))[: len(self._columns)]
        n_missing = len(self._columns) - len(letters)
        letters += self._draws.integers(self._n_letters, size=n_missing).tolist()
        child = self._parents[mother].clone()
        child[self._columns] = torch.tensor(letters, dtype=child.dtype)
        return child

    def with_other_columns(self, born: Tensor) -> Tensor:
        """Return children whose other columns are mixed with those of a second parent, half of them moved."""
        others = [column for column in range(born.shape[1]) if column not in set(self._columns)]
        if not others:
            return born
        fathers = self._parents[[self._tournament() for _ in born]][:, others]
        is_his = torch.from_numpy(self._draws.random(fathers.shape) < 0.5)
        born[:, others] = torch.where(is_his, fathers, born[:, others])
        moves = RandomMoves(self._domain, generator=self._generator)
        moved = moves.of(self._domain.project(born), generator=self._generator)
        is_moved = torch.from_numpy(self._draws.random((len(born), 1)) < 0.5)
        born[:, others] = torch.where(is_moved, moved[:, others], born[:, others])
        return born

    def _tournament(self) -> int:
        """Return the better one of two parents."""
        return int(self._draws.integers(len(self._parents), size=2).min())

    def _changed(self, letters: list[int]) -> list[int]:
        """Return a string after one change, or as it is, to be prolonged."""
        change = int(self._draws.integers(6))
        if change == 1 and letters:
            del letters[self._place(letters)]
        elif change == 2:
            letters.insert(int(self._draws.integers(len(letters) + 1)), self._letter())
        elif change == 3 and letters:
            taken = letters.pop(self._place(letters))
            letters.insert(int(self._draws.integers(len(letters) + 1)), taken)
        elif change == 4 and letters:
            letters[self._place(letters)] = self._letter()
        elif change == 5:
            letters = self._joined(letters, self._strings[self._tournament()])
        return letters

    def _joined(self, letters: list[int], other: list[int]) -> list[int]:
        """Return the beginning of one string and the end of another, cut anywhere."""
        kept = int(self._draws.integers(len(letters) + 1))
        return letters[:kept] + other[self._place(other) :] if other else letters

    def _place(self, letters: list[int]) -> int:
        return int(self._draws.integers(len(letters)))

    def _letter(self) -> int:
        return int(self._draws.integers(self._n_letters))
