from __future__ import annotations

import pytest

from hebo.experiment.store.entries import initial_trials_in


@pytest.mark.parametrize(
    ("config", "expected"),
    [({"initial_trials": 3}, 3), ({"told": 4}, 4), ({"initial_trials": 0, "told": 4}, 0), ({}, 7)],
    ids=["own name", "older name", "both", "neither"],
)
def test_initial_trials_are_found_under_either_name(config: dict[str, int], expected: int) -> None:
    assert initial_trials_in(config, 7) == expected
