from __future__ import annotations

import pytest

from hebo.experiment.store.budget import is_over, is_spent


@pytest.mark.parametrize(
    ("spent", "limit", "expected"),
    [(3.0, None, False), (None, 3.0, False), (2.9, 3.0, False), (3.0, 3.0, True), (4.0, 3.0, True)],
)
def test_a_limit_is_reached_or_not(spent: float | None, limit: float | None, expected: bool) -> None:
    assert is_spent(spent, limit) is expected


def test_a_sum_of_tenths_reaches_a_whole_number() -> None:
    spent = 0.0
    for _ in range(10):
        spent += 0.1
    assert spent < 1.0
    assert is_spent(spent, 1.0)


def test_a_run_is_over_by_what_comes_first() -> None:
    assert is_over(5, 5, 0.0, 10.0)
    assert is_over(4, 5, 10.0, 10.0)
    assert not is_over(4, 5, 9.0, 10.0)
    assert not is_over(4, 5, None, None)
