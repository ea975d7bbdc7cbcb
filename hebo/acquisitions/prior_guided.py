"""piBO: an acquisition weighted by a belief about where the optimum lies, which fades as data arrive."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Self

import torch
from pydantic import Field, field_validator, model_validator
from torch import Generator, Tensor

from hebo.abilities import Ability
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.numeric import Numeric
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.scalar import Scalar
from hebo.design_space.values.plain_values import object_column
from hebo.errors import ConfigError, IncompatibleError, did_you_mean
from hebo.information import Takes
from hebo.recipe import Recipe

LogDensity = Callable[[Tensor], Tensor]
"""Encoded values of one parameter, `n`, to the logarithm of how likely each is beside the likeliest, `n`."""

FLOOR = 1e-3
"""Added to the prior, whose largest value is 1: a belief may be wrong altogether."""


class Belief(Recipe):
    """Where the best value of one parameter is believed to lie: a normal around a center, or weights.

    Attributes:
        center: The most likely value of a number, in its natural units.
        spread: Standard deviation around it, as a share of the range of the parameter on its scale.
        weights: How likely each value is, in any unit: one for each category, level or integer in order, or
            one for each of two or more cells of equal width from `lb` to `ub` on the scale of a number,
            between whose middles the logarithm is interpolated.
    """

    center: float | None = None
    spread: float | None = Field(default=None, gt=0)
    weights: tuple[Annotated[float, Field(gt=0)], ...] | None = Field(default=None, min_length=2)

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        given = [name for name in ("center", "spread", "weights") if getattr(self, name) is not None]
        if given not in (["center", "spread"], ["weights"]):
            raise ConfigError(
                f"a belief about a parameter is `center` and `spread`, or `weights`; got {given or 'nothing'}"
            )
        return self

    def log_density(self, parameter: Parameter) -> LogDensity:
        """Return the log density over encoded values of a parameter.

        Raises:
            IncompatibleError: If the belief makes no sense for the parameter; names it.
            DataError: If the center is no value of it.
        """
        if not isinstance(parameter, Scalar):
            raise _refusal(parameter, "has several columns", "drop the belief")
        low, high = parameter.bounds[:, 0].tolist()
        if low == high:
            raise _refusal(parameter, "has one value", "drop the belief")
        if getattr(parameter, "prior", None) is not None:
            raise _refusal(
                parameter, "has a `prior` in the space, which bends its scale", "drop one of the two"
            )
        if self.weights is not None:
            weights = torch.tensor(self.weights, dtype=torch.float64)
            return _interpolated((weights / weights.max()).log(), parameter)
        if not isinstance(parameter, Numeric):
            raise _refusal(parameter, "has no numbers to be near to", "give `weights`, one for each value")
        assert self.center is not None
        assert self.spread is not None
        center = float(parameter.encode(object_column([self.center]))[0, 0])
        deviation = self.spread * (high - low)
        return lambda x: -0.5 * ((x - center) / deviation).square()


class PriorGuided(Acquisition):
    """Another acquisition times a prior of the optimum to the power `beta / n` (2204.11051, equation 6).

    Inside this library acquisitions are logarithms or bounds in standard deviations, so `beta / n log pi(x)`
    is added to each value, as the log probability of feasibility is. With `n` successful observations the
    prior counts like `beta / n` observations of itself: a good one guides the first points, a wrong one is
    forgotten. Parameters are independent in it; those without a belief do not matter.

    Attributes:
        of: The other one.
        prior: Parameter -> belief.
        beta: Confidence in the prior: the number of observations up to which it counts in full.
    """

    example: ClassVar[dict[str, Any]] = {"prior": {"x1": {"center": 0.5, "spread": 0.2}}}

    of: Acquisition
    prior: dict[str, Belief] = Field(min_length=1)
    beta: float = Field(default=10.0, gt=0)

    @field_validator("of")
    @classmethod
    def _can_be_weighted(cls, of: Acquisition) -> Acquisition:
        if not of.is_weightable:
            raise IncompatibleError(
                f"{type(of).__name__} has values that a prior cannot be added to; use another acquisition, "
                "such as log_ei or mace"
            )
        return of

    @property
    def n_values(self) -> int:  # type: ignore[override]  # a class variable of other acquisitions
        """As many as `of` has."""
        return self.of.n_values

    @property
    def max_outputs(self) -> int:  # type: ignore[override]  # see above
        """As many as `of` takes."""
        return self.of.max_outputs

    @property
    def takes(self) -> Takes:
        """What the other one makes use of."""
        return self.of.takes

    @property
    def needs(self) -> frozenset[Ability]:  # type: ignore[override]  # see above
        """What `of` needs."""
        return self.of.needs

    @property
    def needs_costs(self) -> bool:  # type: ignore[override]  # see above
        """Whether `of` does."""
        return self.of.needs_costs

    def check(self, space: DesignSpace) -> None:
        """Refuse beliefs about what is no parameter, or has no such values."""
        self.of.check(space)
        for name in self.prior:
            if name not in space.parameters:
                raise IncompatibleError(
                    f"prior_guided: '{name}' is no parameter of {space.names}; drop it, or correct the name."
                    f"{did_you_mean(name, space.names)}"
                )
            if name in space.conditions.codes:
                raise _refusal(space.parameters[name], "is not always active", "drop the belief")
        self._densities(space)

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return the values of `of` with the prior, from `b x 1 x d` points; see `hebo.base.Acquisition`."""
        plain = self.of.build(models, data, domain, generator=generator)
        densities, power = self._densities(domain), self.beta / max(1, len(data.x))

        def guided(x: Tensor) -> Tensor:
            logs = torch.stack([density(x[..., 0, column]) for column, density in densities.items()])
            prior = torch.logaddexp(logs.sum(0), torch.full_like(logs[0], math.log(FLOOR)))
            return plain(x) + power * prior.unsqueeze(-1)

        return guided

    def _densities(self, domain: Domain) -> dict[int, LogDensity]:
        """Return column -> log density."""
        layout = domain.layout
        return {
            layout.columns[name].start: belief.log_density(layout.parameters[name])
            for name, belief in self.prior.items()
        }


def _interpolated(logs: Tensor, parameter: Scalar) -> LogDensity:
    """Return log weights of values or of cells as a function, linear between the middles of cells.

    Args:
        logs: `k` log weights.
        parameter: Whose values they are.

    Raises:
        IncompatibleError: If a category would have no weight.
    """
    (low, high), grid, k = parameter.bounds[:, 0].tolist(), parameter.grid, len(logs)
    if parameter.n_categories not in (None, k):
        why = f"has {parameter.n_categories} categories and {k} weights"
        raise _refusal(parameter, why, "give one weight for each category, in order")
    is_each = grid is not None and parameter.cardinality == k

    def density(x: Tensor) -> Tensor:
        if is_each and grid is not None:
            place = grid.place(x.unsqueeze(-1)).squeeze(-1)
        else:
            place = (x - low) / (high - low) * k - 0.5
        place = place.clamp(0, k - 1)
        below = place.detach().floor().clamp_max(k - 2).long()
        share = place - below
        return (1 - share) * logs.to(x)[below] + share * logs.to(x)[below + 1]

    return density


def _refusal(parameter: Parameter, why: str, remedy: str) -> IncompatibleError:
    return IncompatibleError(f"prior_guided: '{parameter.name}' {why}; {remedy}")
