"""Tests of `hebo.descent.schedules`: each value is that of the formula."""

from __future__ import annotations

import math

import pytest

from hebo.descent.schedules import adam_schedule, power_decay, sample_size
from hebo.errors import ConfigError

STEPS = [1, 2, 3, 7, 10, 32, 100, 1000, 100_000]


def root(t: int, numerator: int, denominator: int) -> float:
    """`t^(numerator / denominator)`, by logarithms."""
    return math.exp(numerator / denominator * math.log(t))


@pytest.mark.parametrize("t", STEPS)
@pytest.mark.parametrize(("lr", "mu", "c_gamma"), [(1e-3, 0.9, 1.0), (0.1, 0.9, 1.0), (1.0, 0.5, 0.3)])
def test_adam_on_schedules_follows_the_three_formulas(t: int, lr: float, mu: float, c_gamma: float) -> None:
    power = math.prod([mu] * min(t, 5000))  # 0 by then
    found = adam_schedule(t, lr=lr, mu=mu, c_gamma=c_gamma)
    assert found.alpha == pytest.approx(lr / root(t, 1, 5), rel=1e-12)
    assert found.gamma1 == pytest.approx(c_gamma * power, rel=1e-9, abs=1e-200)
    assert 1 - found.gamma2 == pytest.approx(lr / root(t, 2, 5) * (1 - c_gamma * power) ** 2, rel=1e-9)


def test_the_first_values_of_c_adam_are_those_worked_by_hand() -> None:
    first = adam_schedule(1, lr=0.1, mu=0.9, c_gamma=1.0)
    assert first == pytest.approx((0.1, 0.9, 1 - 0.1 * 0.01))
    second = adam_schedule(32, lr=0.1, mu=0.5, c_gamma=1.0)
    assert second == pytest.approx((0.05, 0.5**32, 1 - 0.025 * (1 - 0.5**32) ** 2))


@pytest.mark.parametrize("t", STEPS)
@pytest.mark.parametrize(
    ("start", "over", "under"), [(1e-3, 3, 4), (0.99, 1, 2), (0.1, 71, 100), (0.99, 14, 25)]
)
def test_step_sizes_decay_by_their_power(t: int, start: float, over: int, under: int) -> None:
    assert power_decay(t, start=start, power=over / under) == pytest.approx(start / root(t, over, under))


def test_sample_sizes_grow_as_the_power_four_fifths() -> None:
    assert [sample_size(t) for t in (1, 2, 3, 4, 32, 33, 243, 1024)] == [1, 1, 2, 3, 16, 16, 81, 256]
    assert [sample_size(t, scale=5, power=0.0) for t in (1, 10)] == [5, 5]
    assert [sample_size(t, scale=0.1) for t in (1, 32)] == [1, 1]
    for t in range(1, 500):
        assert sample_size(t, scale=3) ** 5 <= 3**5 * t**4 < (sample_size(t, scale=3) + 1) ** 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"t": 0}, "t = 0; give an integer of at least 1"),
        ({"t": 1.5}, "t = 1.5; give an integer"),
        ({"t": 3, "scale": 0.0}, "scale = 0.0; give a finite number, more than 0"),
        ({"t": 3, "power": -0.8}, "power = -0.8; give a finite number, at least 0"),
    ],
)
def test_sample_sizes_out_of_range_are_refused(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        sample_size(**arguments)  # type: ignore[arg-type]
