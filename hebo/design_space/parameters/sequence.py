"""`sequence`: a text of letters, such as a peptide or a strand of DNA."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.values.plain_values import is_number, object_column

_CODE_POINTS = np.dtype("<u4")
"""Letters as numbers, four bytes each."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sequence(Parameter):
    """`sequence`: a text of `length` letters of `alphabet`.

    One column per place holds the code of its letter, in `categorical_dims`; a letter's code is its place
    in the alphabet. Shorter sequences can be padded with a letter that stands for a gap, such as `-`.
    """

    alphabet: str
    length: int

    def __post_init__(self) -> None:
        """Check that there are distinct letters, and at least one place."""
        if not isinstance(self.alphabet, str) or not self.alphabet:
            raise self.problem("alphabet", self.alphabet, "is not a text of letters; write ACGT")
        if len(set(self.alphabet)) < len(self.alphabet):
            twice = next(letter for letter in self.alphabet if self.alphabet.count(letter) > 1)
            raise self.problem("alphabet", self.alphabet, f"has the letter {twice!r} twice; remove one")
        if not is_number(self.length) or int(self.length) != self.length or self.length < 1:
            raise self.problem("length", self.length, "must be an integer of at least 1")
        object.__setattr__(self, "length", int(self.length))

    @property
    def n_columns(self) -> int:
        """One column per place."""
        return self.length

    @property
    def n_categories(self) -> int:
        """Number of letters, the same at every place."""
        return len(self.alphabet)

    @cached_property
    def bounds(self) -> Tensor:
        """`2 x length`, first and last code."""
        last = torch.full((self.length,), self.n_categories - 1.0, dtype=torch.float64)
        return torch.stack([torch.zeros_like(last), last])

    @property
    def cardinality(self) -> int:
        """Number of sequences, `n_categories` to the power of `length`."""
        return int(self.n_categories**self.length)

    @property
    def canonical(self) -> Tensor:
        """The first letter at every place."""
        return torch.zeros(self.length, dtype=torch.float64)

    def project(self, x: Tensor) -> Tensor:
        """Return the nearest codes."""
        return x.round().clamp(0, self.n_categories - 1)

    def from_unit(self, u: Tensor) -> Tensor:
        """Map uniform numbers to codes, every letter alike."""
        return (u * self.n_categories).floor()

    def neighbors(self, x: Tensor, *, generator: Generator) -> Tensor:
        """Return the sequences with another letter at one place."""
        place = torch.arange(self.length).repeat_interleave(self.n_categories)
        code = torch.arange(self.n_categories, dtype=x.dtype).repeat(self.length)
        is_other = code != x[place]
        place, code = place[is_other], code[is_other]
        changed = x.repeat(len(place), 1)
        changed[torch.arange(len(place)), place] = code
        return changed

    def every(self) -> Tensor:
        """Return all sequences, `cardinality x length`."""
        codes = torch.arange(self.n_categories, dtype=torch.float64)
        return torch.cartesian_prod(*[codes] * self.length).reshape(-1, self.length)

    def encode(self, values: np.ndarray[Any, Any]) -> Tensor:
        """Encode texts; all places of all of them are looked up at once."""
        for row, value in enumerate(values):
            if not isinstance(value, str) or len(value) != self.length:
                raise self.bad_value(row, value, f"is not a text of {self.length} letters")
        points = _code_points("".join(values)).reshape(len(values), self.length)
        letters = _code_points(self.alphabet)
        order = letters.argsort()
        codes = order[np.searchsorted(letters, points, sorter=order).clip(max=len(letters) - 1)]
        unknown = np.argwhere(letters[codes] != points)
        if len(unknown):
            row, place = unknown[0].tolist()
            remedy = f"has the letter {values[row][place]!r} at place {place + 1}, not one of {self.alphabet}"
            raise self.bad_value(row, values[row], remedy)
        return torch.from_numpy(codes.astype(np.float64))

    def decode(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return texts, as an object array."""
        codes = self.project(x).long().numpy()
        letters = np.ascontiguousarray(_code_points(self.alphabet)[codes])
        return object_column(letters.view(f"<U{self.length}")[:, 0].tolist())


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), dtype=_CODE_POINTS)
