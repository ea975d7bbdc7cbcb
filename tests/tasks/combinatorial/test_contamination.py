from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import kstest

from tasks.combinatorial.contamination import ContaminationControl


def by_loop(task: ContaminationControl, x: list[int]) -> float:
    within = [0] * task.n_stages
    for run in range(task.n_samples):
        z = float(task.initial_fraction[run])
        for stage in range(task.n_stages):
            spread, cure = (float(rate) for rate in task.rates[stage, :, run])
            z = spread * (1 - x[stage]) * (1 - z) + (1 - cure * x[stage]) * z
            within[stage] += z <= task.limit
    total = 0.0
    for stage in range(task.n_stages):
        shortfall = 1 - task.tolerance - within[stage] / task.n_samples
        total += (task.cost + task.regularization) * x[stage] + task.penalty * shortfall
    return total


@pytest.mark.parametrize(
    "task",
    [
        ContaminationControl(),
        ContaminationControl(
            n_stages=21,
            n_samples=40,
            cost=0.5,
            limit=0.2,
            tolerance=0.1,
            penalty=2.0,
            regularization=0.3,
            seed=4,
        ),
    ],
)
def test_random_points_have_the_values_of_a_slow_loop(task: ContaminationControl) -> None:
    codes = np.random.default_rng(0).integers(2, size=(4, task.n_stages))
    values = task.evaluate(task.to_frame(codes))["penalized_cost"]
    assert np.allclose(values, [by_loop(task, row) for row in codes.tolist()], rtol=0, atol=1e-12)


def test_constraints_that_always_hold_lower_the_value_by_their_tolerance() -> None:
    task = ContaminationControl(
        n_stages=4, limit=1.0 - 1e-15, tolerance=0.05, penalty=3.0, regularization=0.5
    )
    values = task.evaluate(task.to_frame(np.array([[0, 0, 0, 0], [1, 0, 1, 1]])))["penalized_cost"]
    assert np.allclose(values, [-4 * 3.0 * 0.05, 3 * 1.5 - 4 * 3.0 * 0.05])


def test_constraints_that_never_hold_cost_the_penalty_each() -> None:
    task = ContaminationControl(n_stages=3, limit=1e-15, tolerance=0.05, penalty=3.0)
    values = task.evaluate(task.to_frame(np.zeros((1, 3), dtype=int)))["penalized_cost"]
    assert values.tolist() == pytest.approx([3 * 3.0 * 0.95])


def test_rates_have_their_beta_distributions() -> None:
    task = ContaminationControl(n_stages=2, n_samples=4000)
    assert kstest(task.initial_fraction, "beta", args=(1, 30)).pvalue > 0.001
    for stage in range(2):
        assert kstest(task.rates[stage, 0], "beta", args=(1, 17 / 3)).pvalue > 0.001
        assert kstest(task.rates[stage, 1], "beta", args=(1, 3 / 7)).pvalue > 0.001


def test_rates_of_different_kinds_and_stages_are_independent() -> None:
    task = ContaminationControl(n_stages=5, n_samples=4000)
    samples = np.concatenate([task.initial_fraction[None, :], task.rates.reshape(10, -1)])
    off_diagonal = np.corrcoef(samples)[~np.eye(11, dtype=bool)]
    assert np.abs(off_diagonal).max() < 5 / np.sqrt(4000)


def test_a_seed_fixes_the_runs_and_another_one_changes_them() -> None:
    first, again, other = (ContaminationControl(seed=seed) for seed in (0, 0, 1))
    frame = first.to_frame(np.random.default_rng(2).integers(2, size=(8, 25)))
    assert first.evaluate(frame, seed=1).equals(again.evaluate(frame, seed=2))
    assert not first.evaluate(frame).equals(other.evaluate(frame))


@pytest.mark.parametrize("settings", [{"n_stages": 0}, {"limit": 1.0}, {"tolerance": 1.5}, {"penalty": -1.0}])
def test_impossible_settings_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(settings))):
        ContaminationControl.model_validate(settings)
