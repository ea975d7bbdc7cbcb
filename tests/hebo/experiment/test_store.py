from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hebo.errors import ConfigError
from hebo.experiment import tables
from hebo.experiment.leases import Owner
from hebo.experiment.registry import Entries, NewProblem, NewRun, first_difference
from hebo.experiment.results import load_results
from hebo.experiment.run_log import LeaseLost, Outcome, RoundCost, RunLog, Trial
from hebo.experiment.store import Store

CONTENT: dict[str, Any] = {"optimizers": [{"type": "o"}], "seeds": [0, 1], "budget": {"n_trials": 3}}


def entries(n_trials: int = 3) -> Entries:
    runs = tuple(NewRun(f"o@t#{seed}", "o", "t", seed, n_trials, 2, {"optimizer": {}}) for seed in (0, 1))
    return Entries(runs, (NewProblem("t", {"parameters": []}, ("y", "z"), 0.5),))


def register(store: Store, *, output: str = "out", content: dict[str, Any] | None = None, n: int = 3) -> None:
    store.register(
        output=output, content=(content or CONTENT) | {"budget": {"n_trials": n}}, entries=entries(n)
    )


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/results.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    made = Store(url, "e")
    register(made)
    yield made
    made.close()


@pytest.fixture
def owner() -> Owner:
    return Owner.me()


@pytest.fixture
def log(store: Store, owner: Owner) -> RunLog:
    run_id = store.claim(owner, besides=set())
    assert run_id == "o@t#0"
    return store.log(run_id, owner)


def ask(log: RunLog, *numbers: int, round_: int = 0) -> None:
    log.add_round([Trial(number, round_, {"x": number / 10}) for number in numbers], 1.0, last=None)


def finished(value: float | None, status: str = "ok") -> Outcome:
    return Outcome(status, {"y": value}, {"k": 1}, None if status == "ok" else "why", 0.5)


def test_each_run_is_taken_once(store: Store, owner: Owner) -> None:
    other = Owner.me()
    assert store.claim(owner, besides=set()) == "o@t#0"
    assert store.claim(other, besides=set()) == "o@t#1"
    assert store.claim(other, besides=set()) is None


def test_a_run_that_was_given_up_is_not_taken(store: Store, owner: Owner) -> None:
    assert store.claim(owner, besides={"o@t#0"}) == "o@t#1"


def test_of_two_takers_who_read_the_same_row_one_succeeds(store: Store, owner: Owner) -> None:
    row = store.unfinished()[0]
    assert store._take(row, owner)
    assert not store._take(row, Owner.me())


def test_a_dead_owners_run_is_taken_over_and_the_dead_one_is_fenced_off(store: Store, owner: Owner) -> None:
    dead = replace(Owner.me(), born="1")
    assert store.claim(dead, besides=set()) == "o@t#0"
    ghost = store.log("o@t#0", dead)
    ask(ghost, 0, 1)
    assert store.claim(owner, besides=set()) == "o@t#0"
    with pytest.raises(LeaseLost, match="taken over by another `hebo run`"):
        ghost.finish(0, finished(1.0), best=1.0, then=None)
    assert [one.status for one in store.log("o@t#0", owner).trials()] == ["pending", "pending"]


def test_released_runs_are_free_again(store: Store, owner: Owner, log: RunLog) -> None:
    store.release(owner)
    assert store.unfinished()[0]["owner"] is None
    assert store.claim(Owner.me(), besides=set()) == "o@t#0"


def test_renewal_prolongs_the_leases_of_one_owner(store: Store, owner: Owner, log: RunLog) -> None:
    before = store.unfinished()[0]["lease_until"]
    time.sleep(0.01)
    store.renew(owner)
    assert store.unfinished()[0]["lease_until"] > before
    assert store.unfinished()[1]["lease_until"] is None


def test_a_round_is_stored_before_and_values_after_the_evaluation(log: RunLog) -> None:
    ask(log, 0, 1)
    assert [one.status for one in log.trials()] == ["pending", "pending"]
    log.finish(0, finished(2.0), best=2.0, then=1)
    log.finish(1, finished(None, "failed"), best=2.0, then=None)
    first, second = log.trials()
    assert (first.params, first.values, first.status) == ({"x": 0.0}, {"y": 2.0}, "ok")
    assert (second.values, second.status) == ({"y": None}, "failed")
    row = log.read()
    assert (row["n_done"], row["n_bad"], row["best"], row["busy_seconds"]) == (2, 1, 2.0, 2.0)


def test_the_trial_under_way_is_known_at_every_instant(log: RunLog) -> None:
    assert log.underway() is None
    ask(log, 0, 1)
    assert log.underway()[0] == 0  # type: ignore[index]  # None would fail the test as well
    log.finish(0, finished(2.0), best=2.0, then=1)
    assert log.underway()[0] == 1  # type: ignore[index]
    log.finish(1, finished(2.0), best=2.0, then=None)
    assert log.underway() is None


def test_a_new_owner_is_not_blamed_for_what_an_old_one_began(store: Store, owner: Owner, log: RunLog) -> None:
    ask(log, 0)
    store.release(owner)
    other = Owner.me()
    assert store.claim(other, besides=set()) == "o@t#0"
    assert store.log("o@t#0", other).underway() is None


def test_a_transaction_that_fails_leaves_nothing_behind(log: RunLog) -> None:
    ask(log, 0)
    with pytest.raises(Exception, match="UNIQUE"):
        ask(log, 1, 0, round_=1)
    assert [one.number for one in log.trials()] == [0]


def test_the_cost_of_a_round_is_stored_with_the_next_one_or_the_end(url: str, log: RunLog) -> None:
    ask(log, 0, 1)
    log.add_round([Trial(2, 1, {"x": 0.2})], 3.0, last=RoundCost(tell_seconds=0.25, overhead_seconds=0.001))
    log.finish_run((1, RoundCost(tell_seconds=0.5, overhead_seconds=0.002)))
    trials = load_results(url).trials
    assert list(trials["ask_seconds"]) == [0.5, 0.5, 3.0]
    assert list(trials["tell_seconds"]) == [0.25, 0.25, 0.5]
    assert list(trials["overhead_seconds"]) == [0.001, 0.001, 0.002]


def test_a_run_that_is_done_is_finished_unless_its_budget_grew_meanwhile(store: Store, log: RunLog) -> None:
    ask(log, 0, 1, 2)
    for number in range(3):
        log.finish(number, finished(1.0), best=1.0, then=None)
    register(store, n=4)
    log.finish_run(None)
    assert store.progress()[0]["status"] == "waiting"


def test_a_broken_run_keeps_its_reason_until_it_is_taken_again(
    store: Store, owner: Owner, log: RunLog
) -> None:
    log.give_back(tables.BROKEN, "why")
    assert (store.progress()[0]["status"], store.progress()[0]["message"]) == ("broken", "why")
    store.claim(owner, besides=set())
    assert (store.progress()[0]["status"], store.progress()[0]["message"]) == ("running", None)


def test_progress_since_an_instant_leaves_out_what_is_older(store: Store, log: RunLog) -> None:
    later = time.time() + 1
    assert len(store.progress()) == 2
    assert store.progress(since=later) == []


def test_the_same_experiment_may_be_registered_again(store: Store) -> None:
    register(store)
    assert len(store.unfinished()) == 2


def test_the_budget_may_grow_and_finished_runs_go_on(store: Store, log: RunLog) -> None:
    ask(log, 0, 1, 2)
    for number in range(3):
        log.finish(number, finished(1.0), best=1.0, then=None)
    log.finish_run(None)
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


def test_another_name_in_the_same_folder_is_refused(store: Store, url: str) -> None:
    other = Store(url, "f")
    with pytest.raises(ConfigError, match='name: stored "e", given "f"'):
        register(other)
    register(other, output="elsewhere")
    other.close()


def test_equal_configurations_have_no_difference() -> None:
    assert first_difference({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}) is None
    assert first_difference({"a": 1, "b": 2}, {"a": 1}) == "b is stored, but not given"


def test_results_are_tables_with_data_in_natural_form(url: str, log: RunLog) -> None:
    ask(log, 0, 1)
    log.finish(0, Outcome("ok", {"y": 1.5, "z": None}, {"k": [1]}, None, 0.5), best=1.5, then=1)
    found = load_results(url)
    assert found.name == "e"
    assert list(found.runs["run_id"]) == ["o@t#0", "o@t#1"]
    assert list(found.runs["optimum"]) == [0.5, 0.5]
    assert found.runs["config"][0] == {"optimizer": {}}
    assert found.trials["params"][0] == {"x": 0.0}
    assert found.trials["values"][0] == {"y": 1.5, "z": None}
    assert found.trials["extras"][0] == {"k": [1]}
    assert found.trials["values"][1] == {}
    assert found.spaces == {"t": {"parameters": []}}
    assert found.objectives == {"t": ("y", "z")}
    assert found.trials["eval_seconds"].dtype == float


def test_a_store_with_several_experiments_wants_a_name(store: Store, url: str) -> None:
    other = Store(url, "f")
    register(other, output="elsewhere")
    other.close()
    assert load_results(url, name="f").name == "f"
    with pytest.raises(Exception, match="cannot tell which is an experiment; it holds: e, f"):
        load_results(url)
    with pytest.raises(Exception, match="cannot tell which is 'g'"):
        load_results(url, name="g")
