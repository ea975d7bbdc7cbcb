"""Evaluations of a run: handed in as trials, taken out as outcomes, one by one or by several workers.

Both kinds take any function from a trial to its outcome. Workers call it wherever their executor carries it
out, so that it has to be one that this executor can send there.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from hebo.errors import IncompatibleError
from hebo.experiment.executors.worker_pool import WorkerDied, WorkerPool
from hebo.experiment.store import tables
from hebo.experiment.store.run_log import By, Outcome, Trial
from hebo.experiment.texts import error_message

Evaluate = Callable[[Trial | None], Outcome | None]
"""Evaluates a trial; without one, it only loads what evaluations need."""

# How often a wait looks whether a stop is wanted.
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Ended:
    """A trial whose evaluation has ended.

    Attributes:
        trial: As it was handed in.
        outcome: How it ended.
        by: Which worker evaluated it, and when; None where that is not kept.
    """

    trial: Trial
    outcome: Outcome
    by: By | None = None


class Evaluations(ABC):
    """Trials on their way from being asked to their outcome.

    Attributes:
        n_open: How many were handed in and not taken out.
    """

    def __init__(self) -> None:
        self.n_open = 0
        self._ready: list[Ended] = []
        self._begun: list[int] = []
        self._noted: set[int] = set()

    @property
    @abstractmethod
    def n_workers(self) -> int:
        """How many are evaluated at once."""

    @property
    def n_free(self) -> int:
        """How many more would begin at once."""
        return max(0, self.n_workers - self.n_open)

    def submit(self, trial: Trial, *, is_noted: bool) -> None:
        """Hand a trial in; `is_noted` says whether it is kept already that its evaluation begins now."""
        self.n_open += 1
        if is_noted:
            self._noted.add(trial.number)
        self._submit(trial)

    def take(self, *, wait: bool) -> list[Ended]:
        """Return what has ended.

        Args:
            wait: Whether to wait a little where nothing has; nothing may be returned even so.

        Raises:
            IncompatibleError: If the function cannot be sent to the workers.
        """
        ended = self._ready + self._take(wait=wait and not self._ready)
        self._ready = []
        self.n_open -= len(ended)
        return ended

    def put(self, ended: Ended) -> None:
        """Hand in a trial that has its outcome already."""
        self.n_open += 1
        self._ready.append(ended)

    def begun(self) -> list[int]:
        """Return the trials whose evaluations have begun since the last call, less those noted already."""
        begun, self._begun = [one for one in self._begun if one not in self._noted], []
        self._noted |= set(begun)
        return begun

    @abstractmethod
    def drop_waiting(self) -> None:
        """Give up those that have not begun."""

    def close(self) -> None:  # noqa: B027  (without workers there is nothing to close)
        """End the workers."""

    @abstractmethod
    def _submit(self, trial: Trial) -> None: ...

    @abstractmethod
    def _take(self, *, wait: bool) -> list[Ended]: ...


class OneByOne(Evaluations):
    """Evaluates here, in the order handed in, while it is waited for."""

    def __init__(self, evaluate: Evaluate) -> None:
        super().__init__()
        self._evaluate, self._queue = evaluate, deque[Trial]()

    @property
    def n_workers(self) -> int:
        """One."""
        return 1

    def drop_waiting(self) -> None:
        """Give up all."""
        self.n_open -= len(self._queue)
        self._queue.clear()

    def _submit(self, trial: Trial) -> None:
        self._queue.append(trial)
        self._begun = [self._queue[0].number]

    def _take(self, *, wait: bool) -> list[Ended]:
        if not wait or not self._queue:
            return []
        trial = self._queue.popleft()
        outcome = self._evaluate(trial)
        assert outcome is not None
        self._begun = [one.number for one in list(self._queue)[:1]]
        return [Ended(trial, outcome)]


class Workers(Evaluations):
    """Evaluates several trials at once, by threads that each wait for one call of an executor.

    Args:
        executor: Carries out the calls; it has a worker for each of them.
        evaluate: The function.
        n_workers: How many trials at once.
        verdict: Returns the outcome of a trial whose worker has died, after so many seconds.
    """

    def __init__(
        self,
        executor: Executor,
        evaluate: Evaluate,
        n_workers: int,
        *,
        verdict: Callable[[WorkerDied, float], Outcome],
    ) -> None:
        super().__init__()
        self._executor, self._evaluate, self._verdict = executor, evaluate, verdict
        self._queue: SimpleQueue[Trial | None] = SimpleQueue()
        self._news: SimpleQueue[Ended | int | IncompatibleError] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, args=(number,), daemon=True) for number in range(n_workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def n_workers(self) -> int:
        """The number of threads."""
        return len(self._threads)

    def drop_waiting(self) -> None:
        """Give up those that no worker has taken."""
        with suppress(Empty):
            while True:
                self._queue.get_nowait()
                self.n_open -= 1

    def close(self) -> None:
        """End the threads and the executor; what is under way is ended where that can be done."""
        self.drop_waiting()
        if self.n_open and isinstance(self._executor, WorkerPool):
            self._executor.kill()
        for _ in self._threads:
            self._queue.put(None)
        self._executor.shutdown(wait=not self.n_open, cancel_futures=True)

    def _submit(self, trial: Trial) -> None:
        self._queue.put(trial)

    def _take(self, *, wait: bool) -> list[Ended]:
        ended: list[Ended] = []
        with suppress(Empty):
            news = self._news.get(block=wait, timeout=_LOOK_SECONDS)
            while True:
                if isinstance(news, IncompatibleError):
                    raise news
                if isinstance(news, Ended):
                    ended.append(news)
                else:
                    self._begun.append(news)
                news = self._news.get_nowait()
        return ended

    def _serve(self, worker: int) -> None:
        try:
            # Its imports take longer than many an evaluation, and the loop has its own to do meanwhile.
            self._executor.submit(self._evaluate, None).result()
        except IncompatibleError as error:
            self._news.put(error)
        except Exception:
            pass  # the first evaluation says so again
        while (trial := self._queue.get()) is not None:
            self._news.put(trial.number)
            began, outcome = time.time(), self._outcome(trial)
            self._news.put(Ended(trial, outcome, By(worker, began, time.time())))

    def _outcome(self, trial: Trial) -> Outcome:
        began = time.perf_counter()
        try:
            outcome = self._executor.submit(self._evaluate, trial).result()
        except WorkerDied as death:
            return self._verdict(death, time.perf_counter() - began)
        except (Exception, CancelledError) as error:
            return Outcome(tables.FAILED, {}, {}, error_message(error), time.perf_counter() - began)
        assert outcome is not None
        return outcome
