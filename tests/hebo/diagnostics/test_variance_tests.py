"""Tests of `hebo.diagnostics.variance_tests`."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hebo.diagnostics.variance_tests import VarianceTest, differ, equal_variance_tests, split_tests

RNG = np.random.default_rng(0)
QUIET, LOUD = RNG.normal(size=30), 4 * RNG.normal(size=30)


def test_the_tests_are_those_of_scipy_around_the_median() -> None:
    levene, fligner = equal_variance_tests([QUIET, LOUD], "two")
    assert levene.p_value == stats.levene(QUIET, LOUD, center="median").pvalue
    assert fligner.p_value == stats.fligner(QUIET, LOUD, center="median").pvalue
    assert (levene.name, fligner.name) == ("Levene", "Fligner-Killeen")
    assert levene.ratio == pytest.approx(LOUD.std(ddof=1) / QUIET.std(ddof=1))


def test_small_groups_and_equal_values_are_not_tested() -> None:
    assert equal_variance_tests([QUIET, LOUD[:4]], "few") == ()
    assert equal_variance_tests([np.ones(9), np.zeros(9)], "equal") == ()
    assert equal_variance_tests([], "none") == ()


def test_groups_of_which_one_is_constant_differ() -> None:
    assert differ(equal_variance_tests([np.ones(20), LOUD], "one constant"))


def test_the_split_that_differs_most_pays_for_all_that_were_tried() -> None:
    residuals = np.concatenate([QUIET, LOUD])
    halves = {"other": np.arange(60) % 2 == 0, "place": np.arange(60) < 30}
    found, alone = split_tests(residuals, halves, "r"), equal_variance_tests([QUIET, LOUD], "r")
    assert [one.p_value for one in found] == [2 * one.p_value for one in alone]
    assert {one.split for one in found} == {"place is low"}
    assert differ(found)


def test_a_split_of_which_one_half_is_nearly_empty_is_left_out() -> None:
    assert split_tests(QUIET, {"place": np.arange(30) < 2}, "r") == ()


def test_several_tests_share_one_level() -> None:
    assert differ([VarianceTest("a", 0.024, "", 1.0), VarianceTest("b", 0.9, "", 1.0)])
    assert not differ([VarianceTest("a", 0.04, "", 1.0), VarianceTest("b", 0.9, "", 1.0)])
    assert not differ([])
