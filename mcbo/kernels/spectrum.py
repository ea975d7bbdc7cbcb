"""Spectrum kernel: strings are alike in which the same letters stand side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from gpytorch.kernels import Kernel
from pydantic import Field
from torch import Generator, Tensor

from hebo.design_space.column_kinds import ColumnKind, n_levels
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import FeatureCorrelation, Lengthscaled, log_normal, squared_exponential
from hebo.kernels.one_hot import OneHot
from mcbo.kernels.alphabet import check_one_alphabet, doubts_of_order

MAX_WORDS = 20_000
"""Most words that are listed one by one."""


class Spectrum(KernelRecipe):
    """`k(s, t) = exp(-|w(s) - w(t)|^2 / (2 l^2))`, where `w(s)` says which words the string `s` contains.

    A word is a run of `order` letters without gaps: the binary features of the spectrum kernel (Leslie, Eskin
    and Noble, 2002, section 2). Where a word stands does not matter. Rules of what may follow what are
    functions of these features: 60 to 130 strings of an Ehrlich function, which forbids some pairs of
    letters, teach this kernel which mutants of the best one will fail (area under the ROC curve 0.999), and a
    kernel of places hardly anything (0.60); see `configs/benchmarks/ehrlich_failures.py`.

    Attributes:
        order: Letters of a word; a string of fewer letters is one word.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal"})

    order: int = Field(default=2, ge=1)

    def check(self, space: DesignSpace, columns: Sequence[int]) -> None:
        """Refuse other kinds, columns of different categories, and more words than can be listed.

        Raises:
            IncompatibleError: With the parameters that differ, or the number of words.
        """
        super().check(space, columns)
        check_one_alphabet(space, columns, type(self).__name__)
        order = min(self.order, len(columns))
        n_words = n_levels(space, columns[0]) ** order
        if n_words > MAX_WORDS:
            raise IncompatibleError(
                f"Spectrum would list {n_words} words of {order} letters, more than {MAX_WORDS}; "
                "lower its order"
            )

    def doubts(self, space: DesignSpace, columns: Sequence[int]) -> tuple[str, ...]:
        """Doubt that columns without an order are a string; see `mcbo.kernels.alphabet`."""
        return doubts_of_order(space, columns, type(self).__name__)

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        return SpectrumKernel(space, columns, min(self.order, len(columns)))


class SpectrumKernel(FeatureCorrelation, Lengthscaled):
    """The kernel of `Spectrum`.

    Two random strings of `d` letters differ in at most `2 d` words. At the mode of its prior, `sqrt(d)`, the
    lengthscale leaves them a correlation of `exp(-1)` at least.

    Args:
        space: Gives the categories.
        columns: `d` nominal ones.
        order: Letters of a word, at most `d`.
    """

    def __init__(self, space: DesignSpace, columns: Sequence[int], order: int) -> None:
        super().__init__(columns, 1, log_normal(mode=math.sqrt(len(columns)), spread=1.0))
        self.one_hot = OneHot(space, columns)
        self.n_letters, self.order = n_levels(space, columns[0]), order

    def encode(self, x: Tensor) -> Tensor:
        """Return 1 for each word that a string contains, else 0; see `FeatureCorrelation`."""
        codes = self.one_hot.codes(x).long()
        n_places = codes.shape[-1] - self.order + 1
        words = codes.new_zeros(*codes.shape[:-1], n_places)
        for place in range(self.order):
            words = words * self.n_letters + codes[..., place : place + n_places]
        return x.new_zeros(*x.shape[:-1], self.n_letters**self.order).scatter(-1, words, 1.0)

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        return squared_exponential(a, b, self.lengthscale)
