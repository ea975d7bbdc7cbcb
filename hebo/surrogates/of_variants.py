"""Surrogates of a risk measure: what those over perturbations and over conditions share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated

import torch
from pydantic import Field, field_validator
from torch import Generator, Tensor

from hebo.abilities import JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING, Ability
from hebo.base import RiskMeasure, Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.information import Information, Takes
from hebo.surrogates.risk_averse import RiskAverse
from hebo.surrogates.risk_measures import Expectation
from hebo.surrogates.risk_model import RiskModel, Variants, risk_model

Weight = Annotated[float, Field(ge=0)]


class OfVariants(Surrogate, ABC):
    """A surrogate of a risk measure of the values of all variants of a point; see `RiskModel`.

    Attributes:
        of: Models the values.
        weights: Of the variants; by default all alike.
        risk: The measure.
    """

    of: Surrogate
    weights: list[Weight] | None = None
    risk: RiskMeasure = Field(default_factory=Expectation)

    @field_validator("of")
    @classmethod
    def _models_values(cls, of: Surrogate) -> Surrogate:
        if isinstance(of, OfVariants | RiskAverse):
            raise ValueError(
                f"{type(of).__name__} predicts a measure of risk already, and {cls.__name__} needs a "
                "model of single values; use one of the two"
            )
        return of

    @property
    def takes(self) -> Takes:  # type: ignore[override]  # a class variable of those that hold no other
        """Known variances, if `of` takes them."""
        return self.of.takes & {Information.VARIANCES}

    @property
    def averages(self) -> str | None:
        """The risk measure, if it is one of more than the ranking."""
        return type(self.risk).__name__ if self.risk.averages else None

    @property
    def has_gradients(self) -> bool:
        """Whether those of `of` have; see `hebo.base.Surrogate`."""
        return self.of.has_gradients

    def offers(self) -> frozenset[Ability]:
        """What carries over of the abilities of `of`; see `hebo.base.Surrogate`."""
        return self.of.offers() & {JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING}

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that `of` cannot take, or that has no such variants."""
        self.of.check(space)
        self.variants(space)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Return the doubts of `of`."""
        return self.of.doubts(space)

    @abstractmethod
    def variants(self, space: DesignSpace) -> Variants:
        """Return what makes the variants of points of a space.

        Raises:
            IncompatibleError: With the parameter, and what would work.
        """

    @property
    @abstractmethod
    def n_variants(self) -> int:
        """How many variants a point has."""

    @property
    def shares(self) -> Tensor:
        """The weights, `m`, which sum to one."""
        if self.weights is None:
            return torch.full((self.n_variants,), 1.0 / self.n_variants, dtype=torch.float64)
        given = torch.tensor(self.weights, dtype=torch.float64)
        return given / given.sum()

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> RiskModel:
        """Return the risk model of what `of` fits; see `hebo.base.Surrogate`."""
        self.check(space)
        inner = self.of.fit(data, space, generator=generator)
        return risk_model(inner, self.variants(space), self.shares, self.risk)


def check_weights(weights: Sequence[float] | None, n: int | None, name: str) -> None:
    """Refuse weights without a set, of another length, or that are all zero.

    Args:
        weights: As they were given.
        n: How many variants are listed; None where none are.
        name: Of the list.

    Raises:
        ValueError: With the numbers, and what to do.
    """
    if weights is None:
        return
    if n is None:
        raise ValueError(f"`weights` belong to `{name}`, which are not given; leave them out")
    if len(weights) != n:
        raise ValueError(f"there are {len(weights)} weights for {n} {name}; give one for each")
    if not sum(weights) > 0:
        raise ValueError("all weights are zero; at least one has to be positive")
