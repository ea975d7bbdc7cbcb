"""Overlap kernel: the weighted share of matching categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from gpytorch.kernels import Kernel
from gpytorch.priors import NormalPrior
from torch import Generator, Tensor
from torch.nn import Parameter

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import FeatureCorrelation
from hebo.kernels.one_hot import OneHot

SPREAD = 0.5
"""Standard deviation of the prior of a raw weight, so that two weights mostly differ by a factor below 2.

Wider ones made predictions from 20 to 50 observations of 20 to 60 columns overconfident.
"""


class Overlap(KernelRecipe):
    """`k(x, x') = sum_i w_i [x_i = x'_i]`, with positive weights of sum 1.

    Under it a function is a sum of independent effects of single columns. With equal weights it is the
    categorical kernel of CoCaBO (Ru et al., 2020, 1906.08878).

    Attributes:
        ard: Learn the weights; otherwise they are equal, and there is nothing to learn.
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal"})

    ard: bool = True

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        return OverlapKernel(space, columns, ard=self.ard)


class OverlapKernel(FeatureCorrelation):
    """The kernel of `Overlap`; `w = softmax(raw_weight)`, with a normal prior of each raw weight."""

    def __init__(self, space: DesignSpace, columns: Sequence[int], *, ard: bool) -> None:
        super().__init__(columns)
        self.one_hot = OneHot(space, columns)
        equal = torch.zeros(1, len(columns), dtype=torch.float64)
        if not ard:
            self.register_buffer("raw_weight", equal)
            return
        self.register_parameter("raw_weight", Parameter(equal))
        zero, spread = torch.tensor([0.0, SPREAD], dtype=torch.float64)
        self.register_prior("weight_prior", NormalPrior(zero, spread), _raw_weight, _set_raw_weight)

    @property
    def weight(self) -> Tensor:
        """The weights, `... x 1 x d`."""
        raw: Tensor = self.raw_weight
        return raw.softmax(-1)

    def encode(self, x: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        indicators: Tensor = self.one_hot(x)
        return indicators

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`; the weighted shares of matches."""
        return self.one_hot.matches(a, b, self.weight)


def _raw_weight(kernel: OverlapKernel) -> Tensor:
    raw: Tensor = kernel.raw_weight
    return raw


def _set_raw_weight(kernel: OverlapKernel, value: Tensor) -> None:
    kernel.initialize(raw_weight=value)
