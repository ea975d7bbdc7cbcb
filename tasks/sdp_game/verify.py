"""Check a certificate of a bound on sphere packings; shares no code with what wrote it.

From a file are taken the statement (dimension, degrees, `r`, `R`, multipliers) and, as a guess, matrices
`X_j` and numbers `y`. All else is computed here with balls, at sample points chosen here. That the guess can
be corrected to a solution of all equations with positive definite matrices is proved by an interval solution
and by interval elimination, as `certificate.py` describes; the objective of that solution is the bound.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from pathlib import Path
from typing import Any, NamedTuple

from hebo.errors import DataError, MissingExtraError
from tasks.sdp_game.verify_equations import DEGREES, equations_and_costs, factors

FORMAT = "sphere packing bound, 1"
PRECISIONS = (512, 1024, 2048)
INTEGERS = ("dimension", "half_degree_2", "half_degree_3", "majorant_degree")
LARGEST = {"dimension": 48, "half_degree_2": 100, "half_degree_3": 20, "majorant_degree": 200}
"""Beyond these a file would keep the checker busy for days."""
FIELDS = {*INTEGERS, "format", "min_distance", "truncation_radius", "multipliers", "bound", "blocks", "free"}


class _IndefiniteError(Exception):
    """A matrix is certainly not positive definite, so that a higher precision is of no use."""


class Verified(NamedTuple):
    """A theorem: no packing of balls in this dimension has a larger density.

    Attributes:
        dimension: Of space.
        bound: On the density.
        n_points: Two or three.
        precision_bits: With which it was proved.
    """

    dimension: int
    bound: float
    n_points: int
    precision_bits: int


def verify_certificate(path: str | Path) -> Verified:
    """Prove the bound in a file.

    Raises:
        DataError: If the file is not a certificate, or does not prove its bound.
        MissingExtraError: If python-flint is not installed.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        _check(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{path} is not a certificate: {type(error).__name__}: {error}") from error
    bits = _proof(content, str(path))
    return Verified(content["dimension"], content["bound"], 3 if content["half_degree_3"] else 2, bits)


def _check(content: dict[str, Any]) -> None:
    """Check fields, ranges and the digest, so that all that follows is arithmetic."""
    said = content.pop("sha256", None)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    if set(content) != FIELDS or content["format"] != FORMAT:
        raise ValueError(f"expected format {FORMAT!r} and the fields {sorted(FIELDS)}")
    if said != hashlib.sha256(text.encode()).hexdigest():
        raise ValueError("the digest is that of another content; the file has been changed")
    n, d2, d3, majorant = (content[name] for name in INTEGERS)
    r, outer = content["min_distance"], content["truncation_radius"]
    if not all(type(one) is int for one in (n, d2, d3, majorant)) or not (n >= 2 and d2 >= 1 and d3 >= 0):
        raise ValueError("the dimension and the degrees have to be integers, positive but for half_degree_3")
    for name, largest in LARGEST.items():
        if content[name] > largest:
            raise ValueError(f"{name} = {content[name]} is above {largest}")
    if not all(type(one) is float and 0 < one < math.inf for one in (r, outer, content["bound"])):
        raise ValueError("distances and the bound have to be positive numbers")
    if d3 == 0 and (majorant, content["multipliers"], outer) != (0, [], r):
        raise ValueError("two points have neither a majorant nor multipliers nor a truncation radius above r")
    if d3 and not (outer > r and majorant >= 1):
        raise ValueError("three points need a truncation radius above r and a majorant")
    if type(content["multipliers"]) is not list:
        raise ValueError("multipliers have to be a list of names")
    for multiplier in content["multipliers"]:
        if sum(DEGREES[base] for base in factors(multiplier)) > 2 * d3:
            raise ValueError(f"the degree of multiplier {multiplier!r} is above that of the kernel")


def _proof(content: dict[str, Any], path: str) -> int:
    """Return the precision that proves the bound; too low ones decide nothing."""
    try:
        from flint import arb, ctx
    except ImportError as error:
        raise MissingExtraError("flint", "sdp") from error
    before, reason = ctx.prec, ""
    try:
        for bits in PRECISIONS:
            ctx.prec = bits
            try:
                found = _upper_bound(content).upper()
            except _IndefiniteError as error:
                raise DataError(f"{path} proves nothing: {error}") from error
            except (ArithmeticError, ValueError, TypeError, IndexError) as error:
                reason = str(error)
                continue
            # As balls: a double of the upper end may be below it.
            if found <= arb(content["bound"]) and content["bound"] * (1 - 1e-9) <= float(found):
                return bits
            raise DataError(f"{path} claims {content['bound']!r} but proves {found.str(25, radius=False)}")
    finally:
        ctx.prec = before
    raise DataError(f"{path} proves nothing: {reason}")


def _upper_bound(content: dict[str, Any]) -> Any:
    """Return a ball with the bound that a solution near the guess proves."""
    from flint import arb, arb_mat

    equations, costs = equations_and_costs(content)
    guess = [_symmetric(values, cost.nrows()) for values, cost in zip(content["blocks"], costs, strict=True)]
    free = [_dyadic(one) for one in content["free"]]
    m, n = len(equations), 2 * content["half_degree_2"] + 1
    if len(free) != n:
        raise ValueError(f"{len(free)} free variables instead of {n}")
    system = arb_mat(m + n, m + n)
    rest = [rhs - sum(a * y for a, y in zip(row, free, strict=True)) for row, rhs, _ in equations]
    for j, x in enumerate(guess):
        products = [(i, terms[j] * x) for i, (_, _, terms) in enumerate(equations) if j in terms]
        for i, product in products:
            rest[i] -= product.trace()
        _add_gram(system, products)
    for i, (row, _, _) in enumerate(equations):
        for k, a in enumerate(row):
            system[i, m + k] = system[m + k, i] = a
    solved = system.solve(arb_mat(m + n, 1, rest + [arb(0)] * n)).entries()
    total = 1 + sum(2 * (y + dy) for y, dy in zip(free[::2], solved[m::2], strict=True))
    for j, x in enumerate(guess):
        changes = [
            terms[j] * one for one, (_, _, terms) in zip(solved, equations, strict=False) if j in terms
        ]
        corrected = x + x * sum(changes[1:], changes[0]) * x
        _eliminate(corrected, j)
        total += (costs[j] * corrected).trace()
    half = arb(content["dimension"]) / 2
    volume = (arb.pi() ** half) * (arb(content["min_distance"]) ** 2 / 4) ** half / (half + 1).gamma()
    return total * volume


def _add_gram(system: Any, products: list[tuple[int, Any]]) -> None:
    """Add `tr(A_i X A_k X)` from the products `A_i X`."""
    from flint import arb_mat

    size = products[0][1].nrows() ** 2
    left = arb_mat(len(products), size, [one for _, product in products for one in product.entries()])
    right = [one for _, product in products for one in product.transpose().entries()]
    part = left * arb_mat(len(products), size, right).transpose()
    for (a, (i, _)), (b, (k, _)) in itertools.product(enumerate(products), repeat=2):
        system[i, k] += part[a, b]


def _dyadic(value: list[Any]) -> Any:
    from flint import arb

    mantissa, exponent = value
    if type(exponent) is not int or abs(exponent) > 10**6 or len(mantissa) > 10**4:
        raise ValueError(f"exponent {exponent!r} or the length of its mantissa is out of range")
    return arb(int(mantissa, 16)) * arb(2) ** exponent


def _symmetric(lower: list[Any], size: int) -> Any:
    """Return the matrix of a lower triangle, row by row."""
    from flint import arb_mat

    if len(lower) != size * (size + 1) // 2:
        raise ValueError(f"{len(lower)} entries for a matrix of size {size}")
    entries = [_dyadic(one) for one in lower]
    places = [[max(i, j) * (max(i, j) + 1) // 2 + min(i, j) for j in range(size)] for i in range(size)]
    return arb_mat(size, size, [entries[place] for row in places for place in row])


def _eliminate(square: Any, j: int) -> None:
    """Return if all pivots are certainly positive, which makes the matrix positive definite."""
    rows = square.tolist()
    for k, pivot_row in enumerate(rows):
        if pivot_row[k] <= 0:
            raise _IndefiniteError(f"matrix {j} is not positive definite")
        if not pivot_row[k] > 0:
            raise ValueError(f"matrix {j} is not certainly positive definite")
        for row in rows[k + 1 :]:
            factor = row[k] / pivot_row[k]
            for i in range(k + 1, len(rows)):
                row[i] -= factor * pivot_row[i]
