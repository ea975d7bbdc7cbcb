"""Semidefinite programs with equations of low rank, against dense ones."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.sdp_game.ball_matrices import matrix, to_numpy
from tasks.sdp_game.semidefinite import PsdBlock, RankOneRows, SemidefiniteProgram, SymmetricRows

pytestmark = pytest.mark.client

flint = pytest.importorskip("flint")

M = 5


def balls(values: np.ndarray) -> list:
    return [flint.arb(float(one)) for one in values]


def program() -> tuple[SemidefiniteProgram, list[list[np.ndarray]], np.ndarray]:
    """A program with a block of rank-one terms and a block of sums of products, and its dense coefficients."""
    generator = np.random.default_rng(3)
    one, other = PsdBlock(3, matrix(np.diag([1.0, 2.0, 3.0]).tolist())), PsdBlock(4)
    dense = [[np.zeros((size, size)) for _ in range(M)] for size in (3, 4)]
    for i in (0, 2, 3):
        w, p = generator.normal(), generator.normal(size=3)
        one.add(i, flint.arb(w), balls(p))
        dense[0][i] += w * np.outer(p, p)
    for i in (4, 1, 3, 1):
        w, p, q = generator.normal(), *generator.normal(size=(2, 4))
        other.add(i, flint.arb(w), balls(p), balls(q))
        dense[1][i] += w * (np.outer(p, q) + np.outer(q, p)) / 2
    free = generator.normal(size=(M, 2))
    built = SemidefiniteProgram(
        [one, other],
        [balls(row) for row in free],
        balls(np.ones(2)),
        balls(np.arange(M)),
        offset=flint.arb(7),
    )
    return built, dense, free


def symmetric(size: int, seed: int) -> np.ndarray:
    root = np.random.default_rng(seed).normal(size=(size, size))
    return root + root.T


def test_blocks_take_the_cheaper_form() -> None:
    built, _, _ = program()
    assert [type(one) for one in built.coefficients] == [RankOneRows, SymmetricRows]


@pytest.mark.parametrize("is_mid", [False, True])
def test_equations_adjoint_and_schur_complement_are_those_of_dense_matrices(is_mid: bool) -> None:
    built, dense, free = program()
    built = built.mid() if is_mid else built
    x = [symmetric(3, 0), symmetric(4, 1)]
    z = [symmetric(3, 2), symmetric(4, 3)]
    exact_x, exact_z = ([matrix(one.tolist()) for one in blocks] for blocks in (x, z))
    sums = [sum(float(np.sum(dense[j][i] * x[j])) for j in range(2)) for i in range(M)]
    assert np.allclose(to_numpy(built.apply(exact_x))[:, 0], sums)
    y = np.array([0.5, -2.0])
    rest = to_numpy(built.residual(exact_x, matrix([[0.5], [-2.0]])))[:, 0]
    assert np.allclose(rest, np.arange(M) - sums - free @ y)
    multipliers = np.random.default_rng(5).normal(size=M)
    found = built.adjoint(matrix([[float(one)] for one in multipliers]))
    for j in range(2):
        assert np.allclose(to_numpy(found[j]), sum(multipliers[i] * dense[j][i] for i in range(M)))
    schur = [
        [sum(np.trace(dense[j][i] @ x[j] @ dense[j][k] @ z[j]) for j in range(2)) for k in range(M)]
        for i in range(M)
    ]
    assert np.allclose(to_numpy(built.schur(exact_x, exact_z)), schur)


def test_the_objective_counts_costs_free_variables_and_the_offset() -> None:
    built, _, _ = program()
    x = [matrix(np.eye(3).tolist()), matrix(np.eye(4).tolist())]
    assert built.objective(x, matrix([[0.25], [0.5]])) == 7 + 6 + 0.75
    assert built.dual_objective(matrix([[1]] * M)) == 7 + 10
