"""Tests of `tasks.sdp_game.game`: the rules, and a search that plays it against a closed form."""

from __future__ import annotations

import pytest

from hebo.errors import ConfigError, DataError
from hebo.random import make_generator
from mcbo.acq_optimizers.tree import MonteCarloTreeSearch
from tasks.sdp_game.game import STOP, GameState, SdpGame, reward
from tasks.sdp_game.tokens import parse_token
from tasks.sdp_game.vocabulary import gives_interior

GAME = SdpGame(3, 6, 3)
NAMES = [token.name for token in GAME.free_tokens]


def ends(game: SdpGame, state: GameState) -> list[GameState]:
    """Every end below a state, by every path."""
    if game.is_terminal(state):
        return [state]
    return [end for action in game.legal_actions(state) for end in ends(game, game.step(state, action))]


def start(game: SdpGame = GAME) -> GameState:
    return game.initial_state(1.26, 1.45)


def test_fixed_multipliers_are_there_and_the_others_can_be_chosen() -> None:
    assert GAME.multipliers(start()) == ("1", "C", "G")
    assert NAMES == ["A1", "B1", "A1^2", "A1*B1", "A1*C", "A2", "B1^2", "B1*C", "B2", "C^2", "g1", "g2"]


def test_no_two_paths_lead_to_one_set_and_every_set_with_an_interior_is_reached() -> None:
    game = SdpGame(3, 6, 3, token_degree=1, fixed_tokens=("1",))
    found = [end.tokens for end in ends(game, start(game))]
    assert len(found) == len(set(found))
    names = [token.name for token in game.free_tokens]
    assert names == ["A1", "B1", "C", "g1", "g2"]
    assert len(found) == 2**4  # g1 must be there, the others are free
    assert all(names.index("g1") in tokens for tokens in found)


def test_actions_go_on_in_order_and_stop_needs_an_interior() -> None:
    assert STOP not in GAME.legal_actions(start())
    place = NAMES.index("A1*B1")
    after = GAME.step(start(), place)
    assert GAME.legal_actions(after) == (*range(place + 1, len(NAMES)), STOP)
    end = GAME.step(after, STOP)
    assert GAME.is_terminal(end)
    assert GAME.legal_actions(end) == ()
    assert GAME.multipliers(end) == tuple(
        token.name for token in GAME.vocabulary.tokens if token.name in ("1", "C", "G", "A1*B1")
    )


def test_there_is_no_dead_end() -> None:
    last = NAMES.index("g2")
    assert last == len(NAMES) - 1
    assert last not in GAME.legal_actions(start())  # g2 alone has no interior, and nothing comes after it
    game = SdpGame(3, 6, 3, token_degree=1, fixed_tokens=("1",))
    stack = [start(game)]
    while stack:
        state = stack.pop()
        actions = game.legal_actions(state)
        assert actions or game.is_terminal(state)
        stack += [game.step(state, action) for action in actions]


def test_an_illegal_action_is_refused() -> None:
    after = GAME.step(start(), NAMES.index("A1*B1"))
    with pytest.raises(DataError, match="action 0 is illegal after"):
        GAME.step(after, 0)


def test_the_budget_limits_sets() -> None:
    fixed = GAME.cost_estimate(start())
    one = GAME.cost_model.of(parse_token("g1"))
    tight = SdpGame(3, 6, 3, max_cpu_seconds=fixed + 2.5 * one)
    found = ends(tight, start(tight))
    assert {len(end.tokens) for end in found} == {1, 2}
    assert max(tight.cost_estimate(end) for end in found) <= tight.max_cpu_seconds  # type: ignore[operator]
    with pytest.raises(ConfigError, match=r"no program .* within max_cpu_seconds \(0.001 s\)"):
        SdpGame(3, 6, 3, max_cpu_seconds=1e-3)


def test_settings_that_leave_no_game_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"fixed token 'A1\*D' is not in the vocabulary.*Did you mean 'A1"):
        SdpGame(3, 6, 3, fixed_tokens=("1", "A1*D"))
    with pytest.raises(ConfigError, match='lack the constant "1"'):
        SdpGame(3, 6, 3, fixed_tokens=("C",))
    with pytest.raises(DataError, match=r"truncation radius 1\.1 and minimal distance 1\.2"):
        GAME.initial_state(1.2, 1.1)


def test_rewards_lie_between_nought_and_one() -> None:
    scale = {"two_point": 0.78, "density": 0.74}
    assert reward(0.77, **scale) == pytest.approx(0.25)
    assert [reward(one, **scale) for one in (0.78, 0.9, None, 0.7)] == [0.0, 0.0, 0.0, 1.0]


def bound_of(names: set[str]) -> float:
    """A closed form with the traits of the real one: most sets gain nothing, a pair gains, a triple more."""
    gain = 0.004 * ({"A1*B1"} <= names) + 0.006 * ({"A1*B1", "B1^2"} <= names)
    return 0.780 - gain - 0.01 * ({"A1*B1", "B1^2", "g2"} <= names)


def test_tree_search_finds_the_best_set_with_few_solves() -> None:
    n_sets = sum(
        any(gives_interior(GAME.free_tokens[place]) for place in range(12) if bits >> place & 1)
        for bits in range(2**12)
    )
    for seed in range(4):
        solved: list[GameState] = []

        def play(states: list[GameState], solved: list[GameState] = solved) -> list[float]:
            solved += states
            bounds = [bound_of(set(GAME.multipliers(state))) for state in states]
            return [reward(bound, two_point=0.78, density=0.74) for bound in bounds]

        tree = MonteCarloTreeSearch(GAME, play, n_rollouts=2, generator=make_generator(seed))
        best = tree.run(start(), 40)
        assert best is not None
        assert {"A1*B1", "B1^2", "g2"} <= set(GAME.multipliers(best))
        assert len(solved) < n_sets / 8
