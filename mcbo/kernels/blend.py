"""`Blend`: several correlations of the same columns at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from gpytorch.kernels import Kernel
from pydantic import Field
from torch import Generator

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from mcbo.kernels.base import KernelRecipe
from mcbo.kernels.correlation import FeatureCorrelation
from mcbo.kernels.mixture import FeatureMixture


class Blend(KernelRecipe):
    """Mixes kernels of the same nominal columns by learned sums and products; see `Mixture`.

    What a category does in its column and what it does anywhere are two things: with few observations the
    second is learned much sooner, with many the first says more. `transformed_overlap` knows the one,
    `composition`, `spectrum` and `string_subsequence` know the other.

    Attributes:
        kernels: At least two; each is given all the columns.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal"})

    kernels: list[KernelRecipe] = Field(min_length=2)

    def check(self, space: DesignSpace, columns: Sequence[int]) -> None:
        """Refuse what one of the kernels refuses; see `KernelRecipe`."""
        super().check(space, columns)
        for one in self.kernels:
            one.check(space, columns)

    def doubts(self, space: DesignSpace, columns: Sequence[int]) -> tuple[str, ...]:
        """Return the doubts of the first kernel, if there are some about each."""
        each = [one.doubts(space, columns) for one in self.kernels]
        return each[0] if all(each) else ()

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the mixture.

        Raises:
            IncompatibleError: See `KernelRecipe`; also for a kernel that compares points, not features.
        """
        kernels = [one.build(space, columns, generator=generator) for one in self.kernels]
        mixed = _featured(kernels[0])
        for place, kernel in enumerate(kernels[1:], start=1):
            n_first = mixed.encode_points(space.bounds[:1]).shape[-1]
            mixed = FeatureMixture(mixed, _featured(kernel), share=place / (place + 1), n_first=n_first)
        return mixed


def _featured(kernel: Kernel) -> FeatureCorrelation:
    if not isinstance(kernel, FeatureCorrelation):
        raise IncompatibleError(
            f"Blend cannot mix {type(kernel).__name__}; choose among transformed_overlap, overlap, "
            "letter_embedding, composition, string_subsequence, spectrum, prefix"
        )
    return kernel
