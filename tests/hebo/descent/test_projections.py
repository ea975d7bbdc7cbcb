"""Tests of `hebo.descent.projections`: nearest points, against closed forms and optimality conditions."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch

from hebo.descent import projections
from hebo.descent.projections import Box, Polytope, Product, Simplex
from hebo.errors import ConfigError, DataError, NumericalError
from hebo.random import make_generator

POINTS = 3 * torch.randn(40, 4, dtype=torch.float64, generator=make_generator("points"))


def test_a_box_clamps_each_column() -> None:
    box = Box([0.0, -torch.inf, 1.0, -1.0], [1.0, 0.0, 1.0, torch.inf])
    x = torch.tensor([[2.0, 3.0, 0.0, -5.0], [0.5, -9.0, 1.0, 7.0]])
    assert box(x).tolist() == [[1.0, 0.0, 1.0, -1.0], [0.5, -9.0, 1.0, 7.0]]
    assert Box(0.0, 1.0)(x.reshape(2, 2, 2)).shape == (2, 2, 2)


def test_the_simplex_of_two_columns_is_a_segment() -> None:
    x = POINTS[:, :2]
    share = (0.5 + (x[:, 0] - x[:, 1]) / 2).clamp(0, 1)
    torch.testing.assert_close(Simplex()(x), torch.stack([share, 1 - share], dim=1))


def test_points_of_the_simplex_stay_and_others_come_to_lie_on_it() -> None:
    simplex = Simplex(2.0)
    inside = 2 * POINTS.softmax(1)
    torch.testing.assert_close(simplex(inside), inside)
    nearest = simplex(POINTS)
    torch.testing.assert_close(nearest.sum(1), torch.full((40,), 2.0, dtype=torch.float64))
    assert nearest.amin() >= 0
    # The nearest point makes no obtuse angle with any corner: (x - p)(c - p) <= 0.
    for corner in 2 * torch.eye(4, dtype=torch.float64):
        assert ((POINTS - nearest) * (corner - nearest)).sum(1).amax() < 1e-9


def test_one_half_space_has_a_closed_form() -> None:
    a, b = (
        torch.tensor([[1.0, 2.0, 0.0, -2.0]], dtype=torch.float64),
        torch.tensor([1.5], dtype=torch.float64),
    )
    excess = (POINTS @ a[0] - b).clamp_min(0)
    expected = POINTS - excess.unsqueeze(1) * a / 9
    torch.testing.assert_close(Polytope(a, b)(POINTS), expected)


def test_a_polytope_gives_the_best_point_over_all_active_sets() -> None:
    a = torch.tensor([[1.0, 1.0], [-1.0, 2.0], [0.3, -1.0]], dtype=torch.float64)
    b = torch.tensor([1.0, 0.8, 0.4], dtype=torch.float64)
    rows = torch.cat([a, torch.eye(2, dtype=torch.float64), -torch.eye(2, dtype=torch.float64)])
    limits = torch.cat([b, torch.full((4,), 0.7, dtype=torch.float64)])
    set_ = Polytope(a, b, -0.7, 0.7)
    for x in POINTS[:, :2]:
        candidates = [x]
        for size in (1, 2):
            for chosen in itertools.combinations(range(7), size):
                active = rows[list(chosen)]
                candidates.append(x - torch.linalg.pinv(active) @ (active @ x - limits[list(chosen)]))
        feasible = [one for one in candidates if (rows @ one <= limits + 1e-9).all()]
        expected = min(feasible, key=lambda one, x=x: float((one - x).norm()))  # type: ignore[misc]
        torch.testing.assert_close(set_(x.unsqueeze(0))[0], expected, atol=1e-7, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_limits_hold_and_projecting_again_changes_nothing(dtype: torch.dtype) -> None:
    a = torch.randn(5, 4, dtype=torch.float64, generator=make_generator("a"))
    set_ = Polytope(a, a.norm(dim=1) / 3, -0.5, 0.6)
    x = POINTS.to(dtype).reshape(10, 4, 4)
    nearest = set_(x)
    assert nearest.dtype == dtype
    assert nearest.shape == x.shape
    assert nearest.amin() >= -0.5
    assert nearest.amax() <= 0.6 + 1e-7
    assert (nearest.double() @ set_.a.T - set_.b).amax() < (1e-7 if dtype == torch.float64 else 1e-5)
    torch.testing.assert_close(set_(nearest), nearest, atol=1e-6, rtol=0)


SCALE = 0.05 + torch.rand(40, 4, dtype=torch.float64, generator=make_generator("scale"))


def test_the_simplex_is_met_in_the_metric_of_the_columns() -> None:
    nearest = Simplex()(POINTS, SCALE)
    torch.testing.assert_close(nearest.sum(1), torch.ones(40, dtype=torch.float64))
    assert nearest.amin() >= 0
    for corner in torch.eye(4, dtype=torch.float64):
        assert ((POINTS - nearest) / SCALE * (corner - nearest)).sum(1).amax() < 1e-9
    torch.testing.assert_close(Simplex()(POINTS, 7 * SCALE), nearest)


def test_a_polytope_is_met_in_the_metric_of_the_columns() -> None:
    a = torch.tensor([[1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, -1.0, -1.0]], dtype=torch.float64)
    simplex = Polytope(a, [1.0, -1.0], lower=0.0)
    torch.testing.assert_close(simplex(POINTS, SCALE), Simplex()(POINTS, SCALE), atol=1e-6, rtol=0.0)
    parts = Product([(4, simplex)])
    torch.testing.assert_close(parts(POINTS, SCALE), Simplex()(POINTS, SCALE), atol=1e-6, rtol=0.0)


def test_a_product_projects_its_columns_apart() -> None:
    set_ = Product([(2, Simplex()), (1, None), (1, Box(0.0, 1.0))])
    nearest = set_(POINTS)
    torch.testing.assert_close(nearest[:, :2], Simplex()(POINTS[:, :2]))
    torch.testing.assert_close(nearest[:, 2], POINTS[:, 2])
    torch.testing.assert_close(nearest[:, 3], POINTS[:, 3].clamp(0, 1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Box([0.0, 2.0], [1.0, 1.0]), "lower = 2 is above upper = 1 in column 1"),
        (lambda: Box([0.0], [1.0, 1.0]), "the shapes"),
        (lambda: Box(torch.nan, 1.0), "NaN"),
        (lambda: Simplex(0.0), "total = 0.0; give a finite number, more than 0"),
        (lambda: Polytope([1.0], [1.0]), "give `k x d` coefficients"),
        (lambda: Polytope([[0.0, 0.0]], [1.0]), "row of a is zero"),
        (lambda: Polytope([[1.0, 1.0]], [1.0], lower=[1.0] * 3), "3 limits for 2 columns"),
        (lambda: Polytope([[1.0, 1.0]], [-1.0], lower=0.0), "no point fulfils all 1 inequalities"),
        (lambda: Polytope([[1.0, 0.0], [-1.0, 0.0]], [0.0, -0.1]), "no point fulfils all 2 inequalities"),
        (lambda: Product([]), "a projection for each part"),
        (lambda: Product([(0, None)]), "number of columns = 0"),
    ],
)
def test_sets_that_cannot_be_are_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make()


def test_a_projection_that_does_not_converge_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    thin = Polytope([[1.0, 0.0, 0.0, 0.0], [-1.0, 0.001, 0.0, 0.0]], [0.0, 0.0])
    monkeypatch.setattr(projections, "MAX_CYCLES", 2)
    with pytest.raises(NumericalError, match="did not converge in 2 cycles; the set is very thin"):
        thin(POINTS)


@pytest.mark.parametrize(
    "set_",
    [Box([0.0], [1.0]), Polytope([[1.0]], [1.0]), Product([(1, None)])],
    ids=lambda one: type(one).__name__,
)
def test_points_of_other_columns_are_refused(set_: Callable[[Any], Any]) -> None:
    with pytest.raises(DataError, match="points of 4 columns, and the set has 1"):
        set_(POINTS)
