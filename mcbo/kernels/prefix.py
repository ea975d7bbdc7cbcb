"""Prefix kernel: sequences are alike that begin with the same letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from gpytorch.kernels import Kernel
from torch import Generator, Tensor

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import FeatureCorrelation, Lengthscaled, log_normal
from hebo.kernels.one_hot import OneHot
from mcbo.kernels.alphabet import doubts_of_order


class Prefix(KernelRecipe):
    """`k(s, t) = exp(-(1 - p / d) / l)`, where the first `p` of `d` letters of `s` and `t` are the same.

    For letters that are steps of a procedure: after the same first steps two procedures are in the same
    state, and the later they part, the less they can differ. Each further common letter adds what is never
    negative, so this is a sum of indicators of common beginnings with positive weights, a kernel.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal"})

    def doubts(self, space: DesignSpace, columns: Sequence[int]) -> tuple[str, ...]:
        """Doubt that columns without an order are a string; see `mcbo.kernels.alphabet`."""
        return doubts_of_order(space, columns, type(self).__name__)

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        return PrefixKernel(space, columns)


class PrefixKernel(FeatureCorrelation, Lengthscaled):
    """The kernel of `Prefix`.

    At the mode of its prior, 1, the lengthscale leaves strings without a common beginning a correlation of
    `exp(-1)`.

    Args:
        space: Gives the categories.
        columns: `d` nominal ones.
    """

    def __init__(self, space: DesignSpace, columns: Sequence[int]) -> None:
        super().__init__(columns, 1, log_normal(mode=1.0, spread=1.0))
        self.one_hot = OneHot(space, columns)

    def encode(self, x: Tensor) -> Tensor:
        """Return the numbers of the categories; see `FeatureCorrelation`."""
        return self.one_hot.codes(x)

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        is_common = (a.unsqueeze(-2) == b.unsqueeze(-3)).to(a).cumprod(-1)
        k: Tensor = ((is_common.mean(-1) - 1.0) / self.lengthscale).exp()
        return k
