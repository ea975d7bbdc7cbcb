from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from hebo.experiment.analysis.bayesmark_formulas import compute_baseline, expected_minimum, lower_quantile


@pytest.mark.parametrize("m", [1, 2, 3, 5])
def test_expected_minimum_is_the_mean_over_all_subsets(m):
    values = np.array([4.0, -1.0, 7.0, 2.5, 2.5])
    exact = np.mean([min(subset) for subset in combinations(values, m)])
    assert expected_minimum(values, np.array([m])) == pytest.approx([exact])


def test_lower_quantile_never_interpolates():
    values = np.array([4.0, 1.0, 3.0, 2.0])
    assert lower_quantile(values, 0.5) == 2.0
    assert lower_quantile(values, 0.51) == 3.0


def test_baseline_of_two_rounds_worked_by_hand():
    baseline = compute_baseline(np.array([1.0, 2.0, 3.0, 9.0]), best=1.0, batch_size=1, n_rounds=2)
    assert baseline.clip == 2.0
    # One draw of (1, 2, 2, 2): 7 / 4. Two draws: the 1 is in 3 of 6 pairs, so (3 * 1 + 3 * 2) / 6.
    assert baseline.mean == pytest.approx([1.75, 1.5])
    # ceil(4 * 0.5) = 2nd smallest; ceil(4 * (1 - sqrt 0.5)) = 2nd smallest.
    assert baseline.median.tolist() == [2.0, 2.0]
    assert baseline.best == 1.0 - 10_000 * np.spacing(1.0)


def test_best_value_zero_is_still_lowered():
    baseline = compute_baseline(np.array([0.0, 1.0]), best=0.0, batch_size=1, n_rounds=1)
    assert baseline.best < 0.0
