from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from hebo.errors import ConfigError
from hebo.experiment.store.differences import first_difference
from hebo.experiment.store.entries import Entries, NewProblem, NewRun
from hebo.experiment.store.leases import Owner
from hebo.experiment.store.run_log import RunLog
from hebo.experiment.store.store import Store

from ..stores import CONTENT, ask, finished, register


def test_the_same_experiment_may_be_registered_again(store: Store) -> None:
    register(store)
    assert len(store.unfinished()) == 2


def test_the_budget_may_grow_and_finished_runs_go_on(store: Store, run_log: RunLog) -> None:
    ask(run_log, 0, 1, 2)
    for number in range(3):
        run_log.finish(number, finished(1.0), best=1.0)
    run_log.finish_run()
    assert [row["run_id"] for row in store.unfinished()] == ["o@t#1"]
    register(store, n=5)
    assert [(row["status"], row["n_trials"]) for row in store.progress()] == [("waiting", 5), ("waiting", 5)]


def run_ids(store: Store) -> list[str]:
    return [row["run_id"] for row in store.progress()]


def new(*runs: NewRun, space: Any = None) -> Entries:
    return Entries(runs, (NewProblem("t", space or {"parameters": []}, ("y", "z"), 0.5),))


def a_run(seed: int = 0, **changes: Any) -> NewRun:
    return replace(NewRun(f"o@t#{seed}", "o", "t", seed, 3, 2, {"optimizer": {}}), **changes)


def grow(store: Store, entries: Entries) -> None:
    store.register(output="out", content=CONTENT, entries=entries)


def test_new_runs_are_added_and_those_that_are_left_out_put_aside(store: Store, run_log: RunLog) -> None:
    ask(run_log, 0, 1)
    grow(store, new(a_run(2), a_run(0)))
    assert run_ids(store) == ["o@t#2", "o@t#0"]
    assert [one.number for one in run_log.trials()] == [0, 1]
    assert [row["run_id"] for row in store.unfinished()] == ["o@t#2", "o@t#0"]
    grow(store, new(a_run(1), a_run(0)))
    assert run_ids(store) == ["o@t#1", "o@t#0"]


def test_one_at_work_sees_its_own_runs_only_whatever_others_add(store: Store, store_url: str) -> None:
    other = Store(store_url, "e")
    grow(other, new(a_run(7, n_trials=9), a_run(1, n_trials=9)))
    assert run_ids(store) == ["o@t#0", "o@t#1"]
    assert run_ids(other) == ["o@t#7", "o@t#1"]
    assert store.claim(Owner.me(), besides=set()) == "o@t#0"
    assert other.claim(Owner.me(), besides=set()) == "o@t#7"
    other.close()


def test_a_run_that_another_has_prolonged_is_not_to_do_beyond_the_own_budget(
    store: Store, store_url: str, owner: Owner, run_log: RunLog
) -> None:
    other = Store(store_url, "e")
    grow(other, new(a_run(0, n_trials=5)))
    ask(run_log, 0, 1, 2)
    for number in range(3):
        run_log.finish(number, finished(1.0), best=1.0)
    run_log.finish_run()
    assert [row["run_id"] for row in store.unfinished()] == ["o@t#1"]
    assert [row["run_id"] for row in other.unfinished()] == ["o@t#0"]
    other.close()


@pytest.mark.parametrize(
    ("changes", "message", "remedy"),
    [
        (
            {"n_trials": 2},
            "budget.n_trials may only grow: stored 3, given 2",
            "choose another `name` and `output`",
        ),
        ({"batch_size": 3}, "budget.batch_size: stored 2, given 3", "choose another `name` and `output`"),
        (
            {"config": {"optimizer": {}, "initial_trials": 4}},
            "initial_trials: stored 0, given 4",
            "choose another `name` and `output`",
        ),
        (
            {"config": {"optimizer": {"k": 1}}},
            "optimizer.k is not stored, but given",
            "give the changed optimizer a `label` of its own",
        ),
        (
            {"config": {"optimizer": {}, "task": {"noise": 1}}},
            'task: stored null, given {"noise":1}',
            "give the changed task a `label` of its own",
        ),
        ({"seed": 4}, "seed: stored 0, given 4", "choose another"),
    ],
)
def test_a_run_with_a_changed_setting_is_refused_by_name(
    store: Store, changes: dict[str, Any], message: str, remedy: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        grow(store, new(replace(a_run(0), **changes), a_run(5)))
    assert "The run o@t#0 is in the store sqlite:///" in str(caught.value)
    assert f"with another setting ({message}); {remedy}" in str(caught.value)
    assert run_ids(store) == ["o@t#0", "o@t#1"]


def test_settings_that_are_stored_under_another_label_are_found_there(store: Store) -> None:
    second = a_run(0, run_id="o-2@t#0", optimizer="o-2", config={"optimizer": {"k": 1}})
    grow(store, new(a_run(0), second))
    with pytest.raises(ConfigError, match="write `label: o-2`, under which the optimizer with these"):
        grow(store, new(a_run(0, config={"optimizer": {"k": 1}})))


def test_the_label_that_a_run_has_already_is_no_remedy(store: Store) -> None:
    changed = {"optimizer": {"k": 1}}
    grow(store, new(a_run(0), a_run(9, config=changed)))  # seed 9 was stored with other settings
    with pytest.raises(ConfigError, match="give the changed optimizer a `label` of its own"):
        grow(store, new(a_run(0, config=changed)))


def test_a_task_whose_space_has_changed_is_refused_by_name(store: Store) -> None:
    with pytest.raises(ConfigError, match=r"The task 't' is in the store .* with another problem \(space\.k"):
        grow(store, new(a_run(0), space={"parameters": [], "k": 1}))


def test_another_name_in_the_same_folder_is_refused(store: Store, store_url: str) -> None:
    other = Store(store_url, "f")
    with pytest.raises(ConfigError, match="the output 'out' belongs to the experiment 'e' of the store"):
        register(other)
    register(other, output="elsewhere")
    other.close()


def test_registrations_at_once_wait_for_one_another(store_url: str) -> None:
    together = threading.Barrier(4)

    def add(seed: int) -> list[str]:
        mine = Store(store_url, "e")
        together.wait()
        grow(mine, new(a_run(seed), a_run(9)))
        found = run_ids(mine)
        mine.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(add, range(4))) == [[f"o@t#{seed}", "o@t#9"] for seed in range(4)]
    everything = Store(store_url, "e")
    assert sorted(run_ids(everything)) == [*(f"o@t#{seed}" for seed in range(4)), "o@t#9"]
    everything.close()


def test_equal_configurations_have_no_difference() -> None:
    assert first_difference({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}) is None
    assert first_difference({"a": 1, "b": 2}, {"a": 1}) == "b is stored, but not given"
