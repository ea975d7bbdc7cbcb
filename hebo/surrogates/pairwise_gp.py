"""Pairwise GP: utilities learned from comparisons of two points, which one is better."""

from __future__ import annotations

import copy
import math
from typing import Any, ClassVar

import numpy as np
import torch
from gpytorch.kernels import Kernel
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import CROSS_COVARIANCE, PATH_SAMPLING, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.column_kinds import columns_by_kind
from hebo.design_space.design_space import DesignSpace
from hebo.errors import NumericalError
from hebo.information import Information, Takes
from hebo.kernels.base import KernelRecipe
from hebo.kernels.correlation import correlations
from hebo.kernels.hyperparameters import RAW_BOUNDS, KernelParameters, flat
from hebo.kernels.mixture import mix
from hebo.kernels.numeric_matern import NumericMatern
from hebo.kernels.sharing import shared_out
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.surrogates.comparison_process import ComparisonProcess
from hebo.surrogates.hyperparameters import Array
from hebo.surrogates.laplace import log_evidence, posterior_mode, pseudo_observations
from hebo.surrogates.map_fit import most_likely

_MAX_ITERATIONS = 40
_SIGNAL, _SIGNAL_SPREAD = 1.0, 0.7
_SIGNAL_BOUNDS = (1e-2, 1e4)


def _default_kernels() -> list[KernelRecipe]:
    return [TransformedOverlap(), NumericMatern()]


class PairwiseGP(Surrogate):
    """GP of a utility that shows in comparisons alone (Chu and Ghahramani, 2005).

    A comparison is won by the point whose utility seems larger, under noise; see `hebo.surrogates.laplace`.
    Hyperparameters are the most likely ones under the Laplace approximation of the evidence. Utilities are in
    units of the noise: at a difference of 1, three answers of four are right, at 2.3, nineteen of twenty.

    Kernels share the columns as in `mixed_gp`, and those of `mcbo` can be listed as well: a permutation needs
    `{type: mallows}`.

    Attributes:
        kernels: In the order in which they choose columns.
        max_fit: Most comparisons that hyperparameters are fitted to, random ones; predictions use all.
    """

    takes_values: ClassVar[bool] = False
    takes: ClassVar[Takes] = frozenset({Information.COMPARISONS})

    kernels: list[KernelRecipe] = Field(default_factory=_default_kernels, min_length=1)
    max_fit: int = Field(default=300, ge=10)

    def offers(self) -> frozenset[Ability]:
        """See `hebo.base.Surrogate`."""
        return frozenset({CROSS_COVARIANCE, PATH_SAMPLING})

    def check(self, space: DesignSpace) -> None:
        """Refuse a space with a column that no kernel takes."""
        for recipe, columns in shared_out(self.kernels, space, columns_by_kind(space)):
            recipe.check(space, columns)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Return those of the kernels about their columns."""
        parts = shared_out(self.kernels, space, columns_by_kind(space))
        return tuple(doubt for recipe, columns in parts for doubt in recipe.doubts(space, columns))

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> ComparisonProcess:
        """Return the utilities given the comparisons; see `hebo.base.Surrogate`."""
        parts = shared_out(self.kernels, space, columns_by_kind(space))
        kernel = mix([recipe.build(space, columns, generator=generator) for recipe, columns in parts])
        kernel = kernel.to(data.better.device)
        order = torch.randperm(len(data.better), generator=generator)[: self.max_fit].sort().values
        evidence = Evidence(kernel, *differences(data.better[order], data.worse[order]))
        theta = most_likely(evidence, evidence.start[None], max_iterations=_MAX_ITERATIONS)
        signal = evidence.put(theta)
        return process(copy.deepcopy(kernel), signal, *differences(data.better, data.worse))


class Evidence:
    """The negative log posterior of the hyperparameters given comparisons: `log s^2`, then the kernel's.

    Args:
        kernel: Correlation of encoded points; its parameters are set by each call.
        x: `u x d` points.
        design: `k x u`, 1 and -1 at the better and the worse point of each comparison.
    """

    def __init__(self, kernel: Kernel, x: Tensor, design: Tensor) -> None:
        self.x, self.design = x, design
        self._kernel, self._parameters = kernel, KernelParameters(kernel)

    @property
    def start(self) -> Array:
        """Where a fit begins: the modes of the priors."""
        return np.concatenate([[math.log(_SIGNAL)], self._parameters.values])

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Ranges of the entries."""
        low, high = map(math.log, _SIGNAL_BOUNDS)
        return [(low, high), *[RAW_BOUNDS] * len(self._parameters.values)]

    def put(self, theta: Array) -> Tensor:
        """Set the parameters of the kernel; return the variance of the utilities."""
        self._parameters.put(theta[1:])
        return torch.tensor(math.exp(theta[0]), dtype=self.x.dtype, device=self.x.device)

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Return the value in nats and its gradient, `p`; an infinite value where there is none."""
        log_signal = self.put(theta).log().requires_grad_()
        with torch.enable_grad():
            correlation = correlations(self._kernel, self.x, self.x)
            covariance = log_signal.exp() * (self.design @ correlation @ self.design.mT)
            try:
                evidence = log_evidence(covariance)
            except NumericalError:
                return math.inf, np.zeros_like(theta)
            z = (log_signal - math.log(_SIGNAL)) / _SIGNAL_SPREAD
            cost = 0.5 * z.square() - self._parameters.log_prior() - evidence
            entries = [log_signal, *self._parameters.tensors]
            slopes = torch.autograd.grad(cost, entries, allow_unused=True)
        pairs = zip(entries, slopes, strict=True)
        gradient = np.concatenate([flat(torch.zeros_like(p) if s is None else s) for p, s in pairs])
        return float(cost.detach()), gradient


def differences(better: Tensor, worse: Tensor) -> tuple[Tensor, Tensor]:
    """Return the different points of comparisons, `u x d`, and which utility is less which, `k x u`."""
    untyped: Any = torch.unique  # torch declares no types for it
    x, places = untyped(torch.cat([better, worse]), dim=0, return_inverse=True)
    eye = torch.eye(len(x), dtype=x.dtype, device=x.device)
    return x, eye[places[: len(better)]] - eye[places[len(better) :]]


@torch.no_grad()
def process(kernel: Kernel, signal: Tensor, x: Tensor, design: Tensor) -> ComparisonProcess:
    """Return the utilities under given hyperparameters.

    Args:
        kernel: Correlation function.
        signal: Variance of the utilities.
        x: `u x d` points.
        design: See `differences`.
    """
    kernel.requires_grad_(False)
    mode = posterior_mode(signal * (design @ correlations(kernel, x, x) @ design.mT))
    return ComparisonProcess(kernel, signal, x, design, *pseudo_observations(mode))
