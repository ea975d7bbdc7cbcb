"""The semidefinite programs of the two-point and the three-point bound, in balls of the working precision.

A function is a polynomial times a Gaussian, `f(x) = exp(-pi u) sum_k c_k psi_k(u)`, `u = |x|^2`, of degree
`2 d + 1` with `sum_k (-1)^k c_k = 1`, which is the value of its transform at the origin. Polynomial
identities are imposed at as many points as determine them. Every equation is scaled by a power of two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from tasks.sdp_game.polynomials import (
    chebyshev_basis,
    chebyshev_nodes,
    eigenfunction_basis,
    exponential_majorant,
    gegenbauer_kernels,
    laguerre_basis,
    symmetric_basis,
    symmetric_exponents,
    symmetric_nodes,
)
from tasks.sdp_game.semidefinite import PsdBlock, SemidefiniteProgram, outer_product
from tasks.sdp_game.tokens import Token


class _Builder:
    """Equations so far, and what all of them are made of.

    Args:
        dimension: `n`.
        half_degree: `d`; there are `2 d + 1` free variables `c_1, ...`, as `c_0` is eliminated.
    """

    def __init__(self, dimension: int, half_degree: int) -> None:
        from flint import arb

        self.dimension, self.half_degree = dimension, half_degree
        self.degree = 2 * half_degree + 1
        self.alpha = arb(dimension) / 2 - 1
        self.two_pi = 2 * arb.pi()
        self.free: list[list[Any]] = []
        self.rhs: list[Any] = []
        self.blocks: list[PsdBlock] = []

    def add_block(self, size: int, cost: Any = None) -> PsdBlock:
        block = PsdBlock(size, cost)
        self.blocks.append(block)
        return block

    def add_equation(self, row: Sequence[Any], rhs: int) -> tuple[int, Any]:
        """Return the number of a new equation, and the scale that its terms get."""
        largest = max((abs(float(one)) for one in row), default=0.0)
        scale = self.dyadic(2.0 ** -math.ceil(math.log2(max(1.0, largest))))
        self.free.append([scale * one for one in row])
        self.rhs.append(scale * rhs)
        return len(self.rhs) - 1, scale

    @staticmethod
    def dyadic(value: float) -> Any:
        """Return a double as a number without radius."""
        from flint import arb

        return arb(value)

    def function(self, u: Any) -> list[Any]:
        """Return `p` with `sum_k c_k psi_k(u) = 1 + sum_{k >= 1} p_k c_k`."""
        psi = eigenfunction_basis(self.degree, self.alpha, self.two_pi * u)
        return [one - (-1) ** k for k, one in enumerate(psi)][1:]

    def transform(self, u: Any) -> list[Any]:
        """Return `p` with `sum_k (-1)^k c_k psi_k(u) = 1 + sum_{k >= 1} p_k c_k`."""
        psi = eigenfunction_basis(self.degree, self.alpha, self.two_pi * u)
        return [(-1) ** k * (one - 1) for k, one in enumerate(psi)][1:]

    def normalized_laguerre(self, u: Any) -> list[Any]:
        """Return Laguerre polynomials that are orthonormal up to a common factor."""
        norms = laguerre_basis(self.half_degree, self.alpha, self.alpha * 0)
        values = laguerre_basis(self.half_degree, self.alpha, self.two_pi * u)
        return [one / norm.sqrt() for one, norm in zip(values, norms, strict=True)]

    def add_half_line(self, start: Any, row: Callable[[Any], Sequence[Any]], sign: int) -> None:
        """Impose `sign (1 + row(u) c) >= 0` for all `u >= start`, with two sums of squares."""
        one, other = (self.add_block(self.half_degree + 1) for _ in range(2))
        # The oscillation of the largest Laguerre polynomial ends there.
        length = (2 * self.degree + self.dimension / 2 + 2) / math.pi
        for node in chebyshev_nodes(self.degree + 1, 0.0, length):
            ahead = self.dyadic(node)
            equation, scale = self.add_equation([-sign * value for value in row(start + ahead)], sign)
            basis = self.normalized_laguerre(ahead)
            one.add(equation, scale, basis)
            other.add(equation, scale * ahead, basis)

    def program(self) -> SemidefiniteProgram:
        """Return the program; its objective is `f(0) = 1 + 2 (c_1 + c_3 + ...)`, and what blocks add."""
        cost = [self.dyadic(2.0 * (k % 2)) for k in range(1, self.degree + 1)]
        return SemidefiniteProgram(self.blocks, self.free, cost, self.rhs, offset=self.dyadic(1.0))


def two_point_program(dimension: int, half_degree: int, min_distance: float) -> SemidefiniteProgram:
    """Return the program of Cohn and Elkies (2003): the transform is not negative, `f <= 0` from `r` on.

    Args:
        dimension: `n`.
        half_degree: `d`; polynomials have degree `2 d + 1`.
        min_distance: `r`.
    """
    builder = _Builder(dimension, half_degree)
    builder.add_half_line(builder.dyadic(0.0), builder.transform, 1)
    builder.add_half_line(builder.dyadic(min_distance) ** 2, builder.function, -1)
    return builder.program()


class _Kernel:
    """The function of three points, `f_3(x, y) = exp(-pi (u + v)) p_3(u, v, t)`.

        p_3 = sum_k <F_k, sym(a_k(u) a_k(v)^T)> Q_k(u, v, t) / R^{2 k},   k = 0, ..., 2 d_3,

    with `a_k` the Chebyshev polynomials on `[0, R^2]` up to the degree `(2 d_3 - k) // 2`.

    Args:
        builder: Gets a block for every `F_k`.
        half_degree: `d_3`.
        outer: `R^2`.
    """

    def __init__(self, builder: _Builder, half_degree: int, outer: Any) -> None:
        self.dimension, self.degree, self.outer = builder.dimension, 2 * half_degree, outer
        self.sizes = [(self.degree - k) // 2 + 1 for k in range(self.degree + 1)]
        self.at_zero = self.radial(outer * 0)
        cost = outer_product(self.at_zero)
        self.blocks = [builder.add_block(size, None if k else cost) for k, size in enumerate(self.sizes)]

    def radial(self, u: Any) -> list[Any]:
        """Return the values of the longest of the bases `a_k`."""
        return chebyshev_basis(self.sizes[0] - 1, 2 * u / self.outer - 1)

    def add_pair(self, equation: int, scale: Any, u: Any, majorant: Any) -> None:
        """Add `2 p_3(u, 0, 0) + T p_3(u, u, u)`."""
        radial = self.radial(u)
        self.blocks[0].add(equation, 2 * scale, radial, self.at_zero)
        for k, (block, size) in enumerate(zip(self.blocks, self.sizes, strict=True)):
            block.add(equation, scale * majorant * (u / self.outer) ** k, radial[:size])

    def add_triple(self, equation: int, u: Any, v: Any, t: Any) -> None:
        """Add `p_3(u, v, t)`."""
        left, right = self.radial(u), self.radial(v)
        angular = gegenbauer_kernels(
            self.degree, self.dimension, u / self.outer, v / self.outer, t / self.outer
        )
        for block, size, weight in zip(self.blocks, self.sizes, angular, strict=True):
            block.add(equation, weight, left[:size], right[:size])


def three_point_program(
    dimension: int,
    half_degree_2: int,
    half_degree_3: int,
    min_distance: float,
    truncation_radius: float,
    multipliers: Sequence[Token],
    majorant_degree: int,
) -> SemidefiniteProgram:
    """Return the program of Cohn, de Laat and Salmon (2206.15373, Theorem 1.1), with truncation at `R`.

    Args:
        dimension: `n`.
        half_degree_2: `d_2`, of the function of two points.
        half_degree_3: `d_3`, of the function of three points.
        min_distance: `r`.
        truncation_radius: `R > r`.
        multipliers: Of the sums of squares that make `f_3` negative for three centres.
        majorant_degree: Of the polynomial in place of `exp(-pi u)` in the condition on pairs.

    Raises:
        ConfigError: If the majorant is not sharp.
    """
    builder = _Builder(dimension, half_degree_2)
    inner, outer = builder.dyadic(min_distance) ** 2, builder.dyadic(truncation_radius) ** 2
    builder.add_half_line(builder.dyadic(0.0), builder.transform, 1)
    builder.add_half_line(outer, builder.function, -1)
    kernel = _Kernel(builder, half_degree_3, outer)
    _add_pairs(builder, kernel, inner, majorant_degree)
    _add_triples(builder, kernel, inner, multipliers)
    return builder.program()


def _add_pairs(builder: _Builder, kernel: _Kernel, inner: Any, majorant_degree: int) -> None:
    """Impose `p_2(u) + 2 p_3(u, 0, 0) + T(u) p_3(u, u, u) <= 0` on `[r^2, R^2]`."""
    outer = kernel.outer
    majorant = exponential_majorant(inner, outer, majorant_degree)
    half = max(builder.half_degree, (kernel.degree + majorant_degree) // 2)
    one, other = (builder.add_block(half + 1) for _ in range(2))
    for node in chebyshev_nodes(2 * half + 2, float(inner), float(outer)):
        u = builder.dyadic(node)
        equation, scale = builder.add_equation(builder.function(u), -1)
        kernel.add_pair(equation, scale, u, majorant.value(u))
        basis = chebyshev_basis(half, (2 * u - inner - outer) / (outer - inner))
        one.add(equation, scale * (u - inner), basis)
        other.add(equation, scale * (outer - u), basis)


def _add_triples(builder: _Builder, kernel: _Kernel, inner: Any, multipliers: Sequence[Token]) -> None:
    """Impose `p_3 = - sum_j w_j (square of symmetric + (u - v)^2 square of symmetric)`."""
    outer, degree = kernel.outer, kernel.degree
    nodes = symmetric_nodes(degree, float(inner), float(outer))
    squares = [_Squares(builder, token, (degree - token.degree) // 2) for token in multipliers]
    for node in nodes:
        s, d, t = map(builder.dyadic, node)
        u, v = (s + d) / 2, (s - d) / 2
        equation, _ = builder.add_equation([builder.dyadic(0.0)] * builder.degree, 0)
        kernel.add_triple(equation, u, v, t)
        for one in squares:
            one.add(equation, (u, v, t), inner, outer)


class _Squares:
    """Sums of squares times a multiplier that do not change when `u` and `v` are exchanged.

    Args:
        builder: Gets one block, or two.
        token: The multiplier.
        degree: Of the polynomials that are squared.
    """

    def __init__(self, builder: _Builder, token: Token, degree: int) -> None:
        self.token, self.degree = token, degree
        self.blocks = [
            builder.add_block(len(symmetric_exponents(one))) for one in (degree, degree - 1) if one >= 0
        ]

    def add(self, equation: int, point: tuple[Any, Any, Any], inner: Any, outer: Any) -> None:
        """Add the value at `(u, v, t)`."""
        u, v, t = point
        weight = self.token.value(u, v, t, inner, outer)
        width = outer - inner
        scaled = (u + v - inner - outer) / width, 2 * ((u - v) / width) ** 2 - 1, t / outer
        for block, degree, factor in zip(
            self.blocks,
            (self.degree, self.degree - 1),
            (weight, weight * ((u - v) / width) ** 2),
            strict=False,
        ):
            block.add(equation, factor, symmetric_basis(degree, *scaled))
