"""Matrices of balls."""

from __future__ import annotations

import numpy as np
import pytest

from hebo.errors import MissingExtraError
from tasks.sdp_game.ball_matrices import (
    LEAF,
    column,
    identity,
    inner_product,
    inverse_cholesky,
    matrix,
    max_abs,
    precision,
    require_flint,
    symmetric_part,
    to_numpy,
)

pytestmark = pytest.mark.client

flint = pytest.importorskip("flint")


def positive_definite(size: int) -> np.ndarray:
    root = np.random.default_rng(size).normal(size=(size, size))
    return root @ root.T + 0.1 * np.eye(size)


@pytest.mark.parametrize("size", [1, LEAF, LEAF + 1, 3 * LEAF])
def test_the_inverse_factor_turns_a_matrix_into_the_identity(size: int) -> None:
    square = positive_definite(size)
    with precision(256):
        exact = symmetric_part(matrix(square.tolist()))
        found = inverse_cholesky(exact, is_exact=True)
        assert found is not None
        rest = found * exact * found.transpose() - identity(size)
        assert max_abs(rest) < 1e-70
        assert all(one.is_exact() for one in found.entries())
    assert np.allclose(to_numpy(found), np.linalg.inv(np.linalg.cholesky(square)))


@pytest.mark.parametrize("size", [2, 2 * LEAF + 1])
def test_a_matrix_that_is_not_positive_definite_has_no_factor(size: int) -> None:
    square = positive_definite(size)
    lowest = np.linalg.eigvalsh(square)[0]
    for shift, is_positive in ((0.99, True), (1.01, False)):
        found = inverse_cholesky(matrix((square - shift * lowest * np.eye(size)).tolist()), is_exact=True)
        assert (found is not None) is is_positive


@pytest.mark.parametrize("size", [3, 2 * LEAF])
def test_balls_prove_positive_definiteness_only_if_every_matrix_within_has_it(size: int) -> None:
    lowest = np.linalg.eigvalsh(positive_definite(size))[0]
    for radius, is_proved in ((1e-9 * lowest, True), (10 * lowest, False)):
        balls = [[flint.arb(one, radius) for one in row] for row in positive_definite(size).tolist()]
        assert (inverse_cholesky(matrix(balls), is_exact=False) is not None) is is_proved


@pytest.mark.parametrize("size", [3, LEAF + 2])
def test_exact_entries_among_balls_do_not_hide_the_radii_of_the_others(size: int) -> None:
    rows = [[flint.arb(int(i == j)) for j in range(size)] for i in range(size)]
    rows[1][0] = rows[0][1] = flint.arb(0.5, 0.6)
    assert inverse_cholesky(matrix(rows), is_exact=False) is None
    rows[1][0] = rows[0][1] = flint.arb(0.5, 0.4)
    assert inverse_cholesky(matrix(rows), is_exact=False) is not None


def test_precision_is_set_back_even_after_an_error() -> None:
    before = flint.ctx.prec
    with precision(777):
        assert flint.ctx.prec == 777
    with pytest.raises(ZeroDivisionError), precision(777):
        _ = 1 / 0
    assert flint.ctx.prec == before


def test_products_and_columns() -> None:
    left, right = matrix([[1, 2], [3, 4]]), matrix([[5, 6], [7, 8]])
    assert inner_product(left, right) == 70
    assert column([1, 2]).ncols() == 1
    assert max_abs(matrix([[1, -3]])) == 3


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.sdp_game.ball_matrices.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"'\.\[sdp\]'"):
        require_flint()
