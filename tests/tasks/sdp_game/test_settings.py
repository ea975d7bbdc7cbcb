"""Tests of `tasks.sdp_game.settings`."""

from __future__ import annotations

import pytest

from hebo.errors import ConfigError
from tasks.sdp_game.game import SdpGame
from tasks.sdp_game.settings import check_cheaper, check_range, default_min_distance, token_constraints

GAME = SdpGame(3, 6, 4)


@pytest.mark.parametrize(
    ("dimension", "density", "best"), [(3, 0.7404805, 1.263), (4, 0.6168503, 1.32), (8, 0.2536695, 1.567)]
)
def test_the_default_range_holds_the_best_distances_that_were_measured(
    dimension: int, density: float, best: float
) -> None:
    low, high = default_min_distance(dimension, density)
    assert low * 1.1 < best < high / 1.1


def test_without_a_best_packing_a_range_must_be_given() -> None:
    with pytest.raises(ConfigError, match="no default range in 17 dimensions"):
        default_min_distance(17, None)


def test_the_unit_of_the_default_range_is_that_of_the_square_and_hexagonal_lattice() -> None:
    # One centre per unit area: the hexagonal lattice has neighbors sqrt(2 / sqrt(3)) apart.
    low, high = default_min_distance(2, 0.906899682)
    assert low == pytest.approx(0.85 * (2 / 3**0.5) ** 0.5, abs=1e-5)
    assert high == pytest.approx(1.42 * (2 / 3**0.5) ** 0.5, abs=1e-5)


@pytest.mark.parametrize("ends", [(1.0, 1.5), (1.5, 1.2), (1.2, float("inf"))])
def test_ranges_out_of_order_are_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(ConfigError, match=r"radius_ratio = .* above 1, in order"):
        check_range("radius_ratio", ends, 1.0)


@pytest.mark.parametrize(
    ("cheaper", "message"),
    [((4,), "different half degrees"), ((-1,), "different"), ((3, 3), "different"), ((1,), "no room for")],
)
def test_cheaper_degrees_must_be_smaller_and_have_room(cheaper: tuple[int, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_cheaper(cheaper, GAME)


def test_degrees_with_room_are_fine() -> None:
    check_cheaper((0, 2, 3), GAME)


def test_the_rules_are_linear_in_the_tokens() -> None:
    (interior,) = token_constraints(SdpGame(3, 6, 3))
    assert interior == {"type": "linear", "coefficients": {"A1*B1": 1.0, "g1": 1.0}, "lb": 1.0}
    assert token_constraints(SdpGame(3, 6, 3, fixed_tokens=("1", "g1"))) == []
    assert len(token_constraints(SdpGame(3, 6, 3, max_cpu_seconds=1e6))) == 1  # everything is affordable
    game = SdpGame(3, 6, 3, max_cpu_seconds=SdpGame(3, 6, 3).cost_model.total(GAME.fixed) + 4.0)
    budget = token_constraints(game)[1]
    assert budget["ub"] == pytest.approx(4.0)
    assert budget["coefficients"]["g1"] == game.cost_model.of(game.free_tokens[-2])
