from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from tasks.combinatorial.labs import LABS


def by_loop(x: list[int]) -> float:
    s = [1 if one else -1 for one in x]
    return float(sum(sum(s[i] * s[i + k] for i in range(len(s) - k)) ** 2 for k in range(1, len(s))))


@pytest.mark.parametrize("n", [2, 7, 30, 100])
def test_random_points_have_the_energies_of_a_slow_loop(n: int) -> None:
    codes = np.random.default_rng(n).integers(2, size=(5, n))
    task = LABS(n=n)
    values = task.evaluate(task.to_frame(codes))["energy"]
    assert values.tolist() == [by_loop(row) for row in codes.tolist()]


@pytest.mark.parametrize("n", range(2, 17))
def test_enumeration_finds_the_published_minimum(n: int) -> None:
    codes = np.arange(2**n)[:, None] >> np.arange(n) & 1
    assert LABS(n=n).function(codes).min() == LABS(n=n).optimum


@pytest.mark.parametrize("n", range(2, 67))
def test_the_published_sequence_has_the_published_minimum(n: int) -> None:
    task = LABS(n=n)
    minimizers = task.minimizers
    assert minimizers is not None
    assert [by_loop(row) for row in minimizers.to_numpy(dtype=int).tolist()] == [task.optimum]


def test_the_barker_sequence_of_length_13_has_the_known_merit_factor() -> None:
    task = LABS(n=13, objective="merit_factor")
    barker = np.array([[1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1]])
    assert task.evaluate(task.to_frame(barker))["merit_factor"].iloc[0] == pytest.approx(169 / 12)
    assert task.optimum == pytest.approx(14.083, abs=1e-3)


@pytest.mark.parametrize(("n", "merit"), [(27, 9.851), (45, 8.581), (60, 8.257), (66, 8.475)])
def test_optimal_merit_factors_are_the_published_ones(n: int, merit: float) -> None:
    assert LABS(n=n, objective="merit_factor").optimum == pytest.approx(merit, abs=5e-4)


def test_symmetries_leave_the_energy_as_it_is() -> None:
    codes = np.random.default_rng(0).integers(2, size=(5, 21))
    task = LABS(n=21)
    energy = task.function(codes).tolist()
    assert task.function(1 - codes).tolist() == energy
    assert task.function(codes[:, ::-1]).tolist() == energy
    assert task.function(codes ^ (np.arange(21) % 2)).tolist() == energy


def test_nothing_is_claimed_beyond_the_lengths_that_were_searched() -> None:
    assert LABS(n=67).optimum is None
    assert LABS(n=67).minimizers is None


@pytest.mark.parametrize("settings", [{"n": 1}, {"objective": "peak"}])
def test_impossible_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(settings))):
        LABS.model_validate(settings)
