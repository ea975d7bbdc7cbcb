"""Asking and telling: trials of a study that are measured by hand, or by the user's own loop."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

from hebo.errors import DataError, did_you_mean
from hebo.experiment.running.evaluation import judge
from hebo.experiment.running.standing import RunStanding
from hebo.experiment.store import tables
from hebo.experiment.store.frames import frame_of, rows_of
from hebo.experiment.store.order import n_events
from hebo.experiment.store.run_log import AskCost, Outcome, Trial
from hebo.objective.answers import measured_in
from hebo.study.state import StudyState
from hebo.study.trials import StudyTrial


class Telling(StudyState):
    """The part of `Study` that asks and tells."""

    def ask(self, n: int | None = None, *, context: Mapping[str, Any] | None = None) -> Any:
        """Return the next trial to measure; with `n`, a list of so many.

        Args:
            n: How many.
            context: Parameter -> value that is given from outside, or that every point shall have.

        Raises:
            DataError: As `Optimizer.ask`.
        """
        with self._storage.held() as log:
            stored = self._up_to_date(log)
            before, began = Counter(self._optimizer.fallbacks), time.perf_counter()
            frame = self._optimizer.ask(n or 1, fixed=context)
            cost = AskCost(
                time.perf_counter() - began,
                dict(self._optimizer.profile.seconds),
                self._optimizer.fallbacks - before,
            )
            round_ = len({one.round for one in stored})
            trials = [Trial(len(stored) + k, round_, row) for k, row in enumerate(rows_of(frame))]
            self._register(len(stored) + len(trials))
            log.add_round(trials, cost, n_started=len(trials))
            self._note([*stored, *trials])
        asked = [StudyTrial.of(one) for one in trials]
        return asked if n is not None else asked[0]

    def tell(self, trial: StudyTrial | int, values: Any = None, *, error: str | None = None) -> None:
        """Record what was measured in a trial that was asked for.

        Args:
            trial: The trial, or its number.
            values: A number, or a mapping with the objectives, the constraints and any further values; None
                or NaN where the trial failed.
            error: Why it failed.

        Raises:
            DataError: If there is no such trial, or it was told before.
            EvaluationError: If the values are none.
        """
        number = trial.number if isinstance(trial, StudyTrial) else trial
        outcome = self._outcome(values, error)
        with self._storage.held() as log:
            stored = self._up_to_date(log)
            place = self._pending_place(stored, number)
            ended = stored[place].ended(outcome)
            trials = [*stored[:place], ended, *stored[place + 1 :]]
            standing = RunStanding(cast(Any, self._task))
            for one in trials:
                if one.status != tables.PENDING:
                    standing.add(one)
            self._optimizer.tell(frame_of([ended]), **self._told([ended]))
            log.finish(number, outcome, best=standing.best, told=n_events(stored))
            self._known = []  # read again: the store has the place of the tell

    def tell_more(self, points: Any, values: Any) -> None:
        """Record measurements of points that were not asked for, such as old ones.

        Args:
            points: A table, or a list of mappings, with a value for each parameter.
            values: A table or a list of mappings of what was measured, a row for each point; of a single
                objective a list of numbers.

        Raises:
            DataError: If a point or a value cannot be used; nothing is recorded then.
        """
        import pandas as pd

        frame = pd.DataFrame(points).reset_index(drop=True)
        rows = rows_of(self.space.decode(self.space.encode(frame)))
        answers = _answers(values, len(rows))
        outcomes = [self._outcome(one, None) for one in answers]
        with self._storage.held() as log:
            stored = self._up_to_date(log)
            round_, place = len({one.round for one in stored}), n_events(stored)
            self._register(len(stored) + len(rows))
            trials = [Trial(len(stored) + k, round_, row) for k, row in enumerate(rows)]
            log.add_round(trials, AskCost(0.0), n_started=0)
            for k, (trial, outcome) in enumerate(zip(trials, outcomes, strict=True)):
                log.finish(trial.number, outcome, best=None, told=place + 1 + k)
            self._known = []

    def _outcome(self, values: Any, error: str | None) -> Outcome:
        found = dict.fromkeys(self.outcomes.names) if values is None else values
        measured = measured_in(found, self.outcomes, "the values told are")
        named = {name: None if (v := measured.pop(name)) != v else v for name in self.outcomes.names}
        extras = tables.plain({**measured, **({"error": error} if error else {})})
        status, message = judge(named, self.outcomes, extras)
        return Outcome(status, named, extras, message)

    def _pending_place(self, stored: Sequence[Trial], number: int) -> int:
        place = next((k for k, one in enumerate(stored) if one.number == number), None)
        if place is None:
            known = [str(one.number) for one in stored]
            raise DataError(f"there is no trial {number}; ask for one first.{did_you_mean(number, known)}")
        if stored[place].status != tables.PENDING:
            raise DataError(f"trial {number} was told before; it is {stored[place].status}")
        return place


def _answers(values: Any, n: int) -> list[Any]:
    """Return what was measured of each of `n` points."""
    rows = values.to_dict("records") if hasattr(values, "to_dict") else list(values)
    if len(rows) != n:
        raise DataError(f"there are {len(rows)} rows of values for {n} points; give one for each")
    return rows
