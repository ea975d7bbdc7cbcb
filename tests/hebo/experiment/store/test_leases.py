from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

from hebo.experiment.store.leases import Owner, is_free


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_an_owner_is_read_back_from_its_text() -> None:
    owner = Owner.me()
    assert Owner.parse(str(owner)) == owner


def test_two_owners_of_one_process_differ() -> None:
    assert Owner.me() != Owner.me()


def test_a_run_without_an_owner_is_free() -> None:
    assert is_free(None, None)


def test_a_live_owner_on_this_machine_keeps_its_run_even_past_the_lease() -> None:
    assert not is_free(str(Owner.me()), time.time() - 1000)


def test_a_dead_owner_on_this_machine_loses_its_run_at_once() -> None:
    owner = replace(Owner.me(), pid=dead_pid())
    assert is_free(str(owner), time.time() + 1000)


def test_a_later_process_with_the_same_id_is_not_the_owner() -> None:
    owner = replace(Owner.me(), born="1")
    assert is_free(str(owner), time.time() + 1000)


def test_of_another_machine_the_lease_decides() -> None:
    owner = str(replace(Owner.me(), host="elsewhere"))
    assert not is_free(owner, time.time() + 1000)
    assert is_free(owner, time.time() - 1)
    assert is_free(owner, None)
