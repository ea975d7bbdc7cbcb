"""What a program costs to solve, estimated before it is built."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tasks.sdp_game.tokens import Token

N_ITERATIONS = 50
"""Iterations of the interior point method, which need 35 to 70."""

SECONDS_PER_PROGRAM = 0.4
"""CPU seconds of what every program needs: to build it, and to prove its bound."""

SECONDS_PER_PRODUCT = 1.2e-7
"""CPU seconds for one entry of the Schur complement of one block of one variable, at 256 bits."""

SECONDS_PER_MULTIPLIER_PRODUCT = 6e-6
"""The same for a block of a multiplier, which has more rows."""

SECONDS_PER_CUBE = 1e-8
"""CPU seconds of the factorization, divided by the cube of the number of equations."""


@dataclass(frozen=True)
class CostModel:
    """CPU seconds of a program as a sum: a part of its degrees, and one of each multiplier.

    Block `j` that is involved in `T_j` rank-one terms costs `T_j^2` products in every iteration, `m`
    equations cost `m^3`. The constants are fitted to six solves at 256 bits with half degrees 6 and 3 and 5
    to 12 multipliers, within 20 %; other degrees are extrapolated.

    Attributes:
        half_degree_2: Half degree of the two-point part.
        half_degree_3: Half degree of the three-point part, 0 where there is none.
        majorant_degree: Degree of the polynomial in place of the exponential.
    """

    half_degree_2: int
    half_degree_3: int
    majorant_degree: int

    def total(self, tokens: Iterable[Token]) -> float:
        """Return the CPU seconds with these multipliers."""
        return self.without_multipliers + sum(self.of(token) for token in tokens)

    def of(self, token: Token) -> float:
        """Return what a multiplier adds, in CPU seconds: it has a second block unless that is empty."""
        half_degree = (2 * self.half_degree_3 - token.degree) // 2
        n_blocks = 1 if half_degree == 0 else 2
        return N_ITERATIONS * SECONDS_PER_MULTIPLIER_PRODUCT * n_blocks * self.n_samples**2

    @cached_property
    def without_multipliers(self) -> float:
        """CPU seconds of a program without any multiplier; of the whole program if there are two points."""
        n_univariate = 2 * self.half_degree_2 + 2
        squares = 4 * n_univariate**2
        n_equations = 2 * n_univariate
        if self.half_degree_3:
            n_middle, n_samples = self.n_middle, self.n_samples
            squares += (2 * n_samples + 3 * n_middle) ** 2 + 2 * n_middle**2
            squares += 2 * self.half_degree_3 * (2 * n_samples + n_middle) ** 2
            n_equations += n_middle + n_samples
        per_iteration = SECONDS_PER_PRODUCT * squares + SECONDS_PER_CUBE * n_equations**3
        return SECONDS_PER_PROGRAM + N_ITERATIONS * per_iteration

    @property
    def n_samples(self) -> int:
        """Number of equations of three points: `#{a + 2b + c <= 2 half_degree_3}`."""
        degree = 2 * self.half_degree_3
        return sum(
            degree - 2 * b - a + 1 for b in range(self.half_degree_3 + 1) for a in range(degree - 2 * b + 1)
        )

    @property
    def n_middle(self) -> int:
        """Number of equations between the two radii: an even number, one more than an odd degree."""
        degree = max(2 * self.half_degree_2 + 1, 2 * self.half_degree_3 + self.majorant_degree)
        return degree + 1 if degree % 2 else degree + 2
