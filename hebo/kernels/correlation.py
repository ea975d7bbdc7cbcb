"""Correlation functions as GPyTorch kernels: what all kernels share."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import torch
from gpytorch.constraints import Positive
from gpytorch.kernels import Kernel
from gpytorch.module import Module
from gpytorch.priors import LogNormalPrior, Prior
from gpytorch.settings import lazily_evaluate_kernels
from torch import Tensor
from torch.nn import Parameter

from hebo.errors import IncompatibleError
from hebo.kernels.distances import squared_distances


class PositiveParameter:
    """A positive hyperparameter of a module, an attribute that `register_positive` adds and that can be set.

    It is stored as its logarithm `raw_<name>`. A value that is set may be of one entry for all.
    """

    def __set_name__(self, owner: type[Module], name: str) -> None:
        self._name = name

    def __get__(self, module: Module, owner: type[Module]) -> Tensor:
        raw: Tensor = getattr(module, f"raw_{self._name}")
        return raw.exp()

    def __set__(self, module: Module, value: Tensor | float) -> None:
        raw: Tensor = getattr(module, f"raw_{self._name}")
        numbers = torch.as_tensor(value, dtype=raw.dtype, device=raw.device)
        module.initialize(**{f"raw_{self._name}": numbers.log().expand_as(raw)})


def register_positive(module: Module, name: str, start: Tensor, prior: Prior) -> None:
    """Add the hyperparameter behind a `PositiveParameter`, with its prior."""
    module.register_parameter(f"raw_{name}", Parameter(start.log()))
    module.register_constraint(f"raw_{name}", Positive(transform=torch.exp, inv_transform=torch.log))
    module.register_prior(f"{name}_prior", prior, partial(_get, name=name), partial(_set, name=name))


class Correlation(Kernel, ABC):  # type: ignore[misc]  # gpytorch has no types
    """A GPyTorch kernel that is 1 on its diagonal; a subclass writes `correlation`.

    Args:
        columns: Of the encoded points, the only ones that `correlation` sees; None for all of them.
    """

    def __init__(self, columns: Sequence[int] | None = None) -> None:
        super().__init__(active_dims=None if columns is None else tuple(columns))

    @abstractmethod
    def correlation(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the correlations, `... x n x m`, of `... x n x d` and `... x m x d` points."""

    def forward(
        self, x1: Tensor, x2: Tensor, diag: bool = False, last_dim_is_batch: bool = False, **_: Any
    ) -> Tensor:
        """Return all correlations, or with `diag` those of the pairs with one index, `... x n`."""
        if last_dim_is_batch:
            raise IncompatibleError(
                f"{type(self).__name__} is not a sum over columns; call it without last_dim_is_batch"
            )
        if diag and torch.equal(x1, x2):
            return x1.new_ones(*self.batch_shape, 1) * x1.new_ones(x1.shape[:-1])
        k = self.correlation(x1, x2)
        return k.diagonal(dim1=-2, dim2=-1) if diag else k

    @property
    def dtype(self) -> torch.dtype:
        """That of the hyperparameters, or of the constants of a kernel without any."""
        tensors = chain(self.parameters(), self.buffers())
        return next((one.dtype for one in tensors if one.is_floating_point()), torch.float64)


class FeatureCorrelation(Correlation):
    """A correlation of features of the points.

    A model computes the features of its data once and not for every prediction; see `KernelCovariance`.
    """

    def encode_points(self, x: Tensor) -> Tensor:
        """Return the features, `... x n x k`, of whole points."""
        return self.encode(x if self.active_dims is None else x.index_select(-1, self.active_dims))

    @abstractmethod
    def encode(self, x: Tensor) -> Tensor:
        """Return the features, `... x n x k`, of the kernel's columns of points, `... x n x d`."""

    @abstractmethod
    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """Return the correlations, `... x n x m`, of `... x n x k` and `... x m x k` features."""

    @property
    def is_fitted_by_features(self) -> bool:
        """Whether its slopes are best taken through `compare`; a kernel that has a shorter way says no."""
        return type(self).correlation is FeatureCorrelation.correlation

    def correlation(self, x1: Tensor, x2: Tensor) -> Tensor:
        """See `Correlation`."""
        a = self.encode(x1)
        return self.compare(a, a if torch.equal(x1, x2) else self.encode(x2))


class Lengthscaled(Correlation):
    """A correlation with lengthscales, one or one of each column or feature.

    Args:
        columns: See `Correlation`.
        n_lengthscales: Their number.
        prior: Of each of them; a fit begins at its mode.

    Attributes:
        lengthscale: The lengthscales, `... x 1 x k`.
    """

    has_lengthscale = True
    lengthscale = PositiveParameter()

    def __init__(self, columns: Sequence[int] | None, n_lengthscales: int, prior: LogNormalPrior) -> None:
        super().__init__(columns)
        start = torch.full((1, n_lengthscales), float(prior.mode), dtype=torch.float64)
        register_positive(self, "lengthscale", start, prior)


def squared_exponential(a: Tensor, b: Tensor, lengthscale: Tensor) -> Tensor:
    """Return `exp(-|a_i - b_j|^2 / (2 l^2))`, `... x n x m`, of features `... x n x k` and `... x m x k`."""
    k: Tensor = (-0.5 * squared_distances(a, b) / lengthscale.square()).exp()
    return k


def log_normal(*, mode: float, spread: float) -> LogNormalPrior:
    """Return the log-normal prior with a given mode, and standard deviation of the logarithm."""
    location = torch.tensor(math.log(mode) + spread**2, dtype=torch.float64)
    return LogNormalPrior(location, torch.tensor(spread, dtype=torch.float64))


def features_of(kernel: Kernel, x: Tensor) -> Tensor:
    """Return what a kernel computes once for each of `... x n x d` points: features, or the points."""
    features: Tensor = kernel.encode_points(x) if isinstance(kernel, FeatureCorrelation) else x
    return features


@torch.enable_grad()
def fixed_features(kernel: Kernel, x: Tensor) -> FixedFeatures | None:
    """Return the correlations of `n x d` points with themselves as a function of hyperparameters alone.

    The features are computed once for a whole fit. None where a hyperparameter changes them, as the decays
    of subsequences do, and for kernels that compare points.
    """
    if not isinstance(kernel, FeatureCorrelation) or not kernel.is_fitted_by_features:
        return None
    features = kernel.encode_points(x)
    return None if features.requires_grad else FixedFeatures(kernel, features)


@dataclass(frozen=True)
class FixedFeatures:
    """See `fixed_features`.

    Attributes:
        kernel: Compares features.
        features: `n x k`.
    """

    kernel: FeatureCorrelation
    features: Tensor

    def correlations(self) -> Tensor:
        """Return the correlations, `n x n`, with the hyperparameters that the kernel has now."""
        return self.kernel.compare(self.features, self.features)


def correlations(
    kernel: Kernel, a: Tensor, b: Tensor, features_a: Tensor | None = None, features_b: Tensor | None = None
) -> Tensor:
    """Return the correlations, `... x n x m`, of `... x n x d` and `... x m x d` points under any kernel.

    Args:
        kernel: Correlation function.
        a: Points.
        b: Others; leading axes broadcast.
        features_a: `features_of` the points, where they are known.
        features_b: The same of the others.
    """
    if isinstance(kernel, FeatureCorrelation):
        of_a = features_of(kernel, a) if features_a is None else features_a
        of_b = features_of(kernel, b) if features_b is None else features_b
        return kernel.compare(of_a, of_b)
    with lazily_evaluate_kernels(False):  # lazy matrices cost more than they save here
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        a, b = (one.expand(*batch, *one.shape[-2:]) for one in (a, b))
        found: Tensor = kernel(a, b).to_dense()
    return found


def _get(kernel: Kernel, *, name: str) -> Any:
    return getattr(kernel, name)


def _set(kernel: Kernel, value: Tensor | float, *, name: str) -> None:
    setattr(kernel, name, value)
