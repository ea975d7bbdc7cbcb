"""Two-point and three-point bounds, against published limits and measured tables."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

from hebo.errors import ConfigError
from tasks.sdp_game.bounds import ThreePointBound, TwoPointBound
from tasks.sdp_game.reference import REFERENCE

BASE = ("1", "A1", "A2", "B1", "B2", "C", "G")
FEW = ("1", "C", "G", "g1", "g2")


def three(**changes: Any) -> ThreePointBound:
    settings: dict[str, Any] = {
        "dimension": 3,
        "half_degree_2": 6,
        "half_degree_3": 3,
        "min_distance": 1.26,
        "truncation_radius": 1.26 * 1.15,
        "multipliers": FEW,
    }
    return ThreePointBound(**{**settings, **changes})


class TestMistakes:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"dimension": 1}, "dimension = 1: give one from 2 to 48"),
            ({"dimension": 49}, "dimension = 49"),
            ({"half_degree_2": 0}, "half_degree_2 = 0: give at least 1"),
            ({"half_degree_3": 0}, "half_degree_3 = 0"),
            ({"majorant_degree": 0}, "majorant_degree = 0"),
            ({"min_distance": 0.0}, "min_distance = 0: give a positive number"),
            ({"min_distance": math.nan}, "min_distance = nan"),
            ({"truncation_radius": math.inf}, "truncation radius inf: give a finite"),
            (
                {"min_distance": 1.2, "truncation_radius": 1.1},
                "truncation radius 1.1 is smaller than the minimal distance 1.2",
            ),
            ({"min_distance": 1.2, "truncation_radius": 1.2}, "is equal to the minimal"),
            ({"multipliers": ("1", "D")}, "'D' is not a base polynomial"),
            ({"multipliers": ("1", "A1*A2*B2*G")}, "has degree 7, above 2 half_degree_3 = 6"),
            ({"multipliers": ("C", "G")}, 'lack the constant "1"'),
        ],
    )
    def test_are_refused_with_the_value_and_the_remedy(self, change: dict[str, Any], message: str) -> None:
        with pytest.raises(ConfigError, match=message):
            three(**change)

    def test_of_two_points_are_refused_too(self) -> None:
        with pytest.raises(ConfigError, match="half_degree = 0: give at least 1"):
            TwoPointBound(3, 0, 1.2)

    @pytest.mark.client
    def test_in_the_settings_of_a_solve_are_refused(self) -> None:
        pytest.importorskip("flint")
        with pytest.raises(ConfigError, match="precision_bits = 32"):
            TwoPointBound(3, 2, 1.2).solve(precision_bits=32)
        with pytest.raises(ConfigError, match="majorant_degree = 2 leaves"):
            three(majorant_degree=2, truncation_radius=2.5).solve()


def test_the_order_of_multipliers_does_not_matter() -> None:
    assert three(multipliers=FEW[::-1]).statement == three(multipliers=(*FEW, "C")).statement


@pytest.mark.client
class TestTwoPoints:
    # The best distance near the one given, and the bound there, to six digits.
    @pytest.mark.parametrize(
        ("dimension", "half_degree", "distance", "expected"),
        [(3, 2, 1.364, 0.792573), (3, 4, 1.271, 0.781771), (3, 6, 1.263, 0.780114), (8, 4, 1.567, 0.262103)],
    )
    def test_the_optimum_over_the_distance_is_that_of_the_table(
        self, dimension: int, half_degree: int, distance: float, expected: float
    ) -> None:
        pytest.importorskip("flint")
        found = [
            TwoPointBound(dimension, half_degree, r).solve(gap_tolerance=1e-9)
            for r in (0.99 * distance, distance, 1.01 * distance)
        ]
        assert found[1].value == pytest.approx(expected, abs=1e-6)
        assert found[1].value < min(found[0].value, found[2].value)
        for one in found:
            assert one.certified_value is not None
            assert 0 <= one.certified_value - one.value < 1e-9
            assert one.certified_value > REFERENCE[dimension].linear_programming

    def test_bounds_fall_with_the_degree_and_stay_above_the_limit_of_linear_programming(self) -> None:
        pytest.importorskip("flint")
        for dimension, distance in ((2, 1.2), (4, 1.3), (16, 1.6)):
            values = [TwoPointBound(dimension, d, distance).solve().value for d in (2, 3, 4)]
            assert values == sorted(values, reverse=True)
            assert values[-1] > REFERENCE[dimension].linear_programming

    def test_without_convergence_there_is_no_number(self) -> None:
        pytest.importorskip("flint")
        found = TwoPointBound(3, 4, 1.271).solve(max_iterations=5)
        assert (found.status, found.certified_value, found.certificate) == ("iteration_limit", None, None)
        assert math.isnan(found.value)

    def test_what_is_not_to_be_proved_is_not(self) -> None:
        pytest.importorskip("flint")
        found = TwoPointBound(3, 2, 1.364).solve(certify=False)
        assert (found.status, found.certified_value, found.certificate) == ("optimal", None, None)

    def test_a_solve_is_repeatable(self) -> None:
        pytest.importorskip("flint")
        one, other = (TwoPointBound(3, 3, 1.3).solve() for _ in range(2))
        assert one.value == other.value
        assert one.certificate is not None
        assert other.certificate is not None
        assert one.certificate.to_json() == other.certificate.to_json()

    @pytest.mark.slow
    def test_eight_dimensions_come_close_to_the_density_of_the_best_packing(self) -> None:
        pytest.importorskip("flint")
        found = TwoPointBound(8, 16, 1.37).solve(precision_bits=512, gap_tolerance=1e-9)
        assert found.certified_value is not None
        assert 0 < found.certified_value - 0.2536695079 < 1e-5


@pytest.mark.client
class TestThreePoints:
    def test_a_kernel_that_is_forced_to_zero_leaves_two_points_and_no_proof(self) -> None:
        pytest.importorskip("flint")
        two = TwoPointBound(3, 4, 1.26).solve().value
        found = three(half_degree_2=4, half_degree_3=1, multipliers=("1",)).solve()
        assert found.value == pytest.approx(two, abs=1e-6)
        assert found.certificate is not None
        assert not found.certificate.proved
        assert found.certified_value is None

    @pytest.mark.slow
    def test_three_points_go_below_the_limit_of_two_and_not_below_the_density(self) -> None:
        pytest.importorskip("flint")
        found = three().solve()
        assert found.value == pytest.approx(0.778158, abs=1e-6)
        assert found.certified_value is not None
        assert 0 <= found.certified_value - found.value < 1e-9
        assert REFERENCE[3].best_packing < found.certified_value < REFERENCE[3].linear_programming

    @pytest.mark.slow
    def test_a_program_without_an_interior_has_a_value_and_no_proof(self) -> None:
        pytest.importorskip("flint")
        found = three(multipliers=BASE).solve()
        assert found.value == pytest.approx(0.778158, abs=1e-6)
        assert found.certificate is not None
        assert found.certificate.reason is not None
        assert "not certainly positive definite" in found.certificate.reason
        assert found.certified_value is None

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("change", "ratio", "expected"),
        [
            ({"multipliers": BASE}, 1.10, 0.778588),
            ({"half_degree_2": 10, "min_distance": 1.20}, 1.40, 0.7771103),
            ({"dimension": 4, "min_distance": 1.32, "multipliers": BASE}, 1.15, 0.644599),
            ({"dimension": 4, "half_degree_2": 8, "min_distance": 1.30}, 1.25, 0.6435093),
            ({"dimension": 4, "half_degree_2": 8, "min_distance": 1.30}, 1.35, 0.647820),
        ],
    )
    def test_bounds_are_those_of_the_table(
        self, change: dict[str, Any], ratio: float, expected: float
    ) -> None:
        pytest.importorskip("flint")
        radius = change.get("min_distance", 1.26) * ratio
        found = three(**change, truncation_radius=radius).solve()
        assert found.value == pytest.approx(expected, abs=1e-6)

    @pytest.mark.slow
    def test_bounds_fall_with_multipliers_and_degrees(self) -> None:
        pytest.importorskip("flint")
        small = three(half_degree_2=5, multipliers=("1", "C", "g1")).solve()
        wider = three(half_degree_2=5, multipliers=("1", "C", "g1", "G", "g2")).solve()
        longer = three(half_degree_2=6, multipliers=("1", "C", "g1", "G", "g2")).solve()
        two = TwoPointBound(3, 5, 1.26).solve()
        values = [two.value, small.value, wider.value, longer.value]
        for above, below in itertools.pairwise(values):
            assert below <= above * (1 + 1e-6)
        assert longer.value < two.value - 1e-3
        assert min(values) > REFERENCE[3].best_packing

    @pytest.mark.slow
    def test_a_kernel_of_higher_degree_goes_lower(self) -> None:
        pytest.importorskip("flint")
        found = three(half_degree_3=4).solve()
        assert found.certified_value == pytest.approx(0.777531, abs=1e-6)
        assert max(found.block_sizes) == 22
