"""Tests of `tasks.sdp_game.cost`."""

from __future__ import annotations

import pytest

from tasks.sdp_game.cost import CostModel
from tasks.sdp_game.tokens import parse_token


@pytest.mark.parametrize(
    ("half_degree", "n_samples"), [(1, 7), (2, 22), (3, 50), (4, 95), (5, 161), (9, 715)]
)
def test_the_equations_of_three_points_are_counted_as_in_the_paper(half_degree: int, n_samples: int) -> None:
    assert CostModel(6, half_degree, 14).n_samples == n_samples


def test_the_middle_condition_has_an_odd_degree() -> None:
    assert CostModel(6, 3, 14).n_middle == 22  # degree 20 is raised to 21
    assert CostModel(12, 3, 14).n_middle == 26  # degree 25


def test_costs_add_up_and_grow_with_degrees() -> None:
    model = CostModel(6, 3, 14)
    tokens = [parse_token(name) for name in ("1", "C", "G", "g1")]
    assert model.total(tokens) == pytest.approx(
        model.without_multipliers + sum(model.of(token) for token in tokens)
    )
    assert model.of(parse_token("A2^3")) == pytest.approx(0.5 * model.of(parse_token("1")))  # no second block
    two, three, four = (CostModel(6, degree, 14).total(tokens if degree else ()) for degree in (0, 3, 4))
    assert two < three / 5
    assert 2 < four / three < 6
