"""The SDP game: a bound on packings is put together from building blocks, and played by solving it.

After 2512.04829: geometric parameters are chosen first, then multipliers one after the other; the end of a
game is a semidefinite program, and its value the reward. Which polynomials are multiplied, the order, the
budget and the scale of the reward are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from hebo.errors import ConfigError, DataError, did_you_mean
from tasks.sdp_game.cost import CostModel
from tasks.sdp_game.tokens import Token
from tasks.sdp_game.vocabulary import Vocabulary, gives_interior

STOP = -1
"""The action that ends a game."""


@dataclass(frozen=True)
class GameState:
    """Where a game stands.

    Attributes:
        min_distance: `r`, the distance of two centres of a packing at least.
        truncation_radius: `R > r`, beyond which three points do not count.
        tokens: Places of the chosen multipliers among `SdpGame.free_tokens`, ascending.
        is_stopped: Whether the choice is complete.
    """

    min_distance: float
    truncation_radius: float
    tokens: tuple[int, ...]
    is_stopped: bool = False


@dataclass(frozen=True)
class SdpGame:
    """The rules: which multipliers may be added, and when it may end.

    A multiplier is added behind those chosen, in the order of the vocabulary, so that no two paths lead to
    one set. A game may end where the program has an interior (see `Vocabulary.is_strictly_feasible`); an
    action after which it could not within the budget is illegal, so that there is no dead end.

    Attributes:
        dimension: Of space.
        half_degree_2: Half degree of the two-point part.
        half_degree_3: Half degree of the three-point part.
        token_degree: Largest degree of a multiplier that is a product of the base polynomials.
        fixed_tokens: Multipliers that every program has; the constant "1" is one of them.
        majorant_degree: Degree of the polynomial in place of the exponential.
        max_cpu_seconds: Largest estimated cost of a program; None for no limit.

    Raises:
        ConfigError: If a fixed token is not in the vocabulary, "1" is missing, or the budget allows nothing.
    """

    dimension: int
    half_degree_2: int
    half_degree_3: int
    token_degree: int = 2
    fixed_tokens: tuple[str, ...] = ("1", "C", "G")
    majorant_degree: int = 14
    max_cpu_seconds: float | None = None

    def __post_init__(self) -> None:
        """Check that there is a game to play."""
        names = [token.name for token in self.vocabulary.tokens]
        for name in self.fixed_tokens:
            if name not in names:
                raise ConfigError(
                    f"fixed token {name!r} is not in the vocabulary of half_degree_3 = {self.half_degree_3}, "
                    f"token_degree = {self.token_degree}.{did_you_mean(name, names)}"
                )
        if "1" not in self.fixed_tokens:
            raise ConfigError(f'fixed_tokens {list(self.fixed_tokens)} lack the constant "1"; add it.')
        if not self._can_end(()):
            limit = "no limit" if self.max_cpu_seconds is None else f"{self.max_cpu_seconds:g} s"
            fixed = self._multipliers(())
            raise ConfigError(
                f"no program of {fixed} and {len(self.free_tokens)} free multipliers has an interior "
                f"within max_cpu_seconds ({limit}); the fixed ones take about {self._cost(()):.3g} s: raise "
                "the limit, lower the degrees, or raise token_degree."
            )

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The multipliers in order."""
        return Vocabulary(self.half_degree_3, self.token_degree)

    @cached_property
    def free_tokens(self) -> tuple[Token, ...]:
        """The multipliers that may be chosen, in order."""
        return tuple(one for one in self.vocabulary.tokens if one.name not in self.fixed_tokens)

    @cached_property
    def fixed(self) -> tuple[Token, ...]:
        """The multipliers that are always there, in order."""
        return self._tokens(())

    @cached_property
    def cost_model(self) -> CostModel:
        """What programs of these degrees cost."""
        return CostModel(self.half_degree_2, self.half_degree_3, self.majorant_degree)

    def initial_state(self, min_distance: float, truncation_radius: float) -> GameState:
        """Return the game in which the fixed multipliers alone are chosen.

        Raises:
            DataError: If a radius is not positive, or the truncation radius is the smaller one.
        """
        if not 0 < min_distance < truncation_radius:
            raise DataError(
                f"truncation radius {truncation_radius:g} and minimal distance {min_distance:g}: give a "
                "positive distance, and a larger radius."
            )
        return GameState(min_distance, truncation_radius, ())

    def legal_actions(self, state: GameState) -> tuple[int, ...]:
        """Return the places of multipliers that may be added, and `STOP` last where the game may end."""
        if state.is_stopped:
            return ()
        first = state.tokens[-1] + 1 if state.tokens else 0
        later = (
            place for place in range(first, len(self.free_tokens)) if self._can_end((*state.tokens, place))
        )
        return (*later, STOP) if self._may_stop(state.tokens) else tuple(later)

    def step(self, state: GameState, action: int) -> GameState:
        """Return the state after an action.

        Raises:
            DataError: If the action is illegal there.
        """
        legal = self.legal_actions(state)
        if action not in legal:
            raise DataError(f"action {action} is illegal after {self.multipliers(state)}; legal: {[*legal]}")
        if action == STOP:
            return replace(state, is_stopped=True)
        return replace(state, tokens=(*state.tokens, action))

    def is_terminal(self, state: GameState) -> bool:
        """Say whether the game has ended."""
        return state.is_stopped

    def multipliers(self, state: GameState) -> tuple[str, ...]:
        """Return the names of all multipliers, fixed ones included, in the order of the vocabulary."""
        return self._multipliers(state.tokens)

    def cost_estimate(self, state: GameState) -> float:
        """Return about how many CPU seconds the program takes."""
        return self._cost(state.tokens)

    def _tokens(self, places: tuple[int, ...]) -> tuple[Token, ...]:
        names = {*self.fixed_tokens, *(self.free_tokens[place].name for place in places)}
        return tuple(one for one in self.vocabulary.tokens if one.name in names)

    def _multipliers(self, places: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(one.name for one in self._tokens(places))

    @cached_property
    def _costs(self) -> tuple[float, ...]:
        return tuple(self.cost_model.of(token) for token in self.free_tokens)

    @cached_property
    def _fixed_cost(self) -> float:
        return self.cost_model.total(self.fixed)

    @cached_property
    def _fixed_interior(self) -> bool:
        return self.vocabulary.is_strictly_feasible(self.fixed)

    @cached_property
    def _interior(self) -> frozenset[int]:
        """The free multipliers of which one is enough for an interior."""
        return frozenset(place for place, token in enumerate(self.free_tokens) if gives_interior(token))

    def _cost(self, places: tuple[int, ...]) -> float:
        return self._fixed_cost + sum(self._costs[place] for place in places)

    def _has_interior(self, places: tuple[int, ...]) -> bool:
        return self._fixed_interior or not self._interior.isdisjoint(places)

    def _is_affordable(self, places: tuple[int, ...]) -> bool:
        return self.max_cpu_seconds is None or self._cost(places) <= self.max_cpu_seconds

    def _may_stop(self, places: tuple[int, ...]) -> bool:
        return self._has_interior(places) and self._is_affordable(places)

    def _can_end(self, places: tuple[int, ...]) -> bool:
        """Say whether the game may end with these multipliers, or with a single further one."""
        if self._has_interior(places):
            return self._is_affordable(places)
        first = places[-1] + 1 if places else 0
        return any(place >= first and self._is_affordable((*places, place)) for place in self._interior)


def reward(bound: float | None, *, two_point: float, density: float) -> float:
    """Return how much of the way from the two-point bound to the best packing a bound has gone.

    Args:
        bound: What was proved, None for a failed or uncertified solve, which earns nothing.
        two_point: The best two-point bound of the same degree.
        density: That of the best known packing, or 0.

    Returns:
        A number in `[0, 1]`; 0 for every bound that is no better than the two-point bound, so that all of
        these are tied.
    """
    if bound is None:
        return 0.0
    return min(1.0, max(0.0, (two_point - bound) / (two_point - density)))
