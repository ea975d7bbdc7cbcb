from __future__ import annotations

import pytest

from hebo.errors import StoreError
from hebo.experiment.store.order import in_order, n_events
from hebo.experiment.store.run_log import Trial


def trial(number: int, round_: int, told: int | None = None) -> Trial:
    return Trial(number, round_, {}, "pending" if told is None else "ok", told=told)


def test_asks_have_the_places_that_no_tell_has() -> None:
    trials = [trial(0, 0, 3), trial(1, 0, 1), trial(2, 1, 5), trial(3, 2), trial(4, 3, 6)]
    found = [(is_tell, [one.number for one in group]) for group, is_tell in in_order(trials)]
    expected = [
        (False, [0, 1]),
        (True, [1]),
        (False, [2]),
        (True, [0]),
        (False, [3]),
        (True, [2]),
        (True, [4]),
        (False, [4]),
    ]
    assert found == expected
    assert n_events(trials) == 8


def test_rounds_alone_are_asks() -> None:
    trials = [trial(0, 0), trial(1, 0), trial(2, 1)]
    assert [is_tell for _, is_tell in in_order(trials)] == [False, False]
    assert n_events([]) == 0


def test_places_that_cannot_be_are_damage() -> None:
    with pytest.raises(StoreError, match="the trials 0 were told at places out of order"):
        list(in_order([trial(0, 0, 7)]))
