"""`Mixture`: sums and products of kernels of different columns, in learned shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from gpytorch.constraints import Interval
from gpytorch.kernels import Kernel
from gpytorch.priors import NormalPrior
from linear_operator import to_dense
from torch import Tensor
from torch.nn import Parameter

from hebo.errors import ConfigError
from mcbo.kernels.correlation import Correlation, FeatureCorrelation

SPREAD = 1.0
"""Standard deviation of the prior of a log-odds: a share of 1/2 lies in `[0.27, 0.73]` with odds 2 to 1."""


class Mixture(Correlation):
    """`k = (1 - l) (w a + (1 - w) b) + l a b` of two kernels `a` and `b` that are 1 on their diagonals.

    The sum holds effects that the two groups of columns have by themselves, the product those that they
    have together (Ru et al., 2020, 1906.08878, where `w = 1/2` and `l` is set by hand or learned).
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
        return self.blend(to_dense(self.first(x1, x2)), to_dense(self.second(x1, x2)))

    def blend(self, a: Tensor, b: Tensor) -> Tensor:
        """Return `k` for correlations `a` and `b` of the same pairs of points."""
        both, w = self.interaction, self.share
        k: Tensor = (1 - both) * (w * a + (1 - w) * b) + both * a * b
        return k


class FeatureMixture(Mixture, FeatureCorrelation):
    """A mixture of two kernels that compare features: its own are those of both.

    Args:
        first: See `Mixture`; a part of its features is computed by each, as is that of `second`.
        second: See `Mixture`.
        share: See `Mixture`.
        n_first: Number of features of `first`.
    """

    def __init__(
        self, first: FeatureCorrelation, second: FeatureCorrelation, *, share: float, n_first: int
    ) -> None:
        super().__init__(first, second, share=share)
        self.n_first = n_first

    def encode(self, x: Tensor) -> Tensor:
        """Return the features of both kernels; see `FeatureCorrelation`."""
        return torch.cat([self.first.encode_points(x), self.second.encode_points(x)], -1)

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        n = self.n_first
        first = self.first.compare(a[..., :n], b[..., :n])
        return self.blend(first, self.second.compare(a[..., n:], b[..., n:]))


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
        mixed = Mixture(mixed, kernel, share=i / (i + 1))
    return mixed


def _raw(kernel: Kernel, *, name: str) -> Any:
    return getattr(kernel, f"raw_{name}")


def _set_raw(kernel: Kernel, value: Tensor, *, name: str) -> None:
    kernel.initialize(**{f"raw_{name}": value})
