from __future__ import annotations

from typing import Any

import pytest

from hebo.errors import StoreError
from hebo.experiment.store.entries import Facts, initial_trials_in
from hebo.outcomes import outcomes_of

GOALS = outcomes_of({"gain": "maximize", "cost": "minimize"}, [{"name": "heat", "lb": 1, "ub": 2}])


@pytest.mark.parametrize(
    ("config", "expected"),
    [({"initial_trials": 3}, 3), ({"told": 4}, 4), ({"initial_trials": 0, "told": 4}, 0), ({}, 7)],
    ids=["own name", "older name", "both", "neither"],
)
def test_initial_trials_are_found_under_either_name(config: dict[str, int], expected: int) -> None:
    assert initial_trials_in(config, 7) == expected


@pytest.mark.parametrize(
    "facts",
    [
        Facts(outcomes=GOALS),
        Facts(has_costs=True, outcomes=GOALS),
        Facts(reference_point=(1.0, -2.5), front_hypervolume=0.5, outcomes=GOALS),
    ],
)
def test_facts_go_to_json_and_back(facts: Facts) -> None:
    assert (
        Facts.from_json(
            {key: list(one) if isinstance(one, tuple) else one for key, one in facts.to_json().items()},
            ["gain", "cost"],
        )
        == facts
    )


def test_an_older_store_has_no_facts() -> None:
    found = Facts.from_json({}, ["y", "z"])
    assert found == Facts(outcomes=outcomes_of(["y", "z"]))


@pytest.mark.parametrize(
    "found",
    [
        {"reference_point": [1.0]},
        {"reference_point": "far"},
        {"reference_point": [1.0, None]},
        {"reference_point": [1.0, True]},
        {"front_hypervolume": "large"},
        {"outcomes": {"objectives": [{"name": "gain", "goal": "most"}]}},
        {"outcomes": {"objectives": [{"name": "gain"}]}},
    ],
)
def test_facts_of_another_kind_are_damage(found: dict[str, Any]) -> None:
    with pytest.raises(StoreError, match=r"(facts|outcomes) of a task are"):
        Facts.from_json(found, ["gain", "cost"])
