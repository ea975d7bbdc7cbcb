"""Friedman's test against published examples and against chances counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from hebo.experiment.analysis.friedman import (
    connected,
    critical_difference,
    exact_p_value,
    friedman,
    n_orders,
)

# Demsar (2006), table 6: AUC of four variants of C4.5 on 14 data sets, with the ranks printed there (the two
# best of `voting` agree in the digits printed, and not in those ranked).
DEMSAR = np.array(
    [
        [4, 3, 2, 1],
        [1, 2, 3, 4],
        [4, 1, 2, 3],
        [4, 1, 3, 2],
        [4, 2, 3, 1],
        [1, 2.5, 4, 2.5],
        [3, 2, 4, 1],
        [2.5, 2.5, 4, 1],
        [4, 3, 2, 1],
        [2.5, 2.5, 2.5, 2.5],
        [4, 2.5, 1, 2.5],
        [3, 2, 4, 1],
        [4, 1, 2, 3],
        [3, 1, 4, 2],
    ]
)
# Conover, "Practical nonparametric statistics" (1999), page 372: four grasses in twelve gardens.
GRASS = np.array(
    [
        [4, 3, 2, 1],
        [4, 2, 3, 1],
        [3, 1.5, 1.5, 4],
        [3, 1, 2, 4],
        [4, 2, 1, 3],
        [2, 2, 2, 4],
        [1, 3, 2, 4],
        [2, 4, 1, 3],
        [3.5, 1, 2, 3.5],
        [4, 1, 3, 2],
        [4, 2, 3, 1],
        [3.5, 1, 2, 3.5],
    ]
)


def test_the_example_of_conover_with_ties() -> None:
    found = friedman(GRASS)
    assert found.chi_square == pytest.approx(8.097345, abs=1e-6)
    assert found.f == pytest.approx(3.192198, abs=1e-6)
    assert found.degrees == (3, 33)
    assert found.p_value == pytest.approx(0.03621547, abs=1e-8)
    assert not found.is_exact


def test_the_example_of_demsar_apart_from_the_correction_for_ties() -> None:
    """Demsar's formula has no correction: three pairs and one four of equal ranks make chi-square 0.907 of it."""
    assert DEMSAR.mean(axis=0).round(3).tolist() == [3.143, 2.000, 2.893, 1.964]
    found = friedman(DEMSAR)
    correction = 1 - (3 * (2**3 - 2) + (4**3 - 4)) / (14 * 4 * (4**2 - 1))
    chi_square = found.chi_square * correction
    assert chi_square == pytest.approx(9.28, abs=0.01)
    assert 13 * chi_square / (14 * 3 - chi_square) == pytest.approx(3.69, abs=0.01)
    assert found.f == pytest.approx(13 * found.chi_square / (14 * 3 - found.chi_square))
    assert found.degrees == (3, 39)
    assert found.p_value == pytest.approx(float(stats.f.sf(found.f, 3, 39)))


# Demsar (2006), table 5(a): the quantile q for k classifiers.
@pytest.mark.parametrize(
    ("k", "level", "q"),
    [
        (2, 0.05, 1.960),
        (3, 0.05, 2.343),
        (5, 0.05, 2.728),
        (10, 0.05, 3.164),
        (4, 0.1, 2.291),
        (10, 0.1, 2.920),
    ],
)
def test_the_critical_difference_agrees_with_the_table_of_demsar(k: int, level: float, q: float) -> None:
    expected = q * np.sqrt(k * (k + 1) / (6 * 14))
    assert critical_difference(k, 14, level=level) == pytest.approx(expected, rel=1e-3)


def test_the_critical_differences_of_the_example_of_demsar() -> None:
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=0.01)
    assert critical_difference(4, 14, level=0.1) == pytest.approx(1.12, abs=0.01)


def test_the_groups_of_the_example_of_demsar() -> None:
    """At 0.10 plain C4.5 differs from the two best, and C4.5+cf from nobody (figure 1a)."""
    ranks = sorted(DEMSAR.mean(axis=0))
    assert connected(ranks, critical_difference(4, 14, level=0.1)) == [(0, 2), (2, 3)]
    assert connected(ranks, critical_difference(4, 14)) == [(0, 3)]


def test_groups_within_larger_ones_and_single_ones_are_left_out() -> None:
    assert connected([1.0, 1.2, 1.4, 3.0, 5.0], 0.5) == [(0, 2)]
    assert connected([1.0, 2.0, 3.0, 4.0], 1.0) == [(0, 1), (1, 2), (2, 3)]
    assert connected([1.0, 3.0, 5.0], 1.0) == []
    assert connected([2.0, 2.0, 2.0], 0.0) == [(0, 2)]


@pytest.mark.parametrize(("k", "n"), [(3, 2), (3, 5), (4, 3), (5, 2)])
def test_full_agreement_is_as_likely_as_one_order_of_all(k: int, n: int) -> None:
    found = friedman(np.tile(np.arange(1.0, k + 1), (n, 1)))
    assert found.is_exact
    assert found.p_value == pytest.approx(math.factorial(k) ** (1 - n))
    assert found.p_value == pytest.approx(1 / n_orders(k, n))
    assert found.chi_square == pytest.approx(n * (k - 1))
    assert math.isinf(found.f)


def test_a_chance_counted_by_hand() -> None:
    """Of the 36 orders of two more blocks 1 agrees in full; 6 have the rank sums 3, 7, 8 or 4, 5, 9."""
    found = friedman(np.array([[1.0, 2, 3], [1, 2, 3], [1, 3, 2]]))
    assert found.chi_square == pytest.approx(14 / 3)
    assert found.p_value == pytest.approx(7 / 36)


def test_the_exact_chance_with_ties_agrees_with_drawing_orders() -> None:
    ranks = np.array([[1.0, 2.5, 2.5, 4], [1, 2, 3.5, 3.5], [2, 1, 3, 4], [1.5, 1.5, 3, 4]])
    generator = np.random.default_rng(0)
    drawn = generator.permuted(np.tile(ranks, (40_000, 1, 1)), axis=2).sum(axis=1)
    share = float(((drawn**2).sum(axis=1) >= (ranks.sum(axis=0) ** 2).sum() - 1e-9).mean())
    assert exact_p_value(ranks) == pytest.approx(share, abs=4 * math.sqrt(share / 40_000))
