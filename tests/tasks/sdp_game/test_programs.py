"""Tests of `tasks.sdp_game.programs` by ways that know nothing of sums of squares."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.special import eval_chebyt, eval_gegenbauer, eval_genlaguerre

CERTIFICATES = Path(__file__).parent / "certificates"
Array = np.ndarray[Any, np.dtype[np.float64]]


def eigenfunctions(n: int, degree: int, u: Array) -> Array:
    """`L_k(2 pi u) / L_k(0)` for every `u` and `k`, without the Gaussian."""
    alpha = n / 2 - 1
    rows = [
        eval_genlaguerre(k, alpha, 2 * np.pi * u) / eval_genlaguerre(k, alpha, 0) for k in range(degree + 1)
    ]
    return np.stack(rows, -1)


def volume(n: int, min_distance: float) -> float:
    return math.pi ** (n / 2) * (min_distance / 2) ** n / math.gamma(n / 2 + 1)


def bound_on_a_grid(n: int, half_degree: int, min_distance: float) -> float:
    """The linear program of Cohn and Elkies with signs at many points only, which is below the true optimum."""
    degree = 2 * half_degree + 1
    end = (4 * degree + 2 * n + 10) / math.pi
    u = np.concatenate([np.linspace(0, end, 4000), np.geomspace(end, 1e4 * end, 200)])
    signs = (-1.0) ** np.arange(degree + 1)
    transform, function = (
        -eigenfunctions(n, degree, u) * signs,
        eigenfunctions(n, degree, u + min_distance**2),
    )
    rows = np.concatenate([transform, function])
    rows /= np.abs(rows).max(1, keepdims=True)
    found = linprog(
        np.ones(degree + 1),
        A_ub=rows,
        b_ub=np.zeros(len(rows)),
        A_eq=signs[None],
        b_eq=[1],
        bounds=[(None, None)] * (degree + 1),
    )
    assert found.status == 0
    return volume(n, min_distance) * float(found.fun)


@pytest.mark.client
@pytest.mark.parametrize(
    ("n", "half_degree", "min_distance"),
    [(2, 3, 1.1), (3, 2, 1.364), (3, 2, 0.9655), (4, 2, 1.0289), (8, 2, 1.258), (8, 4, 1.567)],
)
def test_the_two_point_program_has_the_value_of_a_linear_program_on_a_fine_grid(
    n: int, half_degree: int, min_distance: float
) -> None:
    pytest.importorskip("flint")
    from tasks.sdp_game.bounds import TwoPointBound

    found = TwoPointBound(n, half_degree, min_distance).solve(gap_tolerance=1e-9, certify=False).value
    relaxed = bound_on_a_grid(n, half_degree, min_distance)
    assert relaxed * (1 - 1e-8) <= found <= relaxed * (1 + 1e-5)


class Functions:
    """`f_2` and `f_3` of a certificate in doubles, written down from the formulas."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.n, self.d2, self.d3 = (content[k] for k in ("dimension", "half_degree_2", "half_degree_3"))
        self.r, self.outer = content["min_distance"], content["truncation_radius"] ** 2
        self.content = content

    @staticmethod
    def number(value: list[Any]) -> float:
        return float(int(value[0], 16) * Fraction(2) ** value[1])

    @cached_property
    def coefficients(self) -> Array:
        free = np.array([self.number(one) for one in self.content["free"]])
        first = 1 - np.sum((-1.0) ** np.arange(1, len(free) + 1) * free)
        return np.array([first, *free])

    @cached_property
    def kernels(self) -> list[Array]:
        found = []
        for k in range(2 * self.d3 + 1):
            size = (2 * self.d3 - k) // 2 + 1
            lower = np.zeros((size, size))
            lower[np.tril_indices(size)] = [self.number(one) for one in self.content["blocks"][4 + k]]
            found.append(lower + np.tril(lower, -1).T)
        return found

    def f2(self, u: Array, *, is_transform: bool = False) -> Array:
        psi = eigenfunctions(self.n, 2 * self.d2 + 1, u)
        signs = (-1.0) ** np.arange(psi.shape[-1]) if is_transform else 1.0
        return np.exp(-np.pi * u) * (psi @ (signs * self.coefficients))

    def f3(self, u: Array, v: Array, t: Array) -> Array:
        length = np.sqrt(u * v)
        cosine = np.divide(t, length, out=np.zeros_like(t), where=length > 0)
        total, parameter = np.zeros_like(t), self.n / 2 - 1
        for k, f in enumerate(self.kernels):
            left, right = (
                np.stack([eval_chebyt(i, 2 * one / self.outer - 1) for i in range(len(f))], -1)
                for one in (u, v)
            )
            angular = eval_gegenbauer(k, parameter, cosine) / eval_gegenbauer(k, parameter, 1.0)
            total += np.einsum("...i,ij,...j->...", left, f, right) * (length / self.outer) ** k * angular
        return np.exp(-np.pi * (u + v)) * total


@pytest.fixture(scope="module")
def functions() -> Functions:
    return Functions(json.loads((CERTIFICATES / "three_points.json").read_text(encoding="utf-8")))


def test_two_points_satisfy_the_conditions_of_the_theorem(functions: Functions) -> None:
    u = np.linspace(0, 12, 4001)
    assert functions.f2(np.array([0.0]), is_transform=True)[0] == pytest.approx(1, abs=1e-12)
    assert np.min(functions.f2(u, is_transform=True)) >= -1e-12
    assert np.max(functions.f2(functions.outer + u)) <= 1e-12


def test_pairs_satisfy_the_condition_of_the_theorem_with_the_true_exponential(functions: Functions) -> None:
    u = np.linspace(functions.r**2, functions.outer, 2001)
    zero = np.zeros_like(u)
    total = functions.f2(u) + 2 * functions.f3(u, zero, zero) + functions.f3(u, u, u)
    assert np.max(total) <= 1e-12
    assert np.min(total) < -1e-6
    assert np.max(functions.f2(u)) > 1e-3  # two points alone do not have it


def test_triples_satisfy_the_condition_of_the_theorem(functions: Functions) -> None:
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(2, 50_000, functions.n))
    low, high = functions.r, math.sqrt(functions.outer)
    for one in (x, y):
        one *= generator.uniform(low, high, (len(one), 1)) / np.linalg.norm(one, axis=1, keepdims=True)
    is_apart = np.linalg.norm(x - y, axis=1) >= low
    values = functions.f3((x * x).sum(1), (y * y).sum(1), (x * y).sum(1))
    assert is_apart.sum() > 25_000
    assert np.max(values[is_apart]) <= 1e-12
    # It is a condition: where two centres are too close the kernel is positive.
    u = np.linspace(low**2, functions.outer, 50)
    assert np.min(functions.f3(u, u, u)) > 1e-6


def test_the_kernel_is_positive_semidefinite_and_its_bound_is_the_one_of_the_file(
    functions: Functions,
) -> None:
    generator = np.random.default_rng(1)
    points = generator.normal(size=(60, functions.n))
    points *= (
        generator.uniform(0, math.sqrt(functions.outer), (60, 1)) / np.linalg.norm(points, axis=1)[:, None]
    )
    squares = (points * points).sum(1)
    u, v = np.broadcast_arrays(squares[:, None], squares[None, :])
    assert np.linalg.eigvalsh(functions.f3(u, v, points @ points.T))[0] >= -1e-10
    zero = np.zeros(1)
    at_zero = functions.f2(zero)[0] + functions.f3(zero, zero, zero)[0]
    bound = functions.content["bound"]
    assert volume(functions.n, functions.r) * at_zero == pytest.approx(bound, abs=1e-10)
