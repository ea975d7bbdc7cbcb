"""Polynomials of the two-point and three-point bounds.

Everything but the majorant is generic: floats, fractions, arrays and balls may be put in.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hebo.errors import ConfigError

LARGEST_SLACK = 1e-3
"""A majorant that is further above the exponential, relatively, would spoil the bound."""


def laguerre_basis(degree: int, alpha: Any, x: Any) -> list[Any]:
    """Return `L_0^alpha(x), ..., L_degree^alpha(x)` by the recursion of three terms."""
    values = [x * 0 + 1, 1 + alpha - x]
    for k in range(1, degree):
        values.append(((2 * k + 1 + alpha - x) * values[k] - (k + alpha) * values[k - 1]) / (k + 1))
    return values[: degree + 1]


def eigenfunction_basis(degree: int, alpha: Any, x: Any) -> list[Any]:
    """Return `psi_k = L_k^alpha(x) / L_k^alpha(0)`.

    With `x = 2 pi |y|^2` and `alpha = n/2 - 1`, `exp(-pi |y|^2) psi_k` is an eigenfunction of the Fourier
    transform in `n` dimensions with eigenvalue `(-1)^k`, and 1 at the origin.
    """
    at_zero = laguerre_basis(degree, alpha, alpha * 0)
    return [one / norm for one, norm in zip(laguerre_basis(degree, alpha, x), at_zero, strict=True)]


def chebyshev_basis(degree: int, x: Any) -> list[Any]:
    """Return the Chebyshev polynomials `T_0(x), ..., T_degree(x)`."""
    values = [x * 0 + 1, x]
    for _ in range(1, degree):
        values.append(2 * x * values[-1] - values[-2])
    return values[: degree + 1]


def gegenbauer_kernels(degree: int, dimension: int, u: Any, v: Any, t: Any) -> list[Any]:
    """Return `Q_k = (u v)^{k/2} P_k(t / sqrt(u v))`, `k = 0, ..., degree`.

    `P_k` is the Gegenbauer polynomial with parameter `dimension / 2 - 1` and `P_k(1) = 1`; with
    `u = |x|^2`, `v = |y|^2`, `t = <x, y>`, every `Q_k` is a positive definite kernel (Schoenberg, 1942).
    """
    values = [t * 0 + 1, t]
    for k in range(1, degree):
        following = (2 * k + dimension - 2) * t * values[k] - k * u * v * values[k - 1]
        values.append(following / (k + dimension - 2))
    return values[: degree + 1]


def symmetric_exponents(degree: int) -> list[tuple[int, int, int]]:
    """Return all `(a, b, c)` with `a + 2 b + c <= degree`.

    `s^a q^b t^c` with `s = u + v` and `q = (u - v)^2` are the polynomials in `(u, v, t)` of this degree that
    do not change when `u` and `v` are exchanged.
    """
    ranges = range(degree + 1), range(degree // 2 + 1), range(degree + 1)
    return [(a, b, c) for a, b, c in itertools.product(*ranges) if a + 2 * b + c <= degree]


def symmetric_basis(degree: int, s: Any, q: Any, t: Any) -> list[Any]:
    """Return the products `T_a(s) T_b(q) T_c(t)` of Chebyshev polynomials, `a + 2 b + c <= degree`."""
    if degree < 0:
        return []
    in_s, in_t = chebyshev_basis(degree, s), chebyshev_basis(degree, t)
    in_q = chebyshev_basis(degree // 2, q)
    return [in_s[a] * in_q[b] * in_t[c] for a, b, c in symmetric_exponents(degree)]


def chebyshev_nodes(n: int, low: float, high: float) -> list[float]:
    """Return the `n` zeros of a Chebyshev polynomial on an interval, ascending."""
    return [low + (high - low) * math.sin(math.pi * (2 * i + 1) / (4 * n)) ** 2 for i in range(n)]


def leja_order(nodes: Sequence[float]) -> list[float]:
    """Return nodes so that each is far from all before: the largest product of distances comes first.

    The first so many nodes of any number then interpolate stably.
    """
    rest = sorted(nodes)
    found = [rest.pop()]
    while rest:
        at = max(range(len(rest)), key=lambda i: sum(math.log(abs(rest[i] - one)) for one in found))
        found.append(rest.pop(at))
    return found


def symmetric_nodes(degree: int, inner: float, outer: float) -> list[tuple[float, float, float]]:
    """Return points `(s, d, t)`, `d = u - v`, that determine a symmetric polynomial of a degree.

    A polynomial in the span of `s^a q^b t^c`, with exponents in a set that contains all smaller ones, is
    determined by its values at `(s_a, q_b, t_c)` for the same set, whatever the distinct nodes of each
    coordinate (Dyn and Floater, 2014); so nothing has to be proved about these points but that.

    Args:
        degree: At most so large is `a + 2 b + c`.
        inner: `r^2`.
        outer: `R^2`.
    """
    s = leja_order(chebyshev_nodes(degree + 1, 2 * inner, 2 * outer))
    t = leja_order(chebyshev_nodes(degree + 1, -outer, outer - inner / 2))
    q = leja_order(chebyshev_nodes(degree // 2 + 1, 0.0, (outer - inner) ** 2))
    return [(s[a], math.sqrt(q[b]), t[c]) for a, b, c in symmetric_exponents(degree)]


@dataclass(frozen=True)
class ExponentialMajorant:
    """A polynomial `T(u) >= exp(-pi u)` on `[r^2, R^2]`.

    With `c` and `h` the middle and half the length of the interval,

        exp(-pi (c + h x)) = exp(-pi c) (I_0(pi h) + 2 sum_{k >= 1} (-1)^k I_k(pi h) T_k(x)),

    cut off at `degree`, and raised by what is left out.

    Attributes:
        coefficients: Of the Chebyshev polynomials, balls.
        middle: `c`, a ball.
        half_length: `h`, a ball.
        relative_slack: `T(u) / exp(-pi u) - 1` is at most this.
    """

    coefficients: tuple[Any, ...]
    middle: Any
    half_length: Any
    relative_slack: float

    def value(self, u: Any) -> Any:
        """Return `T(u)`."""
        basis = chebyshev_basis(len(self.coefficients) - 1, (u - self.middle) / self.half_length)
        return sum(one * t for one, t in zip(self.coefficients, basis, strict=True))


def exponential_majorant(inner: Any, outer: Any, degree: int) -> ExponentialMajorant:
    """Return the majorant on `[inner, outer]`, both balls.

    The series of `I_k` shows that `I_{k+1}(x) <= x / (2 k + 2) I_k(x)`, so that what is left out is below a
    geometric series.

    Raises:
        ConfigError: If the degree is too low for a majorant that is nearly sharp.
    """
    from flint import arb

    middle, half_length = (inner + outer) / 2, (outer - inner) / 2
    x, at_middle = arb.pi() * half_length, (-arb.pi() * middle).exp()
    ratio = x / (2 * degree + 4)
    if not ratio < 1:
        raise ConfigError(_too_low(degree, inner, outer, "no useful bound of what is left out"))
    terms = [2 * at_middle * x.bessel_i(arb(k)) for k in range(degree + 2)]
    tail = terms[-1] / (1 - ratio)
    slack = float((2 * tail * (arb.pi() * outer).exp()).upper())
    if not slack <= LARGEST_SLACK:
        raise ConfigError(_too_low(degree, inner, outer, f"a relative slack of {slack:.2g}"))
    coefficients = [terms[0] / 2 + tail, *((-1) ** k * terms[k] for k in range(1, degree + 1))]
    return ExponentialMajorant(tuple(coefficients), middle, half_length, slack)


def _too_low(degree: int, inner: Any, outer: Any, what: str) -> str:
    return (
        f"majorant_degree = {degree} leaves {what} between r^2 = {float(inner):g} and "
        f"R^2 = {float(outer):g}; at most {LARGEST_SLACK:g} is sensible: raise the degree or lower the "
        "truncation radius."
    )
