"""The interior point method, against closed forms and linear programs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import linprog

from hebo.errors import ConfigError
from tasks.sdp_game.ball_matrices import inverse_cholesky, matrix, max_abs, precision
from tasks.sdp_game.interior_point import InteriorPointSolver
from tasks.sdp_game.semidefinite import PsdBlock, SemidefiniteProgram


def smallest_eigenvalue(square: np.ndarray) -> SemidefiniteProgram:
    """Minimize <C, X> with trace 1."""
    block = PsdBlock(len(square), matrix(square.tolist()))
    for row in np.eye(len(square), dtype=int).tolist():
        block.add(0, flint().arb(1), row)
    return SemidefiniteProgram([block], [[]], [], [1])


def flint():  # type: ignore[no-untyped-def]
    return pytest.importorskip("flint")


@pytest.mark.client
def test_a_program_of_two_rows_has_its_closed_form() -> None:
    flint()
    found = InteriorPointSolver(gap_tolerance=1e-12).solve(
        smallest_eigenvalue(np.array([[2.0, 1.0], [1.0, 3.0]]))
    )
    assert found.status == "optimal"
    assert found.primal_value == pytest.approx((5 - math.sqrt(5)) / 2, rel=1e-11)
    assert found.primal_value > found.dual_value


@pytest.mark.client
def test_a_solution_is_inside_the_cone_and_holds_to_working_precision() -> None:
    flint()
    root = np.random.default_rng(0).normal(size=(15, 15))
    square = root + root.T
    program = smallest_eigenvalue(square)
    found = InteriorPointSolver(precision_bits=192, gap_tolerance=1e-9).solve(program)
    assert found.primal_value == pytest.approx(np.linalg.eigvalsh(square)[0], rel=1e-8)
    assert max(found.primal_residual, found.dual_residual) < 1e-28
    with precision(192):
        assert max_abs(program.residual(found.blocks, found.free)) < 1e-28
        assert inverse_cholesky(found.blocks[0], is_exact=True) is not None


@pytest.mark.client
def test_linear_programs_with_free_variables_agree_with_scipy() -> None:
    generator = np.random.default_rng(1)
    a, b = generator.normal(size=(4, 9)), generator.normal(size=(4, 2))
    rhs = a @ generator.uniform(1, 2, 9) + b @ [1.0, -1.0]
    multipliers = generator.normal(size=4)
    cost, free_cost = a.T @ multipliers + generator.uniform(1, 2, 9), b.T @ multipliers
    expected = linprog(
        [*cost, *free_cost], A_eq=np.hstack([a, b]), b_eq=rhs, bounds=[(0, None)] * 9 + [(None, None)] * 2
    )
    assert expected.status == 0
    arb = flint().arb
    blocks = [PsdBlock(1, matrix([[float(one)]])) for one in cost]
    for block, entries in zip(blocks, a.T, strict=True):
        for i, one in enumerate(entries):
            block.add(i, arb(float(one)), [arb(1)])
    program = SemidefiniteProgram(blocks, b.tolist(), free_cost.tolist(), rhs.tolist())
    found = InteriorPointSolver(gap_tolerance=1e-10).solve(program)
    assert found.status == "optimal"
    assert found.primal_value == pytest.approx(expected.fun, rel=1e-8)


@pytest.mark.client
def test_the_gap_closes_beyond_the_digits_of_a_double() -> None:
    arb = flint().arb
    solver = InteriorPointSolver(precision_bits=400, gap_tolerance=1e-40)
    found = solver.solve(smallest_eigenvalue(np.array([[2.0, 1.0], [1.0, 3.0]])))
    assert found.status == "optimal"
    assert 0 < found.gap < 1e-40
    with precision(400):
        (a, b), (_, c) = found.blocks[0].tolist()
        error = 2 * a + 2 * b + 3 * c - (5 - arb(5).sqrt()) / 2
        assert 0 < float(error) < 1e-39


@pytest.mark.client
def test_an_infeasible_program_has_no_value() -> None:
    arb = flint().arb
    block = PsdBlock(2, matrix([[1.0, 0.0], [0.0, 1.0]]))
    block.add(0, arb(1), [arb(1), arb(0)])
    found = InteriorPointSolver().solve(SemidefiniteProgram([block], [[]], [], [arb(-1)]))
    assert found.status in ("stalled", "iteration_limit", "not_positive_definite")
    assert math.isnan(found.primal_value)
    assert math.isnan(found.dual_value)


@pytest.mark.client
def test_too_few_iterations_are_told_from_the_rest() -> None:
    flint()
    found = InteriorPointSolver(max_iterations=3).solve(smallest_eigenvalue(np.diag([1.0, 2.0])))
    assert (found.status, found.iterations) == ("iteration_limit", 3)
    assert math.isnan(found.primal_value)


@pytest.mark.client
def test_equations_that_depend_on_one_another_are_told_from_the_rest() -> None:
    arb = flint().arb
    block = PsdBlock(2, matrix([[1.0, 0.0], [0.0, 1.0]]))
    for i in range(2):
        block.add(i, arb(1), [arb(1), arb(0)])
    found = InteriorPointSolver().solve(SemidefiniteProgram([block], [[], []], [], [arb(1), arb(1)]))
    assert found.status == "not_positive_definite"


@pytest.mark.client
def test_a_solve_is_repeatable_and_leaves_the_precision_alone() -> None:
    before = flint().ctx.prec
    one, other = (
        InteriorPointSolver().solve(smallest_eigenvalue(np.diag([1.0, 2.0, 5.0]))) for _ in range(2)
    )
    assert flint().ctx.prec == before
    assert (one.primal_value, one.iterations) == (other.primal_value, other.iterations)
    assert one.blocks[0].tolist() == other.blocks[0].tolist()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("precision_bits", 63),
        ("gap_tolerance", 0.0),
        ("gap_tolerance", 1.0),
        ("max_iterations", 0),
        ("primal_scale", 0.0),
        ("dual_scale", 0.0),
        ("centering_steps", -1),
    ],
)
def test_a_setting_out_of_its_range_is_refused(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=rf"{name} = {value:g}: give"):
        InteriorPointSolver(**{name: value})  # type: ignore[arg-type]
