"""Integers: `int`, `pow_int`, `step_int`, `int_exponent`. All decode to integers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from torch import Tensor

from hebo.design_space.parameters.bounded import Bounded
from hebo.design_space.parameters.grid import Grid, count_steps
from hebo.design_space.parameters.scale import Linear, Log, Scale

LINEAR_LIMIT = 2**53
"""Largest integer up to which float64 tells all integers apart."""

LOG_LIMIT = 10**12
"""Largest integer up to which the float64 logarithm tells all integers apart, with a margin."""


class Whole(Bounded):
    """What the integer types share: integral bounds."""

    def _plain(self, key: str, bound: Any) -> float:
        """Return an integral bound as a Python integer."""
        if int(bound) != bound:
            raise self.problem(key, bound, "is not an integer; round it, or use type 'num'")
        return int(bound)


class Integral(Whole):
    """Every integer from `lb` to `ub`, unless a subclass says which."""

    def __post_init__(self) -> None:
        """Check that the bounds are integers that a float64 column tells apart."""
        super().__post_init__()
        limit = LINEAR_LIMIT if isinstance(self.scale, Linear) else LOG_LIMIT
        for key, bound in (("lb", self.lb), ("ub", self.ub)):
            if abs(bound) > limit:
                raise self.problem(key, bound, f"is beyond {limit:.0e}, where neighbors blur; use 'pow'")

    @cached_property
    def grid(self) -> Grid:
        """The integers."""
        return Grid.of(self.lb, 1, int(self.ub - self.lb) + 1, scale=self.scale)

    def decode(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return 64-bit integers."""
        return self.natural(x)[:, 0].numpy().astype(np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Int(Integral):
    """`int`: every integer from `lb` to `ub`, on a log scale if `log`."""

    log: bool = False

    def __post_init__(self) -> None:
        """Check bounds and scale."""
        self.check_flag("log")
        super().__post_init__()
        if self.log:
            self.check_positive(at_least=1)

    @property
    def scale(self) -> Scale:
        """Linear or natural logarithm."""
        return Log() if self.log else Linear()


@dataclass(frozen=True, kw_only=True, eq=False)
class PowInt(Integral):
    """`pow_int`: every integer from `lb` >= 1 to `ub`, encoded as its logarithm to `base`."""

    base: float = 10.0

    def __post_init__(self) -> None:
        """Check bounds and base."""
        self.check_base(self.base)
        object.__setattr__(self, "base", float(self.base))
        super().__post_init__()
        self.check_positive(at_least=1)

    @property
    def scale(self) -> Scale:
        """Logarithm to `base`."""
        return Log(self.base)


@dataclass(frozen=True, kw_only=True, eq=False)
class StepInt(Integral):
    """`step_int`: the integers `lb, lb + step, ...` up to `ub`."""

    step: int

    def __post_init__(self) -> None:
        """Check bounds and step."""
        super().__post_init__()
        object.__setattr__(self, "step", self.check_step(self.step, integer=True))

    @property
    def scale(self) -> Scale:
        """Linear."""
        return Linear()

    @cached_property
    def grid(self) -> Grid:
        """The steps."""
        return Grid.of(self.lb, self.step, count_steps(self.lb, self.ub, self.step))

    @property
    def natural_bounds(self) -> tuple[float, float]:
        """The lower bound and the last step."""
        return self.lb, self.lb + (count_steps(self.lb, self.ub, self.step) - 1) * self.step


@dataclass(frozen=True, kw_only=True, eq=False)
class IntExponent(Whole):
    """`int_exponent`: the powers of `base` from `lb` to `ub`, e.g. 32, 64, 128; encoded as the exponent."""

    base: int

    def __post_init__(self) -> None:
        """Check bounds and base, derive the exponents."""
        super().__post_init__()
        self.check_base(self.base)
        if int(self.base) != self.base:
            raise self.problem("base", self.base, "must be an integer; 2 is usual")
        object.__setattr__(self, "base", int(self.base))
        for key in ("lb", "ub"):
            self._exponent(key)

    def _exponent(self, key: str) -> int:
        """Return the exponent of a bound that is a power of `base`."""
        bound, exponent = getattr(self, key), 0
        while self.base**exponent < bound:
            exponent += 1
        if self.base**exponent != bound:
            near = f"{self.base ** max(exponent - 1, 0)} or {self.base**exponent}"
            raise self.problem(key, bound, f"is not a power of base = {self.base}; use {near}")
        return exponent

    @property
    def scale(self) -> Scale:
        """Logarithm to `base`."""
        return Log(float(self.base))

    @cached_property
    def grid(self) -> Grid:
        """The exponents."""
        first = self._exponent("lb")
        return Grid.of(first, 1, self._exponent("ub") - first + 1)

    @cached_property
    def bounds(self) -> Tensor:
        """`2 x 1`, first and last exponent."""
        return self.grid.value((self.grid.count - 1) * self.grid.start.new_tensor([[0.0], [1.0]]))

    def natural(self, x: Tensor) -> Tensor:
        """Return the powers as floats."""
        return float(self.base) ** self.grid.nearest(x)

    def decode(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return the powers, as 64-bit integers unless the largest one is beyond these."""
        exponents = self.grid.nearest(x)[:, 0].tolist()
        dtype = np.int64 if self.ub < 2**63 else object
        return np.array([self.base ** int(exponent) for exponent in exponents], dtype=dtype)

    def _gap(self, values: Tensor) -> Tensor:
        """Return the distance to the power below."""
        return values * (1.0 - 1.0 / self.base)
