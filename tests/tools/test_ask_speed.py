from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from checkouts import stored_trials
from layers import ROOT
from scripts import module_at

ask_speed = module_at(ROOT / "tests" / "tools" / "ask_speed.py")


def test_the_ratio_of_equal_ratios_is_exact() -> None:
    base = [0.1, 0.5, 2.0]
    assert ask_speed.ratio(base, [2 * one for one in base]) == pytest.approx((2.0, 2.0, 2.0))


def test_the_interval_holds_the_ratio_of_noisy_times() -> None:
    rng = np.random.default_rng(3)
    base = rng.uniform(0.1, 1.0, size=200)
    middle, low, high = ask_speed.ratio(base, 1.5 * base * np.exp(0.2 * rng.standard_normal(200)))
    assert low < middle < high
    assert 1.4 < low < 1.6
    assert 1.4 < high < 1.6


def test_an_ask_costs_the_sum_over_its_points_and_the_warm_up_does_not_count(small_store: Path) -> None:
    spent = ask_speed.cpu_seconds(small_store)
    assert set(spent) == {("random_search", "branin", 0, 0), ("random_search", "branin", 0, 1)} | {
        ("random_search", "pressure_vessel", 0, 0),
        ("random_search", "pressure_vessel", 0, 1),
    }
    trials = stored_trials(small_store)["random_search", "branin", 0]
    assert spent["random_search", "branin", 0, 1] == pytest.approx(
        sum(one["ask_cpu_seconds"] for one in trials if one["round"] == 1)
    )


def test_the_overrides_keep_our_optimizers_and_warm_up_first(tmp_path: Path) -> None:
    config = tmp_path / "speed.yaml"
    config.write_text(yaml.safe_dump({"optimizers": [{"type": "hebo"}, {"type": "smac"}], "seeds": 2}))
    assert ask_speed._overrides(config) == ["optimizers=[{type: hebo}]", "seeds=[1000000, 0, 1]"]


@pytest.mark.parametrize("config", ask_speed.SETTINGS.values())
def test_the_settings_have_an_optimizer_of_ours(config: str) -> None:
    assert "type: hebo" in ask_speed._overrides(ROOT / config)[0]
