"""Tests of `tasks.sdp_game.certificate`."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tasks.sdp_game.ball_matrices import matrix, precision
from tasks.sdp_game.bounds import BoundResult, ThreePointBound, TwoPointBound
from tasks.sdp_game.certificate import Certificate, prove, rounded_up
from tasks.sdp_game.verify import verify_certificate

pytestmark = pytest.mark.client

flint = pytest.importorskip("flint")

BOUND = TwoPointBound(8, 4, 1.567)


@pytest.fixture(scope="module")
def result() -> BoundResult:
    return BOUND.solve()


def proof(blocks: list[Any], free: list[Any]) -> tuple[Any | None, str | None]:
    """Prove what matrices and numbers prove for `BOUND`, at 512 bits."""
    with precision(512):
        return prove(BOUND.build(), blocks, matrix([[one] for one in free]))


def test_a_good_solution_is_proved_and_the_bound_is_just_above_the_value(result: BoundResult) -> None:
    certificate, proved = result.certificate, result.certified_value
    assert certificate is not None
    assert proved is not None
    assert certificate.proved
    assert certificate.reason is None
    assert certificate.upper_bound == proved
    assert 0 <= proved - result.value < 1e-12


def test_a_proof_encloses_the_objective_narrowly(result: BoundResult) -> None:
    assert result.certificate is not None
    found, reason = proof(list(result.certificate.blocks), list(result.certificate.free))
    assert reason is None
    assert float(found.rad()) < 1e-60


@pytest.mark.parametrize("direction", [-1e-6, -0.5])
def test_a_solution_pushed_out_of_the_cone_is_not_proved(result: BoundResult, direction: float) -> None:
    assert result.certificate is not None
    blocks = list(result.certificate.blocks)
    size = blocks[0].nrows()
    with precision(512):
        norm = max(abs(float(one)) for one in blocks[0].entries())
        shift = matrix([[direction * norm if i == j else 0 for j in range(size)] for i in range(size)])
        blocks[0] = (blocks[0] + shift).mid()
    found, reason = proof(blocks, list(result.certificate.free))
    assert found is None
    assert reason is not None
    assert "is not certainly" in reason


def test_numbers_below_the_optimum_prove_nothing_below_it(result: BoundResult) -> None:
    """The free variables are pushed to a lower value of `f(0)`; what is proved is not lower."""
    assert result.certificate is not None
    with precision(512):
        free = [(one * flint.arb(0.9)).mid() for one in result.certificate.free]
        found, _ = proof(list(result.certificate.blocks), free)
        assert found is not None
        volume = flint.arb.pi() ** 4 * (flint.arb(1.567) / 2) ** 8 / 24
        # What is proved is above the optimum of the dual, which is above the value less its gap.
        assert volume * found > flint.arb(result.value) * (1 - 2e-7)


def test_rounding_goes_up() -> None:
    with precision(256):
        third = flint.arb(1) / 3
        assert Fraction(rounded_up(third)) > Fraction(1, 3)
        assert rounded_up(flint.arb(1, 1e-3)) >= 1.001
        assert rounded_up(flint.arb(0.5)) <= math.nextafter(0.5, 1)


def test_what_is_saved_is_exact_and_is_verified(tmp_path: Path, result: BoundResult) -> None:
    assert result.certificate is not None
    path = tmp_path / "proof.json"
    result.certificate.save(path)
    assert verify_certificate(path).bound == result.certified_value
    content = json.loads(path.read_text(encoding="utf-8"))
    for written, one in zip(content["free"], result.certificate.free, strict=True):
        mantissa, exponent = (int(part) for part in one.man_exp())
        assert (int(written[0], 16), written[1]) == (mantissa, exponent)
    assert (content["dimension"], content["half_degree_2"], content["half_degree_3"]) == (8, 4, 0)


def test_nothing_is_saved_where_nothing_is_proved(tmp_path: Path) -> None:
    statement = BOUND.statement
    certificate = Certificate(statement, None, "block 3 is not certainly positive definite", (), ())
    with pytest.raises(ValueError, match=r"nothing is proved \(block 3 .*\), so there is no certificate"):
        certificate.save(tmp_path / "proof.json")
    assert not list(tmp_path.iterdir())


def test_without_an_interior_nothing_is_proved() -> None:
    """With a kernel of low degree every matrix of its highest terms is singular; the value is that of two points."""
    bound = ThreePointBound(3, 2, 1, 1.36, 1.564, ("1", "C", "G"), 6)
    found = bound.solve()
    assert found.status == "optimal"
    assert found.certified_value is None
    assert found.certificate is not None
    assert not found.certificate.proved
    assert found.certificate.reason is not None
    assert found.value == pytest.approx(TwoPointBound(3, 2, 1.36).solve(certify=False).value, abs=1e-6)
