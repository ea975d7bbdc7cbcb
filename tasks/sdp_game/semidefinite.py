"""Semidefinite programs whose equations are sums of few terms of low rank.

    minimize    sum_j <C_j, X_j> + c^T y
    subject to  sum_j <A_ij, X_j> + (B y)_i = b_i,   X_j positive semidefinite,   y free

with every `A_ij` a sum of terms `w (p q^T + q p^T) / 2`. Polynomial identities that hold at sample points
have this form (Leijenhorst and de Laat, 2202.12077); the Schur complement of the interior point method is
then built from products of matrices. All data are balls, so that one program serves the solver, which takes
the midpoints, and the proof, which does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import repeat
from operator import add, mul
from typing import Any

from tasks.sdp_game.ball_matrices import column, identity, inner_product, matrix


class PsdBlock:
    """A matrix variable, with its part of the objective and of the equations.

    Args:
        size: Number of rows.
        cost: `C_j`, symmetric `size x size`; zero if not given.
    """

    def __init__(self, size: int, cost: Any = None) -> None:
        self.size = size
        self.cost = identity(size, 0) if cost is None else cost
        self._terms: list[tuple[int, Any, Sequence[Any], Sequence[Any] | None]] = []

    def add(
        self, equation: int, weight: Any, left: Sequence[Any], right: Sequence[Any] | None = None
    ) -> None:
        """Add `w (p q^T + q p^T) / 2` to the coefficient of an equation; `q` is `p` unless it is given."""
        self._terms.append((equation, weight, left, right))

    @cached_property
    def equations(self) -> list[int]:
        """Those that have a term in this block, ascending."""
        return sorted({equation for equation, *_ in self._terms})

    @cached_property
    def coefficients(self) -> RankOneRows | SymmetricRows:
        """The equations, in the form that is cheaper: single rank-one terms, or matrices of small size."""
        is_rank_one = all(right is None for *_, right in self._terms)
        if is_rank_one and len(self._terms) == len(self.equations):
            terms = sorted(self._terms, key=lambda term: term[0])
            return RankOneRows([weight for _, weight, _, _ in terms], [p for _, _, p, _ in terms])
        rows = {equation: _zeros(self.size) for equation in self.equations}
        for equation, weight, left, right in self._terms:
            _add_product(rows[equation], weight, left, left if right is None else right)
        return SymmetricRows(list(rows.values()), self.size)


def outer_product(vector: Sequence[Any]) -> Any:
    """Return `p p^T`."""
    return matrix([[one * other for other in vector] for one in vector])


def _zeros(size: int) -> list[Any]:
    from flint import arb

    return [arb(0)] * (size * (size + 1) // 2)


def _add_product(row: list[Any], weight: Any, left: Sequence[Any], right: Sequence[Any]) -> None:
    for place, (p, q) in enumerate(_pairs(len(left))):
        once = left[p] * right[p] if p == q else left[p] * right[q] + left[q] * right[p]
        row[place] = row[place] + weight * once


def _pairs(size: int) -> list[tuple[int, int]]:
    return [(p, q) for q in range(size) for p in range(q + 1)]


class RankOneRows:
    """Coefficients `w_i p_i p_i^T`, one for each equation.

    Args:
        weights: `w_i`.
        vectors: `p_i`.
    """

    def __init__(self, weights: Sequence[Any], vectors: Sequence[Sequence[Any]]) -> None:
        self.vectors = matrix(vectors)
        self.weights = column(weights)
        self.weighted = matrix([[w * one for one in p] for w, p in zip(weights, vectors, strict=True)])

    def mid(self) -> RankOneRows:
        """Return the same without radii."""
        copy = object.__new__(RankOneRows)
        copy.vectors, copy.weights = self.vectors.mid(), self.weights.mid()
        copy.weighted = self.weighted.mid()
        return copy

    def apply(self, block: Any) -> list[Any]:
        """Return `<A_i, M>` for a symmetric matrix."""
        left = (self.weighted * block).tolist()
        return [sum(map(mul, one, other)) for one, other in zip(left, self._vector_rows, strict=True)]

    @cached_property
    def _vector_rows(self) -> list[list[Any]]:
        rows: list[list[Any]] = self.vectors.tolist()
        return rows

    @cached_property
    def _weighted_rows(self) -> list[list[Any]]:
        rows: list[list[Any]] = self.weighted.tolist()
        return rows

    def adjoint(self, multipliers: Sequence[Any]) -> Any:
        """Return `sum_i l_i A_i`."""
        scaled = [
            list(map(mul, repeat(one), row))
            for one, row in zip(multipliers, self._weighted_rows, strict=True)
        ]
        return self.vectors.transpose() * matrix(scaled)

    def schur(self, left: Any, right: Any) -> list[list[Any]]:
        """Return `tr(A_i M A_k N)` for symmetric matrices M and N: a product, entry by entry, of two."""
        one = (self.weighted * left * self.weighted.transpose()).tolist()
        other = (self.vectors * right * self.vectors.transpose()).tolist()
        return [list(map(mul, a[: i + 1], b)) for i, (a, b) in enumerate(zip(one, other, strict=True))]


class SymmetricRows:
    """Coefficients as rows over the pairs `p <= q`: entry `A_pp`, or `2 A_pq`.

    Args:
        rows: One for each equation.
        size: Of the matrices.
    """

    def __init__(self, rows: Sequence[Sequence[Any]], size: int) -> None:
        self.rows = matrix(rows)
        self.size = size

    def mid(self) -> SymmetricRows:
        """Return the same without radii."""
        copy = object.__new__(SymmetricRows)
        copy.rows, copy.size = self.rows.mid(), self.size
        return copy

    def apply(self, block: Any) -> list[Any]:
        """Return `<A_i, M>` for a symmetric matrix."""
        entries = block.tolist()
        found: list[Any] = (self.rows * column([entries[q][p] for p, q in _pairs(self.size)])).entries()
        return found

    def adjoint(self, multipliers: Sequence[Any]) -> Any:
        """Return `sum_i l_i A_i`."""
        sums = (self.rows.transpose() * column(multipliers)).entries()
        places = {pair: place for place, pair in enumerate(_pairs(self.size))}
        return matrix(
            [
                [
                    sums[places[p, p]] if p == q else sums[places[min(p, q), max(p, q)]] / 2
                    for q in range(self.size)
                ]
                for p in range(self.size)
            ]
        )

    def schur(self, left: Any, right: Any) -> list[list[Any]]:
        """Return `tr(A_i M A_k N)` for symmetric matrices M and N, by the symmetric Kronecker product."""
        m, n = left.tolist(), right.tolist()
        pairs = _pairs(self.size)
        kernel = matrix(
            [
                [
                    (m[q][r] * n[s][p] + m[p][r] * n[s][q] + m[q][s] * n[r][p] + m[p][s] * n[r][q]) / 4
                    for r, s in pairs
                ]
                for p, q in pairs
            ]
        )
        found = (self.rows * kernel * self.rows.transpose()).tolist()
        return [row[: i + 1] for i, row in enumerate(found)]


class SemidefiniteProgram:
    """A program in the form above.

    Args:
        blocks: Matrix variables, complete with their terms.
        free: `B`, one row for each equation.
        free_cost: `c`.
        rhs: `b`.
        offset: A constant in the objective.
    """

    def __init__(
        self,
        blocks: Sequence[PsdBlock],
        free: Sequence[Sequence[Any]],
        free_cost: Sequence[Any],
        rhs: Sequence[Any],
        *,
        offset: Any = 0,
    ) -> None:
        self.sizes = [block.size for block in blocks]
        self.coefficients = [block.coefficients for block in blocks]
        self.equations = [block.equations for block in blocks]
        self.costs = [block.cost for block in blocks]
        self.free = matrix(free) if free_cost else None
        self.free_cost = column(free_cost) if free_cost else None
        self.rhs = column(rhs)
        self.offset = offset
        self.n_equations, self.n_free = len(rhs), len(free_cost)

    def mid(self) -> SemidefiniteProgram:
        """Return the program of the midpoints."""
        copy = object.__new__(SemidefiniteProgram)
        copy.__dict__.update(self.__dict__)
        copy.coefficients = [one.mid() for one in self.coefficients]
        copy.costs = [one.mid() for one in self.costs]
        copy.free = None if self.free is None else self.free.mid()
        copy.free_cost = None if self.free_cost is None else self.free_cost.mid()
        copy.rhs = self.rhs.mid()
        return copy

    def objective(self, blocks: Sequence[Any], free: Any) -> Any:
        """Return the value at `(X, y)`."""
        value = self.offset + sum(map(inner_product, self.costs, blocks))
        return value if self.free_cost is None else value + inner_product(self.free_cost, free)

    def dual_objective(self, multipliers: Any) -> Any:
        """Return the value at `l`."""
        return self.offset + inner_product(self.rhs, multipliers)

    def apply(self, blocks: Sequence[Any]) -> Any:
        """Return `sum_j <A_ij, M_j>` for symmetric matrices, `m x 1`."""
        sums: list[Any] = [0] * self.n_equations
        for rows, equations, block in zip(self.coefficients, self.equations, blocks, strict=True):
            for equation, value in zip(equations, rows.apply(block), strict=True):
                sums[equation] = sums[equation] + value
        return column(sums)

    def residual(self, blocks: Sequence[Any], free: Any) -> Any:
        """Return `b - A(X) - B y`, `m x 1`."""
        rest = self.rhs - self.apply(blocks)
        return rest if self.free is None else rest - self.free * free

    def adjoint(self, multipliers: Any) -> list[Any]:
        """Return `sum_i l_i A_ij` for every block."""
        values = multipliers.entries()
        return [
            rows.adjoint([values[equation] for equation in equations])
            for rows, equations in zip(self.coefficients, self.equations, strict=True)
        ]

    def schur(self, left: Sequence[Any], right: Sequence[Any]) -> Any:
        """Return `S_ik = sum_j tr(A_ij M_j A_kj N_j)` for symmetric matrices, `m x m` and symmetric."""
        groups: dict[tuple[int, ...], list[list[Any]]] = {}
        for rows, equations, m, n in zip(self.coefficients, self.equations, left, right, strict=True):
            part, key = rows.schur(m, n), tuple(equations)
            groups[key] = (
                [list(map(add, *pair)) for pair in zip(groups[key], part, strict=True)]
                if key in groups
                else part
            )
        sums: list[list[Any]] = [[0] * self.n_equations for _ in range(self.n_equations)]
        for places, group in groups.items():
            for i, row in zip(places, group, strict=True):
                into = sums[i]
                for k, value in zip(places, row, strict=False):
                    into[k] += value
        return matrix(
            [[row[k] if k <= i else sums[k][i] for k in range(len(sums))] for i, row in enumerate(sums)]
        )
