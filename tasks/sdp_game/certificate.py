"""Proofs of bounds, by interval arithmetic, in the way of Cohn, de Laat and Salmon (2206.15373).

The solution of the interior point method is frozen as exact dyadic numbers and violates the equations a
little. A correction `X_j + sum_i l_i X_j A_ij X_j`, `y + dy` repairs all of them exactly; it is enclosed by
the interval solution of

    [G  B] [l ]   [b - A(X) - B y]
    [B' 0] [dy] = [0             ],      G_ik = sum_j tr(A_ij X_j A_kj X_j),

and an interval Cholesky factorization shows that the corrected matrices are positive definite. All data are
balls, so what is proved holds for the real numbers.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tasks.sdp_game.ball_matrices import inverse_cholesky, matrix
from tasks.sdp_game.semidefinite import SemidefiniteProgram

FORMAT = "sphere packing bound, 1"
"""Names what the fields and the bases are; `verify.py` defines both."""


@dataclass(frozen=True)
class Statement:
    """What a certificate is about; everything else can be computed from it.

    Attributes:
        dimension: `n`.
        half_degree_2: `d_2`.
        half_degree_3: `d_3`, 0 for two points.
        min_distance: `r`.
        truncation_radius: `R`, equal to `r` for two points.
        majorant_degree: Degree of the majorant, 0 for two points.
        multipliers: Names of multipliers, none for two points.
    """

    dimension: int
    half_degree_2: int
    half_degree_3: int
    min_distance: float
    truncation_radius: float
    majorant_degree: int
    multipliers: tuple[str, ...]


@dataclass(frozen=True)
class Certificate:
    """What was tried to prove, and whether it was.

    Attributes:
        statement: The program.
        upper_bound: The proved bound, rounded up; None if there is no proof.
        reason: Why there is none; None if there is one.
        blocks: `X_j`, exact.
        free: `y`, exact.
    """

    statement: Statement
    upper_bound: float | None
    reason: str | None
    blocks: tuple[Any, ...] = field(repr=False)
    free: tuple[Any, ...] = field(repr=False)

    @property
    def proved(self) -> bool:
        """Whether there is a proof."""
        return self.upper_bound is not None

    def to_json(self) -> dict[str, Any]:
        """Return plain values; numbers of multiple precision are written `[mantissa, exponent]`."""
        content = {
            "format": FORMAT,
            **asdict(self.statement),
            "bound": self.upper_bound,
            "blocks": [
                [_dyadic(row[j]) for i, row in enumerate(block.tolist()) for j in range(i + 1)]
                for block in self.blocks
            ],
            "free": [_dyadic(one) for one in self.free],
        }
        return {**content, "sha256": digest(content)}

    def save(self, path: str | Path) -> None:
        """Write a JSON file for `python -m tasks.sdp_game verify`.

        Raises:
            ValueError: If nothing is proved.
        """
        if not self.proved:
            raise ValueError(f"nothing is proved ({self.reason}), so there is no certificate to save.")
        Path(path).write_text(json.dumps(self.to_json()) + "\n", encoding="utf-8")


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a certificate without its digest, which shows accidental changes."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _dyadic(value: Any) -> list[Any]:
    mantissa, exponent = value.man_exp()
    return [hex(int(mantissa)), int(exponent)]


def prove(program: SemidefiniteProgram, blocks: list[Any], free: Any) -> tuple[Any | None, str | None]:
    """Enclose the objective of a solution of all equations that is positive definite.

    Args:
        program: With balls of the working precision, in which the proof is done.
        blocks: `X_j`, exact.
        free: `y`, exact.

    Returns:
        A ball and None, or None and the reason.
    """
    try:
        correction, free_correction = _corrections(program, blocks, free)
    except ZeroDivisionError:
        return None, "the system of the correction is not certainly regular"
    corrected = []
    for j, (block, total) in enumerate(zip(blocks, program.adjoint(correction), strict=True)):
        repaired = block + block * total * block
        if inverse_cholesky(repaired, is_exact=False) is None:
            return None, f"block {j} of size {block.nrows()} is not certainly positive definite"
        corrected.append(repaired)
    return program.objective(corrected, free + free_correction), None


def _corrections(program: SemidefiniteProgram, blocks: list[Any], free: Any) -> tuple[Any, Any]:
    from flint import arb_mat

    assert program.free is not None
    m, n = program.n_equations, program.n_free
    gram, border = program.schur(blocks, blocks).tolist(), program.free.tolist()
    system = matrix(
        [row + right for row, right in zip(gram, border, strict=True)]
        + [[border[i][j] for i in range(m)] + [0] * n for j in range(n)]
    )
    rest = program.residual(blocks, free).entries()
    solved = system.solve(arb_mat(m + n, 1, rest + [0] * n)).entries()
    return arb_mat(m, 1, solved[:m]), arb_mat(n, 1, solved[m:])


def rounded_up(value: Any) -> float:
    """Return the next double above a ball."""
    return math.nextafter(float(value.upper()), math.inf)
