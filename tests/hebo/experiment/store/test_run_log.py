from __future__ import annotations

import pytest
from sqlalchemy import update

from hebo.experiment.store import tables
from hebo.experiment.store.database import open_engine
from hebo.experiment.store.leases import Owner
from hebo.experiment.store.results import load_results
from hebo.experiment.store.run_log import INITIAL_ROUND, AskCost, RoundCost, RunLog, Trial
from hebo.experiment.store.store import Store

from ..stores import ask, finished, register


def test_a_round_is_stored_before_and_values_after_the_evaluation(run_log: RunLog) -> None:
    ask(run_log, 0, 1)
    assert [one.status for one in run_log.trials()] == ["pending", "pending"]
    run_log.finish(0, finished(2.0), best=2.0, then=[1])
    run_log.finish(1, finished(None, "failed"), best=2.0)
    first, second = run_log.trials()
    assert (first.params, first.values, first.status) == ({"x": 0.0}, {"y": 2.0}, "ok")
    assert (second.values, second.status) == ({"y": None}, "failed")
    row = run_log.read()
    assert (row["n_done"], row["n_bad"], row["best"], row["busy_seconds"]) == (2, 1, 2.0, 2.0)


def test_the_trial_under_way_is_known_at_every_instant(run_log: RunLog) -> None:
    assert run_log.underway() == []
    ask(run_log, 0, 1)
    assert run_log.underway()[0][0] == 0
    run_log.finish(0, finished(2.0), best=2.0, then=[1])
    assert run_log.underway()[0][0] == 1
    run_log.finish(1, finished(2.0), best=2.0)
    assert run_log.underway() == []


def test_a_transaction_that_fails_leaves_nothing_behind(run_log: RunLog) -> None:
    ask(run_log, 0)
    with pytest.raises(Exception, match="UNIQUE"):
        ask(run_log, 1, 0, round_=1)
    assert [one.number for one in run_log.trials()] == [0]


def test_the_cost_of_a_round_is_stored_with_the_next_one_or_the_end(store_url: str, run_log: RunLog) -> None:
    ask(run_log, 0, 1)
    run_log.add_round(
        [Trial(2, 1, {"x": 0.2})],
        AskCost(3.0, {"fit": 1.5, "rest": 0.5}, {"no fit": 2}),
        last=[RoundCost([0, 1], tell_seconds=0.25, tell_cpu_seconds=0.125, overhead_seconds=0.001)],
    )
    run_log.finish_run([RoundCost([2], tell_seconds=0.5, overhead_seconds=0.002)])
    trials = load_results(store_url).trials
    assert list(trials["ask_seconds"]) == [0.5, 0.5, 3.0]
    assert list(trials["tell_seconds"]) == [0.25, 0.25, 0.5]
    assert list(trials["overhead_seconds"]) == [0.001, 0.001, 0.002]
    assert list(trials["tell_cpu_seconds"]) == [0.125, 0.125, 0.0]
    assert list(trials["ask_cpu_seconds"]) == [0.25, 0.25, 2.0]
    assert list(trials["profile"]) == [{"rest": 0.5}, None, {"fit": 1.5, "rest": 0.5}]
    assert list(trials["fallbacks"]) == [{}, None, {"no fit": 2}]


def test_what_was_told_first_is_not_counted(run_log: RunLog) -> None:
    ask(run_log, -2, -1, round_=INITIAL_ROUND)
    run_log.finish(-2, finished(2.0), best=None, then=[-1])
    run_log.finish(-1, finished(None, "failed"), best=None)
    row = run_log.read()
    assert (row["n_done"], row["n_bad"], row["best"]) == (0, 0, None)
    assert [one.status for one in run_log.trials()] == ["ok", "failed"]


def test_a_run_that_is_done_is_finished_unless_its_budget_grew_meanwhile(
    store: Store, run_log: RunLog
) -> None:
    ask(run_log, 0, 1, 2)
    for number in range(3):
        run_log.finish(number, finished(1.0), best=1.0)
    register(store, n=4)
    run_log.finish_run()
    assert store.progress()[0]["status"] == "waiting"


def test_a_broken_run_keeps_its_reason_until_it_is_taken_again(
    store: Store, owner: Owner, run_log: RunLog
) -> None:
    run_log.give_back(tables.BROKEN, "why")
    assert (store.progress()[0]["status"], store.progress()[0]["message"]) == ("broken", "why")
    store.claim(owner, besides=set())
    assert (store.progress()[0]["status"], store.progress()[0]["message"]) == ("running", None)


def test_a_run_is_finished_by_its_trials_whatever_its_counter_says(
    store: Store, store_url: str, run_log: RunLog
) -> None:
    ask(run_log, 0, 1, 2)
    for number in range(3):
        run_log.finish(number, finished(1.0), best=1.0)
    with open_engine(store_url, create=False).begin() as connection:
        connection.execute(update(tables.runs).values(n_done=1))
    run_log.finish_run()
    assert (store.progress()[0]["status"], store.progress()[0]["n_done"]) == ("finished", 3)
