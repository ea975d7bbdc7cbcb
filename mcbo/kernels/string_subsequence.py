"""String subsequence kernel (SSK): strings are alike that have many subsequences in common."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
import torch
from gpytorch.constraints import Interval
from gpytorch.kernels import Kernel
from gpytorch.priors import NormalPrior
from pydantic import Field
from torch import Generator, Tensor
from torch.nn import Parameter

from hebo.design_space.column_kinds import ColumnKind, n_levels
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import FeatureCorrelation
from mcbo.kernels.alphabet import check_one_alphabet, doubts_of_order
from mcbo.kernels.subsequence_features import subsequence_counts, subsequence_products, unit_counts
from mcbo.kernels.subsequences import pair_sums

SPREAD = 1.0
"""Standard deviation of the prior of the logit of a decay: two thirds between 0.27 and 0.73 around 0.5."""

MAX_FEATURES = 20_000
"""Most subsequences of one order that are listed one by one."""


class StringSubsequence(KernelRecipe):
    """The string subsequence kernel of nominal columns with one alphabet, read as a string in their order.

    `k(s, t) = sum_p w_p k_p(s, t) / sqrt(k_p(s, s) k_p(t, t))` over the orders `p = 1 .. order`, where
    `k_p(s, t) = sum_u c_u(s) c_u(t)` over all strings `u` of `p` letters, and `c_u(s)` is the sum of
    `gap_decay^(places left out)` over the places, left to right, at which `s` has the letters of `u` (Lodhi
    et al., 2002; Moss et al., 2010.00979). The order weights `w_p` are `match_decay^(2p)` over their sum.
    Both decays are learned. Where a letter stands does not matter, only what comes before and after it:
    strings without a common letter have correlation 0, those of the same letters in another order share the
    first term, and random ones share much of it.

    In the papers the `k_p`, times `match_decay^(2p)`, are added before the sum is normalized. Then the share
    of an order grows with the number of its subsequences, and so with the length, the alphabet and the other
    decay; with each order normalized by itself it is the match decay alone that sets it. A string of `L`
    letters has no subsequences longer than `L`: fewer columns than `order` lower the order.

    Attributes:
        order: Most letters of a subsequence.
        match_decay: Where the fit of this decay begins, and the median of its prior, whose logit is normal
            with standard deviation 1. At 0.8 three orders have weights 0.49, 0.31 and 0.20.
        gap_decay: The same of this decay. At 0.5 each place left out halves the weight. (0.8 and 0.5 are the
            values of MCBO's kernel.)
    """

    handles: ClassVar[frozenset[ColumnKind]] = frozenset({"nominal"})

    order: int = Field(default=3, ge=1, le=5)
    match_decay: float = Field(default=0.8, gt=0.0, lt=1.0)
    gap_decay: float = Field(default=0.5, gt=0.0, lt=1.0)

    def check(self, space: DesignSpace, columns: Sequence[int]) -> None:
        """Refuse other kinds, and columns of different categories.

        Raises:
            IncompatibleError: With the two parameters that differ.
        """
        super().check(space, columns)
        check_one_alphabet(space, columns, type(self).__name__)

    def doubts(self, space: DesignSpace, columns: Sequence[int]) -> tuple[str, ...]:
        """Doubt that columns without an order are a string; see `mcbo.kernels.alphabet`."""
        return doubts_of_order(space, columns, type(self).__name__)

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        return StringSubsequenceKernel(
            space, columns, order=self.order, match_decay=self.match_decay, gap_decay=self.gap_decay
        )


class StringSubsequenceKernel(FeatureCorrelation):
    """The kernel of `StringSubsequence`, which says what the arguments mean."""

    first: Tensor
    step: Tensor

    def __init__(
        self, space: DesignSpace, columns: Sequence[int], *, order: int, match_decay: float, gap_decay: float
    ) -> None:
        super().__init__(columns)
        first, last = space.bounds[:, list(columns)]
        self.n_letters, self.order = n_levels(space, columns[0]), min(order, len(columns))
        # A column of two numbers need not hold 0 and 1.
        self.register_buffer("first", first)
        self.register_buffer("step", (last - first) / max(1, self.n_letters - 1) + (last == first))
        self._register_decay("match_decay", match_decay)
        self._register_decay("gap_decay", gap_decay)
        # For a pair of strings, one multiplication of each subsequence or a few times `L^3` of them.
        self.by_features = self.n_letters**self.order <= min(len(columns) ** 3, MAX_FEATURES)

    def _register_decay(self, name: str, start: float) -> None:
        raw = torch.tensor([math.log(start / (1.0 - start)), SPREAD], dtype=torch.float64)
        self.register_parameter(f"raw_{name}", Parameter(raw[0].clone()))
        self.register_constraint(f"raw_{name}", Interval(0.0, 1.0))
        prior = NormalPrior(raw[0], raw[1])
        self.register_prior(f"{name}_prior", prior, partial(_raw, name=name), partial(_set_raw, name=name))

    @property
    def match_decay(self) -> Tensor:
        """The match decay, a scalar."""
        raw: Tensor = self.raw_match_decay
        return raw.sigmoid()

    @property
    def gap_decay(self) -> Tensor:
        """The gap decay, a scalar."""
        raw: Tensor = self.raw_gap_decay
        return raw.sigmoid()

    @property
    def amplitudes(self) -> Tensor:
        """Square roots of the order weights."""
        powers = self.match_decay ** torch.arange(self.order, device=self.match_decay.device)
        return powers / powers.square().sum().sqrt()

    def correlation(self, x1: Tensor, x2: Tensor) -> Tensor:
        """See `Correlation`; the slopes that a fit needs are those of the products, not of features."""
        if not torch.equal(x1, x2):
            return super().correlation(x1, x2)
        return self._among(self._codes(x1))

    def encode(self, x: Tensor) -> Tensor:
        """Return the features, or where there are too many of them the letters; see `FeatureCorrelation`."""
        return self._features(self._codes(x)) if self.by_features else self._codes(x)

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        if self.by_features:
            return a @ b.mT
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        s, t = (one.expand(*batch, -1, -1).reshape(-1, *one.shape[-2:]) for one in (a, b))
        normalized = self._between(s, t) / self._norms(s).unsqueeze(-1) / self._norms(t).unsqueeze(-2)
        return self._weighted(normalized).reshape(*batch, *normalized.shape[-2:])

    def _weighted(self, products: Tensor) -> Tensor:
        """Return the sum over orders, the first axis."""
        k: Tensor = torch.tensordot(self.amplitudes.square(), products, 1)
        return k

    def _codes(self, x: Tensor) -> Tensor:
        return ((x - self.first) / self.step).round().long()

    def _features(self, codes: Tensor) -> Tensor:
        rows = codes.reshape(-1, codes.shape[-1])
        amplitudes, gap_decay = self.amplitudes, self.gap_decay
        if not (amplitudes.requires_grad or gap_decay.requires_grad):  # as in every prediction
            units = unit_counts(rows, self.n_letters, gap_decay, amplitudes)
            return units.reshape(*codes.shape[:-1], -1)
        counts = subsequence_counts(rows, self.n_letters, gap_decay, self.order)
        pairs = zip(amplitudes, counts, strict=True)
        scaled = [amplitude * one / one.norm(dim=1, keepdim=True) for amplitude, one in pairs]
        return torch.cat(scaled, 1).reshape(*codes.shape[:-1], -1)

    def _among(self, codes: Tensor) -> Tensor:
        """Return the correlations, `... x n x n`, among `... x n x L` letters."""
        if self.by_features:
            sums = subsequence_products(codes, self.n_letters, self.gap_decay, self.order)
        else:
            pairs = self._each_pair(codes.reshape(-1, *codes.shape[-2:]))
            sums = pairs.reshape(-1, *codes.shape[:-1], codes.shape[-2])
        norms = sums.diagonal(dim1=-2, dim2=-1).sqrt()
        return self._weighted(sums / norms.unsqueeze(-1) / norms.unsqueeze(-2))

    def _between(self, s: Tensor, t: Tensor) -> Tensor:
        """Return `order x b x n x m` sums of `b x n x L` and `b x m x L` letters."""
        b, n, m = len(s), s.shape[1], t.shape[1]
        i, j = torch.arange(b * n).reshape(b, n, 1), torch.arange(b * m).reshape(b, 1, m)
        pairs = torch.stack([i.expand(b, n, m), j.expand(b, n, m)]).flatten(1)
        return self._sums(s, t, pairs).reshape(-1, b, n, m)

    def _each_pair(self, s: Tensor) -> Tensor:
        """Return `order x b x n x n` sums of `b x n x L` letters; each pair is computed once."""
        b, n = s.shape[:2]
        i, j = torch.triu_indices(n, n)
        first = n * torch.arange(b).unsqueeze(1)
        half = self._sums(s, s, torch.stack([first + i, first + j]).flatten(1)).reshape(-1, b, len(i))
        where = torch.empty(n, n, dtype=torch.long)
        where[i, j] = where[j, i] = torch.arange(len(i))
        return half[..., where]

    def _norms(self, s: Tensor) -> Tensor:
        """Return `sqrt(k_p(s, s))`, `order x b x n`, of `b x n x L` letters."""
        each = torch.arange(s.shape[0] * s.shape[1])
        return self._sums(s, s, torch.stack([each, each])).sqrt().reshape(-1, *s.shape[:2])

    def _sums(self, s: Tensor, t: Tensor, pairs: Tensor) -> Tensor:
        return pair_sums(s.flatten(0, 1), t.flatten(0, 1), pairs.to(s.device), self.gap_decay, self.order)


def _raw(kernel: Kernel, *, name: str) -> Any:
    return getattr(kernel, f"raw_{name}")


def _set_raw(kernel: Kernel, value: Tensor, *, name: str) -> None:
    kernel.initialize(**{f"raw_{name}": value})
