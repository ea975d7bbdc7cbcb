"""Polynomials of the bounds, against transforms and other libraries."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import eval_gegenbauer, jv

from hebo.errors import ConfigError
from tasks.sdp_game.ball_matrices import precision
from tasks.sdp_game.polynomials import (
    chebyshev_basis,
    chebyshev_nodes,
    eigenfunction_basis,
    exponential_majorant,
    gegenbauer_kernels,
    leja_order,
    symmetric_basis,
    symmetric_exponents,
    symmetric_nodes,
)


def transform(dimension: int, k: int, at: float) -> float:
    """The Fourier transform of an eigenfunction, as a Hankel transform."""
    alpha = dimension / 2 - 1

    def integrand(radius: float) -> float:
        value = eigenfunction_basis(k, alpha, 2 * math.pi * radius**2)[k] * math.exp(-math.pi * radius**2)
        return float(value * jv(alpha, 2 * math.pi * at * radius) * radius ** (dimension / 2))

    return 2 * math.pi * at**-alpha * float(quad(integrand, 0, 7, limit=400)[0])


@pytest.mark.parametrize("dimension", [2, 3, 8])
@pytest.mark.parametrize("k", range(6))
def test_the_fourier_transform_multiplies_an_eigenfunction_by_one_or_minus_one(
    dimension: int, k: int
) -> None:
    for at in (0.3, 0.9, 1.4):
        value = eigenfunction_basis(k, dimension / 2 - 1, 2 * math.pi * at**2)[k] * math.exp(-math.pi * at**2)
        assert transform(dimension, k, at) == pytest.approx((-1) ** k * value, abs=1e-9)


@pytest.mark.parametrize("dimension", [3, 4, 8, 24])
def test_kernels_are_gegenbauer_polynomials(dimension: int) -> None:
    u, v, t = 1.3, 0.7, 0.4
    cosine, parameter = t / math.sqrt(u * v), dimension / 2 - 1
    for k, value in enumerate(gegenbauer_kernels(7, dimension, u, v, t)):
        expected = eval_gegenbauer(k, parameter, cosine) / eval_gegenbauer(k, parameter, 1.0)
        assert value == pytest.approx((u * v) ** (k / 2) * expected, abs=1e-12)


def test_in_the_plane_kernels_are_cosines() -> None:
    x, y = np.array([1.1, 0.2]), np.array([-0.3, 0.8])
    angle = math.atan2(x[1], x[0]) - math.atan2(y[1], y[0])
    u, v = x @ x, y @ y
    for k, value in enumerate(gegenbauer_kernels(6, 2, u, v, x @ y)):
        assert value == pytest.approx((u * v) ** (k / 2) * math.cos(k * angle), abs=1e-12)


def test_a_kernel_of_a_point_with_itself_is_a_power() -> None:
    u = Fraction(5, 3)
    assert gegenbauer_kernels(6, 5, u, u, u) == [u**k for k in range(7)]


@pytest.mark.parametrize("dimension", [2, 3, 7])
def test_kernels_are_positive_semidefinite(dimension: int) -> None:
    points = np.random.default_rng(0).normal(size=(40, dimension))
    products = points @ points.T
    squares = np.diag(products)
    for gram in gegenbauer_kernels(5, dimension, squares[:, None], squares[None, :], products):
        assert np.linalg.eigvalsh(gram)[0] >= -1e-9 * np.abs(gram).max()


@pytest.mark.parametrize(("half_degree", "count"), [(1, 7), (2, 22), (3, 50), (4, 95), (5, 161), (6, 252)])
def test_symmetric_polynomials_are_counted_and_determined_by_their_values_at_the_nodes(
    half_degree: int, count: int
) -> None:
    degree, inner, outer = 2 * half_degree, 1.5, 2.4
    assert len(symmetric_exponents(degree)) == count
    nodes = np.array(symmetric_nodes(degree, inner, outer))
    assert len({tuple(node) for node in nodes}) == count
    s, d, t = nodes.T
    width = outer - inner
    values = symmetric_basis(degree, (s - inner - outer) / width, 2 * (d / width) ** 2 - 1, t / outer)
    assert np.linalg.cond(np.array(values)) < 1e8


def test_symmetric_polynomials_span_the_invariants() -> None:
    # u^3 v + u v^3 is in the span of degree 4, u^3 v is not.
    u, v, t = np.random.default_rng(1).uniform(-1, 1, size=(3, 60))
    basis = np.array(symmetric_basis(4, (u + v) / 2, (u - v) ** 2 / 2 - 1, t)).T
    for target, is_inside in ((u**3 * v + u * v**3, True), (u**3 * v, False)):
        rest = target - basis @ np.linalg.lstsq(basis, target, rcond=None)[0]
        assert bool(np.abs(rest).max() < 1e-9) is is_inside


def test_chebyshev_nodes_are_zeros_and_leja_order_keeps_them() -> None:
    nodes = chebyshev_nodes(9, 1.0, 4.0)
    assert np.abs([chebyshev_basis(9, (2 * x - 5.0) / 3)[9] for x in nodes]).max() < 1e-12
    ordered = leja_order(nodes)
    assert sorted(ordered) == nodes
    assert ordered[:2] == [nodes[-1], nodes[0]]


@pytest.mark.client
@pytest.mark.parametrize(("ratio", "slack"), [(1.15, 1e-17), (1.25, 1e-13), (1.35, 1e-10), (1.5, 2e-7)])
def test_the_majorant_is_above_the_exponential_by_its_slack_at_most(ratio: float, slack: float) -> None:
    flint = pytest.importorskip("flint")
    with precision(256):
        inner, outer = flint.arb(1.26) ** 2, (flint.arb(1.26) * flint.arb(ratio)) ** 2
        majorant = exponential_majorant(inner, outer, 14)
        assert majorant.relative_slack < slack
        for i in range(201):
            u = inner + (outer - inner) * i / 200
            exact = (-flint.arb.pi() * u).exp()
            assert 0 < majorant.value(u) / exact - 1 < majorant.relative_slack


@pytest.mark.client
@pytest.mark.parametrize(
    ("degree", "ratio", "message"), [(4, 1.5, "relative slack of"), (2, 4.0, "no useful bound")]
)
def test_a_majorant_that_is_not_sharp_is_refused(degree: int, ratio: float, message: str) -> None:
    flint = pytest.importorskip("flint")
    inner = flint.arb(1.26) ** 2
    with pytest.raises(ConfigError, match=rf"majorant_degree = {degree} leaves.*{message}.*raise the degree"):
        exponential_majorant(inner, inner * flint.arb(ratio) ** 2, degree)
