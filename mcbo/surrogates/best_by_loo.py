"""Model selection by leave-one-out predictive density: several surrogates are fitted, one is kept."""

from __future__ import annotations

import math
from typing import ClassVar, Self

import torch
from botorch.models.model import Model
from pydantic import Field, model_validator
from torch import Generator, Tensor

from hebo.abilities import LEAVE_ONE_OUT, Ability, LeaveOneOut
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.information import Information, Takes
from hebo.kernels.mixture import Mixture
from hebo.kernels.transformed_overlap import TransformedOverlap
from mcbo.kernels.composition import Composition
from mcbo.kernels.hamming_embedding import HammingEmbedding
from mcbo.kernels.spectrum import Spectrum
from mcbo.kernels.string_subsequence import StringSubsequence
from mcbo.surrogates.mixed_gp import MixedGP, with_nominal


def _default_surrogates() -> list[Surrogate]:
    places_and_counts = Mixture(kernels=[TransformedOverlap(), Composition()])
    kernels = places_and_counts, HammingEmbedding(), StringSubsequence(), Spectrum()
    return [with_nominal(one) for one in kernels]


class BestByLOO(Surrogate):
    """Fits several surrogates and keeps the one whose leave-one-out predictions are the most likely.

    Which correlation suits a problem is seldom known before, and no kernel of categories is the best on all
    of them (MCBO, 2306.09803). The sum of `log p(y_i | the others)` compares models with any number of
    hyperparameters and any priors (Rasmussen and Williams, 2006, 5.4.2). It is done anew for each fit.

    Attributes:
        surrogates: What there is to choose from; those that cannot take a space are left out there.
    """

    takes: ClassVar[Takes] = frozenset({Information.VARIANCES})  # each that cannot refuses them itself

    surrogates: list[Surrogate] = Field(default_factory=_default_surrogates, min_length=1)

    @model_validator(mode="after")
    def _can_be_compared(self) -> Self:
        for one in self.surrogates:
            if LEAVE_ONE_OUT not in one.offers():
                raise IncompatibleError(
                    f"BestByLOO compares {LEAVE_ONE_OUT.name}, which {type(one).__name__} does not "
                    f"offer; {LEAVE_ONE_OUT.remedy}"
                )
        return self

    @property
    def has_gradients(self) -> bool:
        """Whether those of all have; see `hebo.base.Surrogate`."""
        return all(one.has_gradients for one in self.surrogates)

    def offers(self) -> frozenset[Ability]:
        """What all of them can do."""
        return frozenset.intersection(*(one.offers() for one in self.surrogates))

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that none of the surrogates takes; see `hebo.base.Surrogate`."""
        self._usable(space)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Return the doubts about the first surrogate, if there are some about each that can be chosen."""
        each = [one.doubts(space) for one in self._usable(space)]
        return each[0] if all(each) else ()

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Model:
        """Return the best of the fitted models."""
        models = [one.fit(data, space, generator=generator) for one in self._usable(space)]
        return max(models, key=log_predictive_density)

    def _usable(self, space: DesignSpace) -> list[Surrogate]:
        """Return those that take the space, once each: some differ in kernels of other columns alone."""
        usable: list[Surrogate] = []
        reasons = []
        for one in self.surrogates:
            try:
                one.check(space)
                same = one.needed(space) if isinstance(one, MixedGP) else one
                if same not in usable:
                    usable.append(same)
            except IncompatibleError as error:
                reasons.append(error)
        if not usable:
            raise reasons[0]
        return usable


def log_predictive_density(model: Model) -> float:
    """Return the mean over observations of their log density given all others, in nats."""
    if not isinstance(model, LeaveOneOut):
        raise AssertionError(f"{type(model).__name__} comes from a recipe that offers to leave data out")
    _, error, variance = model.leave_one_out()
    density: Tensor = -0.5 * (error.square() / variance + variance.log() + math.log(2 * math.pi))
    return float(torch.nan_to_num(density, nan=-torch.inf).mean())
