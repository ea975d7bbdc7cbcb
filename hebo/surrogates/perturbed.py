"""Input noise: a surrogate of the risk measure of a point whose numbers will be off when it is put to use."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor
from torch.quasirandom import SobolEngine

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.discrete import Bool
from hebo.design_space.parameters.numeric import Numeric
from hebo.errors import IncompatibleError, did_you_mean
from hebo.surrogates.of_variants import OfVariants, check_weights
from hebo.surrogates.risk_measures import WorstCase

Positive = Annotated[float, Field(gt=0)]

N_PERTURBATIONS = 16
"""Points that stand for normal perturbations, unless another number is given."""


class Perturbed(OfVariants):
    """A risk measure of the values that a point has when its numbers are off by some perturbations.

    `f` is modeled by `of` as it is observed, at the points that are told. Predictions are those of
    `rho[f(x + delta)]` with perturbations `delta` in natural units, each number clipped to its bounds and
    rounded to its grid, such as integers; see `hebo.surrogates.risk_model`. So every acquisition looks for
    points that are good in spite of perturbations, and so do incumbents and recommendations. Models of
    measured constraints are perturbed alike.

    Attributes:
        of: Models the values.
        input_sd: Parameter -> standard deviation of its perturbation, which is normal. They are represented
            by a fixed set of points of a Sobol sequence.
        n_perturbations: How many these are; by default 16.
        perturbations: In place of that, the set itself: parameter -> shift, for each perturbation; a
            parameter that is left out is not shifted.
        weights: Of the set; by default all alike.
        risk: The measure.
    """

    example: ClassVar[dict[str, Any]] = {"input_sd": {"x1": 0.1}}

    input_sd: dict[str, Positive] | None = Field(default=None, min_length=1)
    n_perturbations: int | None = Field(default=None, ge=2)
    perturbations: list[dict[str, float]] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_set(self) -> Self:
        check_set(self.input_sd, self.perturbations, self.weights)
        if self.n_perturbations is not None and self.input_sd is None:
            raise ValueError("`n_perturbations` is for `input_sd`; leave it out, the set has its own number")
        if isinstance(self.risk, WorstCase) and self.input_sd is not None:
            raise ValueError(
                "normal perturbations have no worst case; list `perturbations`, or use the risk measure var "
                "or cvar with an `alpha` near 1"
            )
        return self

    @property
    def n_variants(self) -> int:
        """How many perturbations there are."""
        if self.perturbations is not None:
            return len(self.perturbations)
        return self.n_perturbations or N_PERTURBATIONS

    def variants(self, space: DesignSpace) -> Shifted:
        """Return the perturbations of points; see `OfVariants`."""
        numbers = {name: _number(name, space) for name in self._shifts()}
        shifts = self._shifts()
        return Shifted({space.columns[name].start: (one, shifts[name]) for name, one in numbers.items()})

    def _shifts(self) -> dict[str, Tensor]:
        """Return the `m` perturbations of each parameter, in natural units."""
        if self.input_sd is not None:
            z = spread_normal(self.n_variants, len(self.input_sd))
            return {name: sd * z[:, j] for j, (name, sd) in enumerate(self.input_sd.items())}
        every = self.perturbations or []
        names = dict.fromkeys(name for one in every for name in one)
        return {
            name: torch.tensor([one.get(name, 0.0) for one in every], dtype=torch.float64) for name in names
        }


class Shifted:
    """The variants of points that perturbations make.

    Args:
        columns: Encoded column -> its parameter, and `m` shifts in natural units.
    """

    def __init__(self, columns: Mapping[int, tuple[Numeric, Tensor]]) -> None:
        self._columns = dict(columns)

    def __call__(self, x: Tensor) -> Tensor:
        """Return the variants, `... x m x d`, of `... x d` points; differentiable by continuous columns."""
        values = list(x.unsqueeze(-2).unbind(-1))
        for column, (parameter, shifts) in self._columns.items():
            moved = parameter.from_natural(parameter.natural(values[column]) + shifts.to(x))
            if parameter.grid is not None:
                moved = parameter.project(moved.reshape(-1, 1)).reshape(moved.shape)
            values[column] = moved
        return torch.stack(torch.broadcast_tensors(*values), dim=-1)


def spread_normal(m: int, k: int) -> Tensor:
    """Return `m x k` numbers that stand for a standard normal distribution: each column has its moments.

    They are quantiles of a Sobol sequence that is always the same, moved and scaled to mean 0 and variance 1.
    """
    drawn: Tensor = SobolEngine(k, scramble=True, seed=0).draw(m, dtype=torch.float64)
    z = math.sqrt(2.0) * torch.erfinv((2 * drawn - 1).clamp(-1 + 1e-9, 1 - 1e-9))
    z = z - z.mean(0)
    scaled: Tensor = z / z.square().mean(0).sqrt()
    return scaled


def check_set(
    input_sd: Mapping[str, float] | None,
    perturbations: list[dict[str, float]] | None,
    weights: list[float] | None,
) -> None:
    """Refuse perturbations that are given twice or not at all, and weights that do not belong to them.

    Raises:
        ValueError: With what to do.
    """
    if (input_sd is None) == (perturbations is None):
        raise ValueError("give one of `input_sd` and `perturbations`: how far a point may be off")
    check_weights(weights, None if perturbations is None else len(perturbations), "perturbations")
    if perturbations is not None and not any(perturbations):
        raise ValueError("no perturbation shifts a parameter; write `perturbations: [{name: shift}, ...]`")


def _number(name: str, space: DesignSpace) -> Numeric:
    """Return a parameter that may be off by a number.

    Raises:
        IncompatibleError: If there is none of that name, or it cannot be shifted; with the remedy.
    """
    if name not in space.names:
        known = did_you_mean(name, space.names)
        raise IncompatibleError(f"Perturbed shifts '{name}', which is no parameter; use another name.{known}")
    parameter = space.parameters[name]
    if not isinstance(parameter, Numeric) or isinstance(parameter, Bool):
        raise IncompatibleError(f"Perturbed shifts '{name}', which is no number; leave it out")
    if name in space.conditions.codes:
        raise IncompatibleError(
            f"Perturbed shifts '{name}', which is not always active; leave it out, or make it unconditional"
        )
    if space.roles.get(name) == "fidelity":
        raise IncompatibleError(f"Perturbed shifts '{name}', which is a fidelity; leave it out")
    return parameter
