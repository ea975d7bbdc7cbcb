"""Real numbers: `num`, `pow`, `sigmoid`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from torch import Tensor

from hebo.design_space.parameters.bounded import Bounded
from hebo.design_space.parameters.grid import Grid, count_steps
from hebo.design_space.parameters.scale import Linear, Log, Logit, Scale

MAX_DECIMALS = 20
"""Most decimals to which the values of a grid are rounded; finer ones are left as they are."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Num(Bounded):
    """`num`: a real number, on a log scale if `log`, on the grid `lb, lb + step, ...` if `step`.

    Where `ub` is not on the grid, the largest grid value below it is the upper end. For `prior` see
    `hebo.design_space.parameters.prior`.
    """

    step: float | None = None
    log: bool = False
    prior: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Check bounds, step, scale and prior."""
        super().__post_init__()
        self.check_flag("log")
        if self.log:
            self.check_positive()
        if self.step is not None:
            object.__setattr__(self, "step", self.check_step(self.step))
        if self.prior is not None:
            object.__setattr__(self, "prior", self.check_prior(self.prior))
            if self.step is not None:
                raise self.problem("prior", list(self.prior), "does not go with a step; drop one of them")

    @cached_property
    def scale(self) -> Scale:
        """Linear or natural logarithm, or the quantile of a prior."""
        return self.with_prior(Log() if self.log else Linear(), self.prior)

    @cached_property
    def grid(self) -> Grid | None:
        """The steps, if there are any."""
        if self.step is None:
            return super().grid
        return Grid.of(self.lb, self.step, count_steps(self.lb, self.ub, self.step), scale=self.scale)

    @property
    def natural_bounds(self) -> tuple[float, float]:
        """The lower bound and the last value of the grid."""
        if self.step is None:
            return self.lb, self.ub
        return self.lb, self.lb + (count_steps(self.lb, self.ub, self.step) - 1) * self.step

    def decode(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return the natural values; steps without the float noise of `3 * 0.1`."""
        values = super().decode(x)
        if self.step is None or self._n_decimals > MAX_DECIMALS:
            return values
        return np.round(values, self._n_decimals)

    @cached_property
    def _n_decimals(self) -> int:
        """Decimals that suffice to write every grid value."""
        exponents = [Decimal(repr(number)).as_tuple().exponent for number in (self.lb, self.step)]
        return max(-int(exponent) for exponent in exponents)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pow(Bounded):
    """`pow`: a positive real number, encoded as its logarithm to `base`; `prior` as for `num`."""

    base: float = 10.0
    prior: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Check bounds, base and prior."""
        super().__post_init__()
        self.check_positive()
        self.check_base(self.base)
        object.__setattr__(self, "base", float(self.base))
        if self.prior is not None:
            object.__setattr__(self, "prior", self.check_prior(self.prior))

    @cached_property
    def scale(self) -> Scale:
        """Logarithm to `base`, or the quantile of a prior."""
        return self.with_prior(Log(self.base), self.prior)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sigmoid(Bounded):
    """`sigmoid`: a probability-like number strictly between 0 and 1, encoded as its log-odds."""

    def __post_init__(self) -> None:
        """Check `0 < lb < ub < 1`."""
        super().__post_init__()
        for key, bound in (("lb", self.lb), ("ub", self.ub)):
            if not 0.0 < bound < 1.0:
                raise self.problem(key, bound, "is not strictly between 0 and 1; move it inside, e.g. 0.001")
        if self.lb == self.ub:
            raise self.problem("lb", self.lb, "equals ub; leave a gap, or use type 'num' for a constant")

    @property
    def scale(self) -> Scale:
        """Log-odds."""
        return Logit()
