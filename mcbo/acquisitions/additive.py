"""The additive upper confidence bound: a sum over components, each with a bound of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.base import Ability, AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.surrogates.gaussian_process import GaussianProcess

_LEAST_VARIANCE = 1e-12


class AdditiveUCB(Acquisition):
    """`sum_c [mu_c(x_c) + kappa s_c(x_c)]` over the components of an additive model.

    `mu_c` and `s_c` are the posterior mean and deviation of one component. The sum of deviations is never
    below the deviation of the sum, and it is a sum of functions of few columns, of which message passing
    finds the maximum (Kandasamy et al., 2015; Ziomek and Bou Ammar, 2301.12844, section 4).

    Attributes:
        kappa: Width of the bound; None takes `sqrt(0.5 log 2t)` with `t` observations, as RDUCB does.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset({"additive components"})
    gives: ClassVar[frozenset[Ability]] = frozenset({"additive components"})
    is_weightable: ClassVar[bool] = False

    kappa: float | None = Field(default=None, ge=0)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, with its components.

        Raises:
            IncompatibleError: If the model has no components.
        """
        model = models.objective
        kernel = getattr(getattr(model, "covariance", None), "kernel", None)
        if not isinstance(model, GaussianProcess) or not isinstance(kernel, AdditiveKernel):
            name = type(model).__name__
            raise IncompatibleError(f"{name} is not a sum of components; use tree_additive alone")
        kappa = math.sqrt(0.5 * math.log(2 * max(1, len(data.x)))) if self.kappa is None else self.kappa
        return AdditiveBound(model, kernel, kappa)


@runtime_checkable
class AdditiveKernel(Protocol):
    """A correlation that is the sum of components of few columns each."""

    cliques: Sequence[tuple[int, ...]]

    def component(self, index: int, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the covariance of component `index` of points of its own columns."""


class AdditiveBound:
    """The function of `AdditiveUCB`; a search recognises it by `cliques` and `components`.

    Args:
        model: A GP with an additive kernel.
        kernel: Its kernel.
        kappa: Width of the bound.
    """

    def __init__(self, model: GaussianProcess, kernel: AdditiveKernel, kappa: float) -> None:
        self._model, self._kernel, self._kappa = model, kernel, kappa

    @property
    def cliques(self) -> Sequence[tuple[int, ...]]:
        """The columns that each component depends on."""
        return self._kernel.cliques

    def components(self, index: int, points: Tensor) -> Tensor:
        """Return the bound of component `index` (`p`) at points of its own columns, `p x |c|`.

        A component's covariance with the data is its own part of the kernel: `mu_c = k_c K^-1 (y - m)`,
        `s_c^2 = k_c(x, x) - k_c K^-1 k_c^T`. The constant mean is shared out evenly.
        """
        model, columns = self._model, list(self.cliques[index])
        signal = model.covariance.signal
        cross = signal * self._kernel.component(index, points, model.x[:, columns]).reshape(len(points), -1)
        prior = signal * self._kernel.component(index, points[:1], points[:1]).reshape(())
        whitened = torch.linalg.solve_triangular(model.factor.mT, cross, upper=True, left=False)
        variance = (prior - whitened.square().sum(-1)).clamp_min(_LEAST_VARIANCE)
        mean = model.covariance.mean / len(self.cliques) + cross @ model.weights
        value: Tensor = mean + self._kappa * (model.widening * variance).sqrt()
        return value

    def __call__(self, x: Tensor) -> Tensor:
        """Return the sum of the components, `b x 1`, at `b x 1 x d` points."""
        points = x.squeeze(-2)
        parts: list[Any] = [
            self.components(index, points[:, list(clique)]) for index, clique in enumerate(self.cliques)
        ]
        total: Tensor = sum(parts)
        return total.unsqueeze(-1)
