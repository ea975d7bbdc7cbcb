from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import beta, kstest

from tasks.combinatorial.pest_control import PestControl

# Price, largest discount, resistance and tolerance in the code published by Oh et al., 2019.
PESTICIDES = {
    1: (1.0, 0.2, 2 / 7, 1 / 7),
    2: (0.8, 0.3, 3 / 7, 2.5 / 7),
    3: (0.7, 0.3, 3 / 7, 2 / 7),
    4: (0.5, 0.0, 5 / 7, 0.5 / 7),
}


def by_loop(task: PestControl, x: list[int]) -> float:
    resistance = {kind: one[2] for kind, one in PESTICIDES.items()}
    fractions = [float(fraction) for fraction in task.initial_fraction]
    total = 0.0
    for stage, kind in enumerate(x):
        total += sum(fraction > task.threshold for fraction in fractions) / task.n_sites
        for site, fraction in enumerate(fractions):
            spread, luck = (float(one) for one in task.noise[stage, :, site])
            if kind == 0:
                fractions[site] = fraction + spread * (1 - fraction)
            else:
                # The share of pests killed is the upper quantile of its distribution at `luck`.
                fractions[site] = (1 - float(beta.isf(luck, 1, resistance[kind]))) * fraction
        if kind > 0:
            price, discount, _, tolerance = PESTICIDES[kind]
            total += price * (1 - discount * x.count(kind) / task.n_stages)
            resistance[kind] += tolerance / task.n_stages
    return total


@pytest.mark.parametrize("task", [PestControl(n_sites=20), PestControl(n_stages=6, threshold=0.3, seed=3)])
def test_random_points_have_the_values_of_a_slow_loop(task: PestControl) -> None:
    codes = np.random.default_rng(0).integers(5, size=(3, task.n_stages))
    values = task.evaluate(task.to_frame(codes))["total_cost"]
    assert np.allclose(values, [by_loop(task, row) for row in codes.tolist()], rtol=0, atol=1e-12)


def test_it_has_five_choices_at_each_of_25_stages() -> None:
    task = PestControl()
    assert task.space.cardinality == 5**25
    assert task.parameters()[0]["categories"][0] == "none"


def test_prices_fall_with_the_number_of_uses_worked_by_hand() -> None:
    # A threshold next to 1 leaves the prices alone: one use at 24/25 of 0.8, 9 at 1 - 0.3 * 9 / 25 of 0.7.
    task = PestControl(threshold=1.0 - 1e-15)
    rows = [[0] * 25, [1] * 25, [4] * 25, [0] * 24 + [2], [3] * 9 + [4] * 2 + [0] * 14]
    prices = [0.0, 25 * 0.8, 25 * 0.5, 0.8 * (1 - 0.3 / 25), 9 * 0.7 * (1 - 0.3 * 9 / 25) + 1.0]
    assert task.evaluate(task.to_frame(np.array(rows)))["total_cost"].tolist() == pytest.approx(prices)


def test_the_last_action_changes_the_price_alone() -> None:
    task = PestControl(n_stages=4)
    values = task.evaluate(task.to_frame(np.array([[0, 2, 0, 0], [0, 2, 0, 4]])))["total_cost"]
    assert values[1] - values[0] == pytest.approx(0.5)


def test_random_numbers_have_their_distributions_at_each_stage() -> None:
    task = PestControl(n_stages=3, n_sites=4000)
    assert kstest(task.initial_fraction, "beta", args=(1, 30)).pvalue > 0.001
    for stage in range(3):
        assert kstest(task.noise[stage, 0], "beta", args=(1, 17 / 3)).pvalue > 0.001
        assert kstest(task.noise[stage, 1], "uniform").pvalue > 0.001


def test_the_noise_of_different_stages_is_independent() -> None:
    task = PestControl(n_stages=5, n_sites=4000)
    samples = np.concatenate([task.initial_fraction[None, :], task.noise.reshape(10, -1)])
    off_diagonal = np.corrcoef(samples)[~np.eye(11, dtype=bool)]
    assert np.abs(off_diagonal).max() < 5 / np.sqrt(4000)


def test_a_seed_fixes_the_sites_and_another_one_changes_them() -> None:
    first, again, other = (PestControl(seed=seed) for seed in (0, 0, 1))
    frame = first.to_frame(np.random.default_rng(2).integers(5, size=(8, 25)))
    assert first.evaluate(frame, seed=1).equals(again.evaluate(frame, seed=2))
    assert not first.evaluate(frame).equals(other.evaluate(frame))


@pytest.mark.parametrize("settings", [{"n_stages": 0}, {"n_sites": 0}, {"threshold": 0.0}, {"seed": -1}])
def test_impossible_settings_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(settings))):
        PestControl.model_validate(settings)
