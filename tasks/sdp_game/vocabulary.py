"""The multipliers that a program may have, in the order in which the game adds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from hebo.errors import ConfigError
from tasks.sdp_game.tokens import Token, parse_token, products

SEPARATE = ("g1", "g2")
"""Multipliers that are there whatever the degree of the products."""


@dataclass(frozen=True)
class Vocabulary:
    """Products of the base polynomials up to a degree, then `g1` and `g2`.

    A multiplier times a sum of squares has at most the degree of the kernel, so no multiplier of a higher
    degree is legal.

    Attributes:
        half_degree_3: Half the total degree of the kernel of three points.
        token_degree: Largest total degree of a product in `(u, v, t)`.

    Raises:
        ConfigError: If a degree is not positive.
    """

    half_degree_3: int
    token_degree: int

    def __post_init__(self) -> None:
        """Check the degrees."""
        for name in ("half_degree_3", "token_degree"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} = {getattr(self, name)}: give a positive integer.")

    @cached_property
    def all_tokens(self) -> tuple[Token, ...]:
        """Every multiplier, the constant first: 4, 13, 32 or 71 products for degrees 1 to 4, `g1`, `g2`."""
        found = {token.name: token for token in products(self.token_degree) if token.name not in SEPARATE}
        return (*found.values(), *(parse_token(name) for name in SEPARATE))

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The legal multipliers in order."""
        return tuple(token for token in self.all_tokens if token.degree <= 2 * self.half_degree_3)

    def is_strictly_feasible(self, tokens: Iterable[Token]) -> bool:
        """Say whether the program with these multipliers has an interior.

        At `u = v = t = 1` the terms of highest degree of the kernel are a sum of non-negative ones, and so
        are those of minus the kernel if no multiplier of even degree is negative there: both vanish, the
        matrices of the kernel are singular, and no solution can be proved. A multiplier of odd degree cannot
        help, since with a sum of squares it stays below the even degree of the kernel.
        """
        return any(gives_interior(token) for token in tokens)


def gives_interior(token: Token) -> bool:
    """Say whether a multiplier alone is enough for an interior; see `Vocabulary.is_strictly_feasible`."""
    return token.degree % 2 == 0 and token.top_form_at_ones < 0
