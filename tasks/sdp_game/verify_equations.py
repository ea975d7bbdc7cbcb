"""What a certificate claims, as equations: the second half of the checker, without code of the solver.

The matrices of a file belong to these sums of squares, in this order. Two half lines, `u >= 0` for the
transform and `u >= r^2` (`R^2` with three points) for the function, have two each: Laguerre polynomials
`L_k(2 pi x) / sqrt(L_k(0))`, `k <= d_2`, in the distance `x` from the start, times 1 and times `x`. With
three points follow the kernels `F_0, ..., F_{2 d_3}` in Chebyshev polynomials on `[0, R^2]`; two for pairs in
Chebyshev polynomials on `[r^2, R^2]`, times `u - r^2` and `R^2 - u`; and for each multiplier products of
Chebyshev polynomials in `s = u + v`, `(u - v)^2` and `t`, times 1 and times `u - v`.

An identity of polynomials is checked at points that determine a polynomial of its degree: in one variable
one more than the degree, in three the part of a grid whose places are the exponents that occur (Dyn and
Floater, 2014, "Multivariate polynomial interpolation on lower sets").
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

BASES: dict[str, Callable[..., Any]] = {
    "1": lambda u, v, t, a, b: 1 + 0 * u,
    "A1": lambda u, v, t, a, b: u + v - 2 * a,
    "A2": lambda u, v, t, a, b: (u - a) * (v - a),
    "B1": lambda u, v, t, a, b: 2 * b - u - v,
    "B2": lambda u, v, t, a, b: (b - u) * (b - v),
    "C": lambda u, v, t, a, b: u + v - 2 * t - a,
    "G": lambda u, v, t, a, b: u * v - t * t,
    "g1": lambda u, v, t, a, b: (u - a) * (b - u) + (v - a) * (b - v),
    "g2": lambda u, v, t, a, b: (u - a) * (b - u) * (v - a) * (b - v),
}
DEGREES = {"1": 0, "A1": 1, "A2": 2, "B1": 1, "B2": 2, "C": 1, "G": 2, "g1": 2, "g2": 4}
Equation = tuple[list[Any], Any, dict[int, Any]]


def factors(multiplier: str) -> list[str]:
    """Return the base polynomials of a product such as `A1^2*C`.

    Raises:
        ValueError: If a power is not a number from 1 to 99.
    """
    found = []
    for base, caret, power in (one.partition("^") for one in multiplier.split("*")):
        if caret and not (len(power) <= 2 and power.isdecimal() and int(power) > 0):
            raise ValueError(f"multiplier {multiplier!r}: {power!r} is not a power from 1 to 99")
        found += [base] * int(power or 1)
    return found


def equations_and_costs(content: dict[str, Any]) -> tuple[list[Equation], list[Any]]:
    """Return `(row of y, right-hand side, {j: A_ij})` for every equation, and `C_j` for every matrix."""
    from flint import arb, arb_mat

    claim = _Claim(content)
    inner, outer = arb(content["min_distance"]) ** 2, arb(content["truncation_radius"]) ** 2
    found = [*claim.half_line(0, arb(0), 1), *claim.half_line(2, outer, -1)]
    if content["half_degree_3"]:
        found += [*claim.pairs(inner, outer), *claim.triples(inner, outer, content["multipliers"])]
    sizes = {j: term.nrows() for _, _, terms in found for j, term in terms.items()}
    costs = [arb_mat(sizes[j], sizes[j]) for j in range(len(sizes))]
    if content["half_degree_3"]:
        radial = _chebyshev(content["half_degree_3"], arb(-1))
        costs[4] = _product(1, radial, radial)
    return found, costs


class _Claim:
    """The polynomials of a certificate; `c_0` is eliminated by the value 1 of the transform at 0."""

    def __init__(self, content: dict[str, Any]) -> None:
        from flint import arb

        self.n, self.d2, self.d3 = (content[k] for k in ("dimension", "half_degree_2", "half_degree_3"))
        self.majorant_degree = content["majorant_degree"]
        self.alpha = arb(self.n) / 2 - 1
        self.norms = self.laguerre(arb(0))

    def laguerre(self, x: Any) -> list[Any]:
        """Values up to the degree `2 d_2 + 1`."""
        previous, current, values = 0 * x, 0 * x + 1, []
        for k in range(2 * self.d2 + 2):
            values.append(current)
            following = ((2 * k + 1 + self.alpha - x) * current - (k + self.alpha) * previous) / (k + 1)
            previous, current = current, following
        return values

    def psi(self, u: Any) -> list[Any]:
        """Eigenfunctions of the Fourier transform without their Gaussian, the first being 1."""
        from flint import arb

        return [a / b for a, b in zip(self.laguerre(2 * arb.pi() * u), self.norms, strict=True)]

    def half_line(self, first: int, start: Any, sign: int) -> list[Equation]:
        """The transform (sign 1) or minus the function (sign -1) is a sum of squares from `start` on."""
        from flint import arb

        found: list[Equation] = []
        for x in _nodes(2 * self.d2 + 2, 0, (4 * self.d2 + self.n) / math.pi):
            values = self.psi(start + x)
            signs = [(-1) ** k for k in range(len(values))]
            if sign > 0:
                row = [s - s * one for s, one in zip(signs, values, strict=True)]
            else:
                row = [one - s for s, one in zip(signs, values, strict=True)]
            basis = [a / b.sqrt() for a, b in zip(self.laguerre(2 * arb.pi() * x), self.norms, strict=True)]
            square = _product(1, basis[: self.d2 + 1], basis[: self.d2 + 1])
            found.append((row[1:], arb(sign), {first: square, first + 1: square * x}))
        return found

    def pairs(self, inner: Any, outer: Any) -> list[Equation]:
        """`p_2(u) + 2 p_3(u, 0, 0) + T(u) p_3(u, u, u)` is minus a sum of squares between the radii."""
        from flint import arb

        half, found = max(self.d2, (2 * self.d3 + self.majorant_degree) // 2), []
        coefficients = _majorant(inner, outer, self.majorant_degree)
        at_zero = _chebyshev(self.d3, arb(-1))
        for u in _nodes(2 * half + 2, float(inner), float(outer)):
            x = (2 * u - inner - outer) / (outer - inner)
            above = sum(
                a * b for a, b in zip(coefficients, _chebyshev(len(coefficients) - 1, x), strict=True)
            )
            radial, terms = _chebyshev(self.d3, 2 * u / outer - 1), {}
            for k in range(2 * self.d3 + 1):
                a = radial[: self.d3 - (k + 1) // 2 + 1]
                terms[4 + k] = _product(above * (u / outer) ** k, a, a)
            terms[4] += _product(2, radial, at_zero)
            square = _product(1, _chebyshev(half, x), _chebyshev(half, x))
            terms[5 + 2 * self.d3], terms[6 + 2 * self.d3] = square * (u - inner), square * (outer - u)
            row = [one - (-1) ** k for k, one in enumerate(self.psi(u))]
            found.append((row[1:], arb(-1), terms))
        return found

    def triples(self, inner: Any, outer: Any, multipliers: list[str]) -> list[Equation]:
        """`p_3(u, v, t)` is minus a sum of squares times multipliers, as polynomials."""
        from flint import arb

        degree, found, width = 2 * self.d3, [], outer - inner
        sums = _nodes(degree + 1, 2 * float(inner), 2 * float(outer))
        differences = _nodes(self.d3 + 1, 0, float(width))
        products = _nodes(degree + 1, -float(outer), float(outer))
        for a, b, c in _exponents(degree):
            s, d, t = sums[a], differences[b], products[c]
            u, v = (s + d) / 2, (s - d) / 2
            terms = self.kernel(u / outer, v / outer, t / outer)
            at = (s - inner - outer) / width, 2 * (d / width) ** 2 - 1, t / outer
            for multiplier in multipliers:
                weight, total = arb(1), 0
                for base in factors(multiplier):
                    weight, total = weight * BASES[base](u, v, t, inner, outer), total + DEGREES[base]
                half = (degree - total) // 2
                for e, factor in ((half, weight), (half - 1, weight * (d / width) ** 2)):
                    if e >= 0:
                        values = _symmetric_products(e, *at)
                        terms[len(terms) + 6] = _product(factor, values, values)
            # The two matrices of pairs come between the kernels and the multipliers, and have no term here.
            found.append(([arb(0)] * (2 * self.d2 + 1), arb(0), terms))
        return found

    def kernel(self, u: Any, v: Any, t: Any) -> dict[int, Any]:
        """The value of `p_3`, in units of `R^2`."""
        left, right = _chebyshev(self.d3, 2 * u - 1), _chebyshev(self.d3, 2 * v - 1)
        previous, angular, terms = 0 * t, 0 * t + 1, {}
        for k in range(2 * self.d3 + 1):
            size = self.d3 - (k + 1) // 2 + 1
            terms[4 + k] = _product(angular, left[:size], right[:size])
            following = (2 * k + self.n - 2) * t * angular - k * u * v * previous
            previous, angular = angular, following / (k + self.n - 2) if k + self.n > 2 else t
        return terms


def _majorant(inner: Any, outer: Any, degree: int) -> list[Any]:
    """Chebyshev coefficients of a polynomial above `exp(-pi u)` on an interval.

    `I_{k+1}(z) <= z / (2 k + 2) I_k(z)` bounds the rest of the series by a geometric one.
    """
    from flint import arb

    z = arb.pi() * (outer - inner) / 2
    scale = 2 * (-arb.pi() * (inner + outer) / 2).exp()
    found = [(-1) ** k * scale * z.bessel_i(arb(k)) for k in range(degree + 1)]
    ratio = z / (2 * degree + 4)
    if not ratio < 1:
        raise ValueError(f"the majorant of degree {degree} has no bound of its rest")
    return [found[0] / 2 + scale * z.bessel_i(arb(degree + 1)) / (1 - ratio), *found[1:]]


def _product(weight: Any, p: list[Any], q: list[Any]) -> Any:
    """Return `w (p q' + q p') / 2`."""
    from flint import arb_mat

    n = len(p)
    return arb_mat(n, n, [weight * (p[i] * q[j] + q[i] * p[j]) / 2 for i in range(n) for j in range(n)])


def _chebyshev(degree: int, x: Any) -> list[Any]:
    values = [0 * x + 1, x]
    while len(values) <= degree:
        values.append(2 * x * values[-1] - values[-2])
    return values[: degree + 1]


def _exponents(degree: int) -> list[tuple[int, int, int]]:
    return [
        (a, b, c)
        for a in range(degree + 1)
        for b in range((degree - a) // 2 + 1)
        for c in range(degree - a - 2 * b + 1)
    ]


def _symmetric_products(degree: int, s: Any, q: Any, t: Any) -> list[Any]:
    in_s, in_q, in_t = (_chebyshev(degree, one) for one in (s, q, t))
    return [in_s[a] * in_q[b] * in_t[c] for a, b, c in _exponents(degree)]


def _nodes(n: int, low: float, high: float) -> list[Any]:
    """Return distinct doubles; every leading part of them is spread over the interval."""
    from flint import arb

    turns = [sum((i >> bit & 1) / 2 ** (bit + 1) for bit in range(i.bit_length())) for i in range(n)]
    found = [low + (high - low) * (1 + math.cos(math.pi * turn)) / 2 for turn in turns]
    if len(set(found)) < n:
        raise ValueError(f"the interval from {low:g} to {high:g} is too short")
    return [arb(one) for one in found]
