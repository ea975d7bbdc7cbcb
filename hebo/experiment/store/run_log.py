"""Run log: what one run writes, its rounds, their values, its end. Every event is one transaction.

Each transaction first renews the run's lease under the owner's name. Where another owner has taken
the run over, it fails with `LeaseLost` and changes nothing.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine, and_, select, update

from hebo.errors import StoreError
from hebo.experiment.store import statements, tables
from hebo.experiment.store.budget import is_over
from hebo.experiment.store.leases import LEASE_SECONDS
from hebo.experiment.store.tables import runs, trials


class LeaseLost(StoreError):
    """Another `hebo run` has taken the run over."""


INITIAL_ROUND = -1
"""The round of the points that are told before the first ask."""


@dataclass(frozen=True)
class Trial:
    """One point of a run: asked, and evaluated unless it is pending.

    Attributes:
        number: From 0 within the run; below 0 if it was told before the first ask.
        round: The ask it came from, from 0; `TOLD` if it came from none.
        params: The point in natural units.
        status: One of `tables.TRIAL_STATUSES`.
        values: Objective -> value, None for what is not a number; empty while pending.
        extras: Whatever else the task reports.
        cost: Of the evaluation; None where it has none.
        told: Place of its tell among all asks and tells of the run, from 0; None where it follows from the
            rounds, or is still to come.
    """

    number: int
    round: int
    params: dict[str, Any]
    status: str = tables.PENDING
    values: dict[str, float | None] | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    cost: float | None = None
    told: int | None = None

    @property
    def evaluated_at(self) -> dict[str, Any] | None:
        """Parameter -> value, of those whose value was another than asked for; None where none was."""
        return self.extras.get(tables.EVALUATED_AT)

    @property
    def found_at(self) -> dict[str, Any]:
        """The point that its values belong to."""
        return self.params | (self.evaluated_at or {})

    def ended(self, outcome: Outcome) -> Trial:
        """Return the trial with its outcome."""
        return replace(
            self, status=outcome.status, values=outcome.values, extras=outcome.extras, cost=outcome.cost
        )


@dataclass(frozen=True)
class Outcome:
    """How an evaluation ended.

    Attributes:
        status: One of `tables.TRIAL_STATUSES`, not pending.
        values: Objective -> value, None where there is none.
        extras: Whatever else the task reports.
        message: Why it is not ok; None if it is.
        seconds: Wall time of the evaluation; None if unknown.
        cost: What it cost, as the task says; None where it says nothing.
    """

    status: str
    values: dict[str, float | None]
    extras: dict[str, Any]
    message: str | None = None
    seconds: float | None = None
    cost: float | None = None

    @property
    def evaluated_at(self) -> dict[str, Any] | None:
        """See `Trial`."""
        return self.extras.get(tables.EVALUATED_AT)


@dataclass(frozen=True)
class By:
    """Who evaluated a trial.

    Attributes:
        worker: Number of the worker among those of the run, from 0.
        started_at: When it began, seconds since 1970.
        ended_at: When it ended, which is noted a little later.
    """

    worker: int
    started_at: float
    ended_at: float


@dataclass(frozen=True)
class AskCost:
    """What an ask cost.

    Attributes:
        seconds: Wall time.
        profile: Phase -> CPU seconds.
        fallbacks: Reason -> how often.
    """

    seconds: float
    profile: Mapping[str, float] = field(default_factory=dict)
    fallbacks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RoundCost:
    """What the rest of a round cost per trial: wall and CPU seconds of its tell, CPU seconds of the rest.

    Attributes:
        numbers: The trials that were told.
    """

    numbers: Sequence[int]
    tell_seconds: float = 0.0
    tell_cpu_seconds: float = 0.0
    overhead_seconds: float = 0.0


class RunLog:
    """Reads and writes one run in the name of its owner."""

    def __init__(self, engine: Engine, experiment: str, run_id: str, owner: str) -> None:
        self._engine = engine
        self._key = {"experiment": experiment, "run_id": run_id}
        self._bound = {"p_experiment": experiment, "p_run_id": run_id}
        self._owner = owner
        self._this_run = and_(runs.c.experiment == experiment, runs.c.run_id == run_id)
        self._its_trials = and_(trials.c.experiment == experiment, trials.c.run_id == run_id)

    def read(self) -> dict[str, Any]:
        """Return the run's row, `config` as data."""
        with self._engine.connect().execution_options(hebo_read=True) as connection:
            row = connection.execute(select(runs).where(self._this_run)).mappings().one()
        return {**row, "config": tables.from_json(row["config"])}

    def trials(self) -> list[Trial]:
        """Return the trials so far in number order."""
        names = ("number", "round", "params", "status", "values", "extras", "cost", "told")
        columns, read = [trials.c[name] for name in names], tables.from_json
        query = select(*columns).where(self._its_trials).order_by(trials.c.number)
        with self._engine.connect().execution_options(hebo_read=True) as connection:
            rows = connection.execute(query).all()
        return [
            Trial(number, round_, read(params), status, read(values), read(extras), cost, told)
            for number, round_, params, status, values, extras, cost, told in rows
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Return all that is stored of the trials, in number order; what is JSON there, as data."""
        query = select(trials).where(self._its_trials).order_by(trials.c.number)
        with self._engine.connect().execution_options(hebo_read=True) as connection:
            rows = [dict(one) for one in connection.execute(query).mappings()]
        read = ("params", "values", "extras")
        return [{**row, **{key: tables.from_json(row[key]) for key in read}} for row in rows]

    def add_round(
        self, asked: Sequence[Trial], cost: AskCost, *, last: Sequence[RoundCost] = (), n_started: int = 1
    ) -> None:
        """Store the points of an ask as pending, before any is evaluated.

        Args:
            asked: The new trials. Profile and fallbacks of the ask are kept with the first one.
            cost: What the ask cost.
            last: What the tells before cost, known only now.
            n_started: How many of them, from the first, are evaluated at once.
        """
        now, n = time.time(), len(asked)
        first = {"profile": tables.to_json(cost.profile), "fallbacks": tables.to_json(cost.fallbacks)}
        rows = [
            {
                **self._key,
                "number": one.number,
                "round": one.round,
                "params": tables.to_json(one.params),
                "status": tables.PENDING,
                "ask_seconds": cost.seconds / n,
                "ask_cpu_seconds": sum(cost.profile.values()) / n,
                "started_at": now if place < n_started else None,
                **(first if one is asked[0] else dict.fromkeys(first)),
            }
            for place, one in enumerate(asked)
        ]
        with self._renewed(p_seconds=cost.seconds) as connection:
            connection.execute(statements.ADD, rows)
            self._set_costs(connection, last)

    def start(self, numbers: Sequence[int]) -> None:
        """Note that the evaluations of trials begin now."""
        with self._renewed() as connection:
            self._start(connection, numbers)

    def note_told(self, numbers: Sequence[int], place: int) -> None:
        """Note the place of the tell of trials among all asks and tells of the run."""
        rows = [self._bound | {"p_number": number, "p_told": place} for number in numbers]
        with self._renewed() as connection:
            connection.execute(statements.TOLD, rows)

    def finish(
        self,
        number: int,
        outcome: Outcome,
        *,
        best: float | None,
        then: Sequence[int] = (),
        hypervolume: float | None = None,
        told: int | None = None,
        by: By | None = None,
    ) -> None:
        """Store how an evaluation ended.

        Args:
            number: The trial.
            outcome: How it ended.
            best: Of the run so far, of one objective (see `leading`); None leaves it as it is.
            then: The trials whose evaluations begin now.
            hypervolume: The same of several objectives.
            told: Place of its tell, which follows at once, among all asks and tells of the run; None where
                that follows from the rounds.
            by: Which worker evaluated it, and when; None where this process did, since it was noted.
        """
        is_asked = number >= 0
        counted = {
            "p_done": int(is_asked),
            "p_bad": int(is_asked and outcome.status not in (tables.OK, tables.INFEASIBLE)),
            "p_best": best,
            "p_hypervolume": hypervolume,
            "p_cost": (outcome.cost or 0.0) if is_asked else 0.0,
        }
        with self._renewed(**counted, p_seconds=outcome.seconds or 0.0) as connection:
            ended = {"p_number": number, **_columns(outcome), **_where(by)}
            connection.execute(statements.FINISH, self._bound | ended)
            if told is not None:
                connection.execute(statements.TOLD, self._bound | {"p_number": number, "p_told": told})
            self._start(connection, then)

    def finish_run(self, last: Sequence[RoundCost] = (), message: str | None = None) -> None:
        """Give the run back as finished, or as waiting if its budget grew in the meantime.

        Args:
            last: What the tells since the last ask cost.
            message: What the optimizer says at the end, for the report.
        """
        ended = and_(self._its_trials, trials.c.number >= 0, trials.c.status.not_in(tables.WITHOUT_RESULT))
        with self._renewed() as connection:
            self._set_costs(connection, last)
            # Counted anew: with a counter that is off, a run would be taken up again for ever.
            costs = list(connection.execute(select(trials.c.cost).where(ended)).scalars())
            n_done, spent = len(costs), math.fsum(cost or 0.0 for cost in costs)
            limits = connection.execute(select(runs.c.n_trials, runs.c.max_cost).where(self._this_run)).one()
            over = is_over(n_done, limits.n_trials, spent, limits.max_cost)
            status = tables.FINISHED if over else tables.WAITING
            self._free(connection, status=status, n_done=n_done, spent=spent, message=message)

    def give_back(self, status: str, message: str | None = None) -> None:
        """Give the run back unfinished.

        Args:
            status: `tables.WAITING` or `tables.BROKEN`.
            message: Why it is broken.
        """
        with self._renewed() as connection:
            self._free(connection, status=status, message=message)

    def underway(self) -> list[tuple[int, float]]:
        """Return the pending trials whose evaluations have begun and when, the latest first."""
        query = (
            select(trials.c.number, trials.c.started_at)
            .where(self._its_trials, trials.c.status == tables.PENDING, trials.c.started_at.is_not(None))
            .order_by(trials.c.started_at.desc(), trials.c.number.desc())
        )
        with self._engine.connect().execution_options(hebo_read=True) as connection:
            return [(row.number, row.started_at) for row in connection.execute(query)]

    @contextmanager
    def _renewed(self, **counted: Any) -> Iterator[Connection]:
        """Open a transaction that holds only if the run still is the owner's."""
        now = time.time()
        lease = {"p_owner": self._owner, "p_now": now, "p_until": now + LEASE_SECONDS}
        with self._engine.begin() as connection:
            renewed = connection.execute(statements.RENEW, _UNCOUNTED | self._bound | lease | counted)
            if renewed.rowcount != 1:
                raise LeaseLost(f"The run {self._key['run_id']} was taken over by another `hebo run`.")
            yield connection

    def _free(self, connection: Connection, **values: Any) -> None:
        freed = update(runs).where(self._this_run).values(owner=None, lease_until=None, **values)
        connection.execute(freed)

    def _start(self, connection: Connection, numbers: Sequence[int]) -> None:
        if numbers:
            now = self._bound | {"p_now": time.time()}
            connection.execute(statements.START, [now | {"p_number": one} for one in numbers])

    def _set_costs(self, connection: Connection, costs: Sequence[RoundCost]) -> None:
        rows = [self._bound | {"p_number": number} | _seconds(one) for one in costs for number in one.numbers]
        if rows:
            connection.execute(statements.COST, rows)


def _seconds(cost: RoundCost) -> dict[str, float]:
    return {
        "p_tell": cost.tell_seconds,
        "p_tell_cpu": cost.tell_cpu_seconds,
        "p_overhead": cost.overhead_seconds,
    }


_UNCOUNTED = {
    **{"p_done": 0, "p_bad": 0, "p_seconds": 0.0, "p_best": None},
    **{"p_hypervolume": None, "p_cost": 0.0},
}


def _where(by: By | None) -> dict[str, Any]:
    if by is None:
        return {"p_worker": None, "p_started": None, "p_now": time.time()}
    return {"p_worker": by.worker, "p_started": by.started_at, "p_now": by.ended_at}


def _columns(outcome: Outcome) -> dict[str, Any]:
    return {
        "p_status": outcome.status,
        "p_values": tables.to_json(outcome.values),
        "p_extras": tables.to_json(outcome.extras),
        "p_message": outcome.message,
        "p_seconds": outcome.seconds,
        "p_cost": outcome.cost,
    }
