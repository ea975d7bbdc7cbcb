from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any, cast

import pytest
from rich.console import Console

from hebo.experiment.running import monitor as module
from hebo.experiment.running.monitor import Monitor
from hebo.experiment.store.leases import Owner


class Scripted:
    """A store whose progress is given."""

    def __init__(self) -> None:
        self.n_done = 0
        self.renewals = 0

    def progress(self, *, since: float) -> list[dict[str, Any]]:
        self.n_done += 1
        row = {
            "run_id": "o@t#0",
            "task": "t",
            "optimizer": "o",
            "seed": 0,
            "status": "running",
            "message": None,
        }
        numbers: dict[str, Any] = {"hypervolume": None, "spent": 0.0, "max_cost": None}
        numbers |= {"n_trials": 4, "n_done": min(self.n_done, 4), "n_bad": 1, "best": 0.25}
        return [row | numbers | {"busy_seconds": 2.0 * self.n_done, "updated_at": float(self.n_done)}]

    def renew(self, owner: Owner) -> None:
        self.renewals += 1


def watch(
    *, terminal: bool, store: Scripted | None = None, until: Callable[[Scripted], bool] | None = None
) -> tuple[str, Scripted]:
    """Watch until something has happened: as a rule, until progress was asked for often enough."""
    store, text = store or Scripted(), io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=120)
    is_over = until or (lambda store: store.n_done > 6)
    with Monitor(cast(Any, store), console, n_slots=1).watching(Owner.me()):
        while not is_over(store):
            time.sleep(0.01)
    return text.getvalue(), store


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_LIVE_SECONDS", "_LINE_SECONDS"):
        monkeypatch.setattr(module, name, 0.01)


def test_without_a_terminal_there_are_plain_lines_without_control_characters() -> None:
    text, _ = watch(terminal=False)
    lines = text.splitlines()
    assert lines[-1].startswith("t  o  4/4 trials  best 0.25  ")
    assert "1 failed" in lines[-1]
    assert "\x1b" not in text
    assert len(lines) == len(set(lines))


def test_on_a_terminal_there_is_a_table_with_progress_and_time_left() -> None:
    text, _ = watch(terminal=True)
    assert "\x1b" in text
    for heading in ("task", "optimizer", "best", "trials", "failed", "s/trial", "left", "runs"):
        assert heading in text
    assert "4/4 trials" in text
    assert "left" in text


def test_leases_are_prolonged_while_it_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEASE_SECONDS", 0.04)
    watch(terminal=False, until=lambda store: store.renewals > 0)


def test_a_store_that_fails_does_not_pass_unnoticed() -> None:
    class Failing(Scripted):
        has_failed = False

        def progress(self, *, since: float) -> list[dict[str, Any]]:
            if self.n_done > 1:
                self.has_failed = True
                raise OSError("the disk is gone")
            return super().progress(since=since)

    failing = Failing()
    with pytest.raises(OSError, match="the disk is gone"):
        watch(terminal=False, store=failing, until=lambda _: failing.has_failed)
