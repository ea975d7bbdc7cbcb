"""Bounded numbers: the checks of `lb`, `ub`, `base`, `step` and `prior`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hebo.design_space.parameters.grid import Grid
from hebo.design_space.parameters.numeric import Numeric
from hebo.design_space.parameters.prior import MIN_WEIGHT, Quantile
from hebo.design_space.parameters.scale import Scale
from hebo.design_space.values.plain_values import is_number


@dataclass(frozen=True, kw_only=True, eq=False)
class Bounded(Numeric):
    """A numeric parameter with `lb` and `ub`; equal bounds make a constant (one value, zero range)."""

    lb: float
    ub: float

    def __post_init__(self) -> None:
        """Check that the bounds are finite numbers in order."""
        for key in ("lb", "ub"):
            bound = getattr(self, key)
            if not is_number(bound):
                raise self.problem(key, bound, "is not a number; give a real number without quotes")
            if not math.isfinite(bound) or abs(bound) > 1e300:
                raise self.problem(key, bound, "is not finite; give bounds that are finite (below 1e300)")
            object.__setattr__(self, key, self._plain(key, bound))
        if self.lb > self.ub:
            raise self.problem("lb", self.lb, f"is above ub = {self.ub!r}; swap them")

    def _plain(self, key: str, bound: Any) -> float:
        """Return a bound as the Python number it is kept as."""
        return float(bound)

    def check_positive(self, *, at_least: float = 0.0) -> None:
        """Refuse a lower bound that a logarithmic scale cannot hold."""
        if self.lb <= 0 or self.lb < at_least:
            limit = f"at least {at_least:g}" if at_least else "above 0"
            raise self.problem(
                "lb", self.lb, f"has no place on a log scale; use an lb {limit}, or type 'num'"
            )

    def check_base(self, base: object) -> None:
        """Refuse a base of logarithms that is not a finite number above 1."""
        if not is_number(base) or not 1 < base < 1e300:
            raise self.problem("base", base, "must be a finite number above 1; 2 and 10 are usual")

    def check_flag(self, key: str) -> None:
        """Refuse a flag that is neither true nor false."""
        if not isinstance(getattr(self, key), bool):
            raise self.problem(key, getattr(self, key), "must be true or false")

    def check_step(self, step: Any, *, integer: bool = False) -> float:
        """Return `step` as a plain number.

        Raises:
            SpaceError: If it is not a positive number, is larger than the range, or is lost in rounding.
        """
        if not is_number(step) or not 0 < step < math.inf:
            raise self.problem("step", step, "must be a positive number")
        if integer and int(step) != step:
            raise self.problem("step", step, "must be an integer; use type 'num' with a step for fractions")
        span = self.ub - self.lb
        if step > span * (1 + 1e-12):
            raise self.problem("step", step, f"is larger than the range {span!r}; make it smaller")
        if span / step > 2**53:
            raise self.problem("step", step, f"is lost in rounding beside the range {span!r}; drop it")
        return int(step) if integer else float(step)

    def check_prior(self, prior: Any) -> tuple[float, ...]:
        """Return the weights of a prior as plain numbers.

        Raises:
            SpaceError: If it is not a list of two or more positive numbers, one of them is below a millionth
                of the largest, or the range is empty.
        """
        if isinstance(prior, str) or not isinstance(prior, Sequence) or len(prior) < 2:
            raise self.problem("prior", prior, "must list the weights of two or more cells of the range")
        for weight in prior:
            if not is_number(weight) or not 0 < weight < math.inf:
                raise self.problem("prior", weight, "must be positive numbers; a small one is nearly zero")
        least = MIN_WEIGHT * max(prior)
        if min(prior) < least:
            raise self.problem("prior", min(prior), f"is too small beside {max(prior)}; use {least:g}")
        if self.lb == self.ub:
            raise self.problem("prior", list(prior), "says nothing where lb equals ub; drop it")
        return tuple(float(weight) for weight in prior)

    def with_prior(self, scale: Scale, prior: tuple[float, ...] | None) -> Scale:
        """Return the scale that a prior makes of another; that one without a prior."""
        return scale if prior is None else Quantile(scale, self.natural_bounds, prior)

    @property
    def natural_bounds(self) -> tuple[float, float]:
        """The bounds as given."""
        return self.lb, self.ub

    @cached_property
    def grid(self) -> Grid | None:
        """No grid, except the single value of a constant."""
        return Grid.of(self.lb, 1.0, 1, scale=self.scale) if self.lb == self.ub else None
