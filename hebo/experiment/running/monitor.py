"""Progress display of an experiment: a live table on a terminal, lines elsewhere.

A thread of its own reads the counters of the runs that changed, so the display works the same for
every executor. It also prolongs the leases, for evaluations that take longer than one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich import box
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from hebo.experiment.running.progress import Cell, cells_of, eta, seconds_text
from hebo.experiment.store import tables
from hebo.experiment.store.leases import LEASE_SECONDS, Owner
from hebo.experiment.store.store import Store
from hebo.outcomes import Objective

_LIVE_SECONDS = 0.5
_LINE_SECONDS = 5.0
_MAX_LINE_SECONDS = 25.0
_BAR_WIDTH = 12


@dataclass
class Monitor:
    """Shows how far an experiment is.

    Attributes:
        store: Where to look.
        console: Where to show it.
        n_slots: How many runs go on at once, for the estimate of the time left.
        objectives: Task -> its leading objective, whose best values are shown as they were measured.
    """

    store: Store
    console: Console
    n_slots: int
    objectives: Mapping[str, Objective] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    _seen: float = 0.0
    _said: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def watching(self, owner: Owner) -> Iterator[None]:
        """Show the progress during the block, and its end; an error in doing so is raised after it."""
        done = threading.Event()
        show = self._live if self.console.is_terminal else self._lines
        errors: list[Exception] = []

        def work() -> None:
            try:
                show(done, owner)
            except Exception as error:
                errors.append(error)

        thread = threading.Thread(target=work, daemon=True)
        self.refresh()
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
        if errors:
            raise errors[0]

    def say(self, text: str) -> None:
        """Print a line, above the table where there is one."""
        self.console.print(text, soft_wrap=True)

    def refresh(self) -> bool:
        """Read what changed since the last time; say whether anything did."""
        changed = self.store.progress(since=self._seen)
        is_new = any(self.rows.get(row["run_id"]) != row for row in changed)
        self.rows.update({row["run_id"]: row for row in changed})
        # One second back: a transaction may become visible after a later instant was read.
        self._seen = max((row["updated_at"] - 1.0 for row in changed), default=self._seen)
        return is_new

    def table(self) -> Table:
        """Return the progress as a table with one row per optimizer and task."""
        cells = cells_of(self.rows.values(), self.objectives)
        left = eta(cells, n_slots=self.n_slots)
        done = sum(cell.n_done for cell in cells)
        total = sum(cell.n_trials for cell in cells)
        is_limited = any(cell.max_cost is not None for cell in cells)
        caption = (f"{done} trials" if is_limited else f"{done}/{total} trials") + (
            f", about {seconds_text(left)} left" if left else ""
        )
        table = Table(caption=caption, caption_justify="left", box=box.SIMPLE_HEAD)
        for heading in ("task", "optimizer"):
            table.add_column(heading, overflow="fold")
        for heading in ("best", "trials", "failed", "s/trial", "left", "runs"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("", width=_BAR_WIDTH)
        for cell in cells:
            bar = ProgressBar(total=1.0, completed=cell.share, width=_BAR_WIDTH)
            table.add_row(*_texts(cell), bar)
        return table

    def _live(self, done: threading.Event, owner: Owner) -> None:
        # Drawing costs more CPU than a trial's bookkeeping, so it is done where something has changed only.
        with Live(self.table(), console=self.console, auto_refresh=False) as live:
            for changed in self._ticks(
                done, owner, lambda elapsed: _between(_LIVE_SECONDS, elapsed / 20, 2.0)
            ):
                if changed:
                    live.update(self.table(), refresh=True)

    def _lines(self, done: threading.Event, owner: Owner) -> None:
        # A log of a long experiment shall stay readable: lines become rarer as it goes on.
        for _ in self._ticks(
            done, owner, lambda elapsed: _between(_LINE_SECONDS, elapsed / 10, _MAX_LINE_SECONDS)
        ):
            for cell in cells_of(self.rows.values(), self.objectives):
                self._say_cell(cell)

    def _ticks(self, done: threading.Event, owner: Owner, pause: Callable[[float], float]) -> Iterator[bool]:
        """Yield after each pause, with fresh counters, and once at the end; keep the leases meanwhile.

        Args:
            done: Ends the ticks.
            owner: Whose leases to keep.
            pause: Elapsed seconds -> seconds until the next tick, less than a quarter of a lease.
        """
        began = renewed = time.monotonic()
        while not done.wait(pause(time.monotonic() - began)):
            if time.monotonic() - renewed > LEASE_SECONDS / 4:
                self.store.renew(owner)
                renewed = time.monotonic()
            yield self.refresh()
        yield self.refresh()

    def _say_cell(self, cell: Cell) -> None:
        key = f"{cell.task} {cell.optimizer}"
        if self._said.get(key) == cell.n_done or not cell.n_done:
            return
        self._said[key] = cell.n_done
        _, _, best, trials, failed, pace, left, _ = _texts(cell)
        text = f"{cell.task}  {cell.optimizer}  {trials} trials  best {best}  {pace} s/trial"
        text += f"  {failed} failed" if cell.n_bad else ""
        text += f"  {left} left" if left else ""
        self.say(text)


def _between(least: float, wanted: float, most: float) -> float:
    return min(max(least, wanted), most)


def _texts(cell: Cell) -> tuple[str, ...]:
    states = [f"{n} {status}" for status, n in cell.states.items() if status != tables.WAITING and n]
    pace, left = cell.pace, cell.seconds_left
    return (
        cell.task,
        cell.optimizer,
        cell.best_text,
        cell.trials_text,
        str(cell.n_bad) if cell.n_bad else "",
        "" if pace is None else f"{pace:.2g}" if pace < 100 else f"{pace:.0f}",
        "" if not left else seconds_text(left),
        ", ".join(states),
    )
