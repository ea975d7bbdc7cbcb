"""Additive upper confidence bound: a sum over components, each with a bound of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import ADDITIVE_ACQ, ADDITIVE_MODEL, Ability, AdditiveModel
from hebo.acquisitions.marginals import NormalMarginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data


class AdditiveUCB(Acquisition):
    """`sum_c [mu_c(x_c) + kappa s_c(x_c)]` over the components of an additive model.

    `mu_c` and `s_c` are the posterior mean and deviation of one component. The sum of deviations is never
    below the deviation of the sum, and it is a sum of functions of few columns, of which message passing
    finds the maximum (Kandasamy et al., 2015; Ziomek and Bou Ammar, 2301.12844, section 4).

    Attributes:
        kappa: Width of the bound; None takes `sqrt(0.5 log 2t)` with `t` observations, as RDUCB does.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset({ADDITIVE_MODEL})
    gives: ClassVar[frozenset[Ability]] = frozenset({ADDITIVE_ACQ})
    is_weightable: ClassVar[bool] = False

    kappa: float | None = Field(default=None, ge=0)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, with its components.

        Raises:
            IncompatibleError: If the model has no components.
        """
        model = models.objective
        if not isinstance(model, AdditiveModel):
            raise ADDITIVE_MODEL.missing(model)
        kappa = math.sqrt(0.5 * math.log(2 * max(1, len(data.x)))) if self.kappa is None else self.kappa
        return AdditiveBound(model, kappa)


class AdditiveBound:
    """The function of `AdditiveUCB`, an `AdditiveAcq`.

    Args:
        model: Gives the moments of the components.
        kappa: Width of the bound.
    """

    def __init__(self, model: AdditiveModel, kappa: float) -> None:
        self._model, self._kappa = model, kappa

    @property
    def cliques(self) -> Sequence[tuple[int, ...]]:
        """The columns that each component depends on."""
        return self._model.cliques

    def components(self, index: int, points: Tensor) -> Tensor:
        """Return the bound of component `index` (`p`) at points of its own columns, `p x |c|`."""
        mean, variance = self._model.component(index, points)
        return NormalMarginals(mean, variance.sqrt()).ucb(self._kappa)

    def __call__(self, x: Tensor) -> Tensor:
        """Return the sum of the components, `b x 1`, at `b x 1 x d` points."""
        points = x.squeeze(-2)
        parts: list[Any] = [
            self.components(index, points[:, list(clique)]) for index, clique in enumerate(self.cliques)
        ]
        total: Tensor = sum(parts)
        return total.unsqueeze(-1)
