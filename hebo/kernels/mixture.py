"""Mixtures of kernels: sums and products of correlations, in learned shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import torch
from gpytorch.constraints import Interval
from gpytorch.kernels import Kernel
from gpytorch.priors import NormalPrior
from linear_operator import to_dense
from pydantic import Field
from torch import Generator, Tensor
from torch.nn import Parameter

from hebo.design_space.column_kinds import ColumnKind
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, IncompatibleError
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import Correlation, FeatureCorrelation

SPREAD = 1.0
"""Standard deviation of the prior of a log-odds: a share of 1/2 lies in `[0.27, 0.73]` with odds 2 to 1."""


class Mixture(KernelRecipe):
    """Several kernels of the same nominal columns, in learned sums and products; see `MixtureKernel`.

    What a category does in its column and what it does anywhere are two things: with few observations the
    second is learned much sooner, with many the first says more. `transformed_overlap` knows the one,
    `composition`, `spectrum` and `string_subsequence` know the other.

    Attributes:
        kernels: At least two; each is given all the columns.
    """

    example: ClassVar[dict[str, Any]] = {"kernels": ["overlap", "transformed_overlap"]}

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
            mixed = FeatureMixtureKernel(mixed, _featured(kernel), share=place / (place + 1), n_first=n_first)
        return mixed


class MixtureKernel(Correlation):
    """`k = (1 - l) (w a + (1 - w) b) + l a b` of two kernels `a` and `b` that are 1 on their diagonals.

    Of different columns, the sum holds effects that the two groups have by themselves, the product those
    that they have together (Ru et al., 2020, 1906.08878, where `w = 1/2` and `l` is set by hand or learned).
    `l` (`interaction`) and `w` (`share`) are learned, with normal priors of their log-odds.

    Args:
        first: `a`, a kernel of the whole points, as is `second`; each selects its columns itself.
        second: `b`.
        share: Mode of `w`.
    """

    def __init__(self, first: Kernel, second: Kernel, *, share: float = 0.5) -> None:
        super().__init__()
        self.first, self.second = first, second
        self._register_share("interaction", 0.5)
        self._register_share("share", share)

    def _register_share(self, name: str, mode: float) -> None:
        odds = torch.tensor(math.log(mode / (1.0 - mode)), dtype=torch.float64)
        self.register_parameter(f"raw_{name}", Parameter(odds.clone()))
        self.register_constraint(f"raw_{name}", Interval(0.0, 1.0))
        prior = NormalPrior(odds, torch.tensor(SPREAD, dtype=torch.float64))
        get, put = partial(_raw, name=name), partial(_set_raw, name=name)
        self.register_prior(f"{name}_prior", prior, get, put)

    @property
    def interaction(self) -> Tensor:
        """The weight `l` of the product."""
        raw: Tensor = self.raw_interaction
        return raw.sigmoid()

    @interaction.setter
    def interaction(self, value: float) -> None:
        self.initialize(raw_interaction=torch.tensor(value, dtype=torch.float64).logit())

    @property
    def share(self) -> Tensor:
        """The share `w` of the first kernel in the sum."""
        raw: Tensor = self.raw_share
        return raw.sigmoid()

    @share.setter
    def share(self, value: float) -> None:
        self.initialize(raw_share=torch.tensor(value, dtype=torch.float64).logit())

    def correlation(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the correlations, `... x n x m`."""
        return self.combine(to_dense(self.first(x1, x2)), to_dense(self.second(x1, x2)))

    def combine(self, a: Tensor, b: Tensor) -> Tensor:
        """Return `k` for correlations `a` and `b` of the same pairs of points."""
        both, w = self.interaction, self.share
        k: Tensor = (1 - both) * (w * a + (1 - w) * b) + both * a * b
        return k


class FeatureMixtureKernel(MixtureKernel, FeatureCorrelation):
    """A mixture of two kernels that compare features: its own are those of both.

    Args:
        first: See `MixtureKernel`; a part of its features is computed by each, as is that of `second`.
        second: See `MixtureKernel`.
        share: See `MixtureKernel`.
        n_first: Number of features of `first`.
    """

    def __init__(
        self, first: FeatureCorrelation, second: FeatureCorrelation, *, share: float, n_first: int
    ) -> None:
        super().__init__(first, second, share=share)
        self.n_first = n_first

    @property
    def is_fitted_by_features(self) -> bool:
        """Whether both kernels are; see `FeatureCorrelation`."""
        return all(one.is_fitted_by_features for one in (self.first, self.second))

    def encode(self, x: Tensor) -> Tensor:
        """Return the features of both kernels; see `FeatureCorrelation`."""
        return torch.cat([self.first.encode_points(x), self.second.encode_points(x)], -1)

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        n = self.n_first
        first = self.first.compare(a[..., :n], b[..., :n])
        return self.combine(first, self.second.compare(a[..., n:], b[..., n:]))


def mix(kernels: Sequence[Kernel]) -> Kernel:
    """Fold kernels that are 1 on their diagonals into one, `mixture(mixture(k_1, k_2), k_3)` and so on.

    A single kernel is returned as it is. The modes of the shares give each kernel the same part in the sum.

    Raises:
        ConfigError: If there is none.
    """
    if not kernels:
        raise ConfigError("A mixture needs at least one kernel; the list is empty.")
    mixed = kernels[0]
    for i, kernel in enumerate(kernels[1:], start=1):
        mixed = MixtureKernel(mixed, kernel, share=i / (i + 1))
    return mixed


def _featured(kernel: Kernel) -> FeatureCorrelation:
    if not isinstance(kernel, FeatureCorrelation):
        raise IncompatibleError(
            f"Mixture cannot mix {type(kernel).__name__}; choose among transformed_overlap, overlap, "
            "letter_embedding, composition, string_subsequence, spectrum, prefix"
        )
    return kernel


def _raw(kernel: Kernel, *, name: str) -> Any:
    return getattr(kernel, f"raw_{name}")


def _set_raw(kernel: Kernel, value: Tensor, *, name: str) -> None:
    kernel.initialize(**{f"raw_{name}": value})
