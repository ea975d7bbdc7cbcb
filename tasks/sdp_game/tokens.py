"""Multipliers: polynomials that are not negative where three points of a packing can be.

Two centres `x` and `y` around a third at the origin enter by `u = |x|^2`, `v = |y|^2` and `t = <x, y>`.
Within the truncation radius `R` and at least `r` apart they lie in

    S = {r^2 <= u, v <= R^2, u + v - 2 t >= r^2, u v - t^2 >= 0}.

A kernel is proved negative on S as a sum of squares times multipliers, each a product of the base
polynomials below. All of them are symmetric in `u` and `v`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import mul
from typing import Any

from hebo.errors import ConfigError, did_you_mean

N_PRODUCT = 6
"""Products are made of the first so many base polynomials; the last one is a multiplier by itself."""

BASES: dict[str, tuple[int, Callable[[Any, Any, Any, Any, Any], Any]]] = {
    "A1": (1, lambda u, v, t, a, b: (u - a) + (v - a)),
    "A2": (2, lambda u, v, t, a, b: (u - a) * (v - a)),
    "B1": (1, lambda u, v, t, a, b: (b - u) + (b - v)),
    "B2": (2, lambda u, v, t, a, b: (b - u) * (b - v)),
    "C": (1, lambda u, v, t, a, b: u + v - 2 * t - a),
    "G": (2, lambda u, v, t, a, b: u * v - t * t),
    "g1": (2, lambda u, v, t, a, b: (u - a) * (b - u) + (v - a) * (b - v)),
}
"""Name -> total degree in `(u, v, t)`, and the polynomial with `a = r^2` and `b = R^2`."""

_TOP_AT_ONES = {"A1": 2, "A2": 1, "B1": -2, "B2": 1, "C": 0, "G": 0, "g1": -2}
_G2 = (0, 1, 0, 1, 0, 0, 0)
_FACTOR = re.compile(r"([A-Za-z]\d?)(?:\^([1-9]\d*))?")


@dataclass(frozen=True)
class Token:
    """A multiplier.

    Attributes:
        name: `"1"`, `"g1"`, `"g2"` (which is `A2*B2`), or factors in the order of `BASES`: `"A1^2*C"`.
        exponents: Of each polynomial of `BASES`.
    """

    name: str
    exponents: tuple[int, ...]

    @property
    def degree(self) -> int:
        """Total degree in `u`, `v` and `t`."""
        return sum(n * degree for n, (degree, _) in zip(self.exponents, BASES.values(), strict=True))

    @property
    def top_form_at_ones(self) -> int:
        """Value of the terms of highest degree at `u = v = t = 1`."""
        return reduce(
            mul, (_TOP_AT_ONES[base] ** n for base, n in zip(BASES, self.exponents, strict=True)), 1
        )

    @property
    def order(self) -> tuple[Any, ...]:
        """Sort key: products by degree, then `g1` and `g2`."""
        return (self.name in ("g1", "g2"), self.degree, *(-n for n in self.exponents))

    def value(self, u: Any, v: Any, t: Any, inner: Any, outer: Any) -> Any:
        """Return the value at a point, in the arithmetic of the arguments (floats, fractions, balls, arrays).

        Args:
            u: `|x|^2`.
            v: `|y|^2`.
            t: `<x, y>`.
            inner: `r^2`.
            outer: `R^2`.
        """
        result: Any = 1
        for n, (_, base) in zip(self.exponents, BASES.values(), strict=True):
            for _ in range(n):
                result = result * base(u, v, t, inner, outer)
        return result


def make_token(exponents: tuple[int, ...]) -> Token:
    """Return the product of base polynomials with these exponents, one for each of `BASES`."""
    factors = [base if n == 1 else f"{base}^{n}" for base, n in zip(BASES, exponents, strict=True) if n]
    return Token("g2" if exponents == _G2 else "*".join(factors) or "1", exponents)


def parse_token(name: str) -> Token:
    """Return the multiplier of a name; factors may come in any order and be repeated.

    Raises:
        ConfigError: If a factor is not a base polynomial, or `g1` or `g2` is multiplied.
    """
    if name == "1":
        return make_token((0,) * len(BASES))
    if name == "g2":
        return make_token(_G2)
    exponents = [0] * len(BASES)
    for factor in name.split("*"):
        found = _FACTOR.fullmatch(factor.strip())
        if found is None or found[1] not in BASES:
            known = ["1", *BASES, "g2"]
            raise ConfigError(
                f"multiplier {name!r}: {factor!r} is not a base polynomial."
                f"{did_you_mean(factor.strip(), known)} Products are written as A1*C or A1^2*C."
            )
        exponents[list(BASES).index(found[1])] += int(found[2] or 1)
    if exponents[N_PRODUCT] and sum(exponents) > 1:
        raise ConfigError(
            f"multiplier {name!r}: g1 stands alone; multiply {', '.join([*BASES][:N_PRODUCT])} only."
        )
    return make_token(tuple(exponents))


def products(degree: int) -> tuple[Token, ...]:
    """Return all products of base polynomials up to a total degree, the constant first, in order."""
    degrees = [one for one, _ in BASES.values()][:N_PRODUCT]
    ranges = (range(degree // one + 1) for one in degrees)
    found = (make_token((*exponents, 0)) for exponents in itertools.product(*ranges))
    return tuple(sorted((one for one in found if one.degree <= degree), key=lambda one: one.order))
