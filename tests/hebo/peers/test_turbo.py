"""The trust region of TuRBO-1."""

from __future__ import annotations

import pytest
import torch

from hebo.peers.turbo import TrustRegion


def values(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def test_the_region_doubles_after_successes_up_to_its_largest() -> None:
    region = TrustRegion(n_columns=6, success_tolerance=2, best=1.0)
    for number in range(8):
        assert not region.update(values(2.0 + number), 1)
    assert region.length == 1.6


def test_the_region_halves_after_as_many_failures_as_columns() -> None:
    region = TrustRegion(n_columns=6, success_tolerance=10, best=1.0)
    for _ in range(6):
        region.update(values(0.5), 1)
    assert (region.length, region.n_failures, region.best) == (0.4, 0, 1.0)


def test_failed_evaluations_and_tiny_gains_are_failures_and_batches_count_once() -> None:
    region = TrustRegion(n_columns=6, success_tolerance=10, best=1.0)
    region.update(values(), 4)
    assert region.n_failures == 1
    region.update(values(1.0005, 0.2, 0.1, 0.0), 4)
    assert (region.length, region.n_failures) == (0.4, 0)


def test_the_region_ends_below_its_least_length() -> None:
    region = TrustRegion(n_columns=4, success_tolerance=10, best=1.0, length=0.01)
    ended = [region.update(values(0.0), 1) for _ in range(4)]
    assert ended == [False, False, False, True]


def test_the_box_follows_the_length_scales_at_constant_volume() -> None:
    region = TrustRegion(n_columns=2, success_tolerance=10, length=0.2)
    low, high = region.box(values(0.5, 0.5), values(4.0, 1.0))
    assert (high - low).tolist() == pytest.approx([0.4, 0.1])
