from __future__ import annotations

from typing import Any

import pytest

from hebo.errors import ConfigError
from hebo.experiment.registry import first_difference
from hebo.experiment.run_log import RunLog
from hebo.experiment.store import Store

from .stores import CONTENT, ask, finished, register


def test_the_same_experiment_may_be_registered_again(store: Store) -> None:
    register(store)
    assert len(store.unfinished()) == 2


def test_the_budget_may_grow_and_finished_runs_go_on(store: Store, run_log: RunLog) -> None:
    ask(run_log, 0, 1, 2)
    for number in range(3):
        run_log.finish(number, finished(1.0), best=1.0, then=None)
    run_log.finish_run(None)
    assert [row["run_id"] for row in store.unfinished()] == ["o@t#1"]
    register(store, n=5)
    assert [(row["status"], row["n_trials"]) for row in store.progress()] == [("waiting", 5), ("waiting", 5)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n": 2}, "budget.n_trials may only grow: stored 3, given 2"),
        ({"content": CONTENT | {"seeds": [0]}}, r"seeds: stored \[0,1\], given \[0\]"),
        (
            {"content": CONTENT | {"optimizers": [{"type": "p"}]}},
            r'optimizers\[0\].type: stored "o", given "p"',
        ),
        (
            {"content": CONTENT | {"optimizers": [{"type": "o", "k": 1}]}},
            r"optimizers\[0\].k is not stored, but given",
        ),
    ],
)
def test_another_experiment_of_the_same_name_is_refused(
    store: Store, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message + r".*choose another `name` and `output`"):
        register(store, **changes)


def test_another_name_in_the_same_folder_is_refused(store: Store, store_url: str) -> None:
    other = Store(store_url, "f")
    with pytest.raises(ConfigError, match='name: stored "e", given "f"'):
        register(other)
    register(other, output="elsewhere")
    other.close()


def test_equal_configurations_have_no_difference() -> None:
    assert first_difference({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}) is None
    assert first_difference({"a": 1, "b": 2}, {"a": 1}) == "b is stored, but not given"
