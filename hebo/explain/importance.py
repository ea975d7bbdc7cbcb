"""Global importance: Sobol indices of the parameters under a model, by pick and freeze.

With `A` and `B` independent samples and `A_B^i` the sample `A` with parameter `i` taken from `B`, the
estimators are those of Jansen ("Analysis of variance designs for model output", 1999), of the variance `V`:

    main effect    S_i  = 1 - E[(f(B) - f(A_B^i))^2] / 2V     variance that knowing i alone would take away
    total effect   T_i  = E[(f(A) - f(A_B^i))^2] / 2V         variance left if all but i were known
    pair           S_ij = 1 - E[(f(B) - f(A_B^ij))^2] / 2V - S_i - S_j

A parameter of several columns, a sequence or a permutation, is taken as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd
import torch
from torch import Generator, Tensor

from hebo.explain.draws import Draws
from hebo.explain.outcome_model import LEVEL, OutcomeModel
from hebo.explain.scope import Scope

N_DRAWS = 64
N_SUPPORT = 256
MAX_EVALUATIONS = 2**14
MIN_BASE, MAX_BASE = 128, 1024


@dataclass(frozen=True)
class PickFreeze:
    """Values of drawn functions at the two samples, and at mixtures of them.

    Attributes:
        scope: What varies.
        draws: The functions.
        a: `n x d` uniform numbers of the first sample.
        b: Those of the second one.
        f_a: `s x n` values at the first sample.
        f_b: Those at the second one.
    """

    scope: Scope
    draws: Draws
    a: Tensor
    b: Tensor
    f_a: Tensor
    f_b: Tensor

    @classmethod
    def of(cls, outcome: OutcomeModel, scope: Scope, generator: Generator) -> PickFreeze:
        """Sample the scope, and draw functions of an outcome."""
        a, b, support = scope.uniform(_n_base(len(scope.names)), n_blocks=3, generator=generator)
        draws = Draws.of(outcome, scope.points(support[:N_SUPPORT]), N_DRAWS, generator)
        f_a, f_b = draws.values(scope.points(a)), draws.values(scope.points(b))
        return cls(scope, draws, a, b, f_a, f_b)

    @property
    def variance(self) -> Tensor:
        """`s` variances over the scope."""
        return torch.cat([self.f_a, self.f_b], -1).var(-1, correction=0)

    def mixed(self, names: Iterable[str]) -> Tensor:
        """Return the values, `s x n`, at the first sample with some parameters of the second one."""
        u = self.a.clone()
        for name in names:
            u[:, self.scope.span(name)] = self.b[:, self.scope.span(name)]
        return self.draws.values(self.scope.points(u))

    def closed(self, mixed: Tensor) -> Tensor:
        """Return the share of variance, `s`, that the parameters taken from the second sample explain."""
        return 1.0 - self._share((self.f_b - mixed).square())

    def total(self, mixed: Tensor) -> Tensor:
        """Return the share of variance, `s`, that is left if all others are known."""
        return self._share((self.f_a - mixed).square())

    def _share(self, squares: Tensor) -> Tensor:
        """Return half the mean over the variance; 0 for a constant function."""
        return torch.where(self.variance > 0, squares.mean(-1) / (2 * self.variance), 0.0)


def importance(outcome: OutcomeModel, scope: Scope, generator: Generator) -> pd.DataFrame:
    """Return main and total effects by parameter, the largest total first; see `Optimizer.importance`."""
    frozen = PickFreeze.of(outcome, scope, generator)
    rows = {}
    for name in scope.names:
        mixed = frozen.mixed([name])
        rows[name] = {**_summary("main", frozen.closed(mixed)), **_summary("total", frozen.total(mixed))}
    return _table(rows, "total", ["parameter"])


def interactions(
    outcome: OutcomeModel, scope: Scope, generator: Generator, *, n_strongest: int
) -> pd.DataFrame:
    """Return the interactions of pairs of the strongest parameters; see `Optimizer.interactions`."""
    frozen = PickFreeze.of(outcome, scope, generator)
    mixed = {name: frozen.mixed([name]) for name in scope.names}
    totals = {name: float(frozen.total(values).mean()) for name, values in mixed.items()}
    strongest = sorted(totals, key=lambda name: totals[name], reverse=True)[:n_strongest]
    rows = {}
    for first, second in combinations(strongest, 2):
        alone = frozen.closed(mixed[first]) + frozen.closed(mixed[second])
        rows[first, second] = _summary("interaction", frozen.closed(frozen.mixed([first, second])) - alone)
    return _table(rows, "interaction", ["first", "second"])


def _n_base(n_parameters: int) -> int:
    """Return the size of the samples, a power of two as Sobol points like it."""
    wanted = MAX_EVALUATIONS // (n_parameters + 2)
    size = MIN_BASE
    while 2 * size <= min(wanted, MAX_BASE):
        size *= 2
    return size


def _summary(name: str, shares: Tensor) -> dict[str, float]:
    """Return mean and interval over `s` drawn functions; shares lie between 0 and 1."""
    bounded = shares.clamp(0.0, 1.0)
    tail = (1.0 - LEVEL) / 2
    low, high = bounded.quantile(tail), bounded.quantile(1.0 - tail)
    return {name: float(bounded.mean()), f"{name}_low": float(low), f"{name}_high": float(high)}


def _table(rows: Mapping[Any, dict[str, float]], by: str, names: list[str]) -> pd.DataFrame:
    columns = [by, f"{by}_low", f"{by}_high"]
    if not rows:
        return pd.DataFrame(columns=columns, index=pd.MultiIndex.from_arrays([[]] * len(names), names=names))
    table = pd.DataFrame.from_dict(dict(enumerate(rows.values())), orient="index")
    keys = [one if isinstance(one, tuple) else (one,) for one in rows]
    places = [
        pd.Index(column, name=name) for column, name in zip(zip(*keys, strict=True), names, strict=True)
    ]
    table.index = places[0] if len(places) == 1 else pd.MultiIndex.from_arrays(places)
    return table.sort_values(by, ascending=False, kind="stable")
