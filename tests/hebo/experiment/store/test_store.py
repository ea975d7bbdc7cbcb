from __future__ import annotations

import time
from dataclasses import replace

import pytest

from hebo.experiment.store.leases import Owner
from hebo.experiment.store.run_log import LeaseLost, RunLog
from hebo.experiment.store.store import Store

from ..stores import ask, finished


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
        ghost.finish(0, finished(1.0), best=1.0)
    assert [one.status for one in store.log("o@t#0", owner).trials()] == ["pending", "pending"]


def test_released_runs_are_free_again(store: Store, owner: Owner, run_log: RunLog) -> None:
    store.release(owner)
    assert store.unfinished()[0]["owner"] is None
    assert store.claim(Owner.me(), besides=set()) == "o@t#0"


def test_renewal_prolongs_the_leases_of_one_owner(store: Store, owner: Owner, run_log: RunLog) -> None:
    before = store.unfinished()[0]["lease_until"]
    time.sleep(0.01)
    store.renew(owner)
    assert store.unfinished()[0]["lease_until"] > before
    assert store.unfinished()[1]["lease_until"] is None


def test_a_new_owner_is_not_blamed_for_what_an_old_one_began(
    store: Store, owner: Owner, run_log: RunLog
) -> None:
    ask(run_log, 0)
    store.release(owner)
    other = Owner.me()
    assert store.claim(other, besides=set()) == "o@t#0"
    assert store.log("o@t#0", other).underway() == []


def test_progress_since_an_instant_leaves_out_what_is_older(store: Store, run_log: RunLog) -> None:
    later = time.time() + 1
    assert len(store.progress()) == 2
    assert store.progress(since=later) == []
