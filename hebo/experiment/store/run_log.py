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
    """

    number: int
    round: int
    params: dict[str, Any]
    status: str = tables.PENDING
    values: dict[str, float | None] | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    cost: float | None = None

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
    """What the rest of a round cost per trial: wall and CPU seconds of its tell, CPU seconds of the rest."""

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
        names = ("number", "round", "params", "status", "values", "extras", "cost")
        columns, read = [trials.c[name] for name in names], tables.from_json
        query = select(*columns).where(self._its_trials).order_by(trials.c.number)
        with self._engine.connect().execution_options(hebo_read=True) as connection:
            rows = connection.execute(query).all()
        return [
            Trial(number, round_, read(params), status, read(values), read(extras), cost)
            for number, round_, params, status, values, extras, cost in rows
        ]

    def add_round(self, asked: Sequence[Trial], cost: AskCost, *, last: RoundCost | None) -> None:
        """Store the points of an ask as pending, before any is evaluated.

        Args:
            asked: The new trials. Profile and fallbacks of the ask are kept with the first one.
            cost: What the ask cost.
            last: What the round before cost, known only now; None if it was not run here.
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
                "started_at": now if one is asked[0] else None,
                **(first if one is asked[0] else dict.fromkeys(first)),
            }
            for one in asked
        ]
        with self._renewed(p_seconds=cost.seconds) as connection:
            connection.execute(statements.ADD, rows)
            if last is not None:
                self._set_cost(connection, asked[0].round - 1, last)

    def start(self, number: int) -> None:
        """Note that the evaluation of a trial begins now."""
        with self._renewed() as connection:
            self._start(connection, number)

    def finish(
        self,
        number: int,
        outcome: Outcome,
        *,
        best: float | None,
        then: int | None,
        hypervolume: float | None = None,
    ) -> None:
        """Store how an evaluation ended.

        Args:
            number: The trial.
            outcome: How it ended.
            best: Of the run so far, of one objective (see `leading`); None leaves it as it is.
            then: The trial whose evaluation begins next, if any.
            hypervolume: The same of several objectives.
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
            connection.execute(statements.FINISH, self._bound | {"p_number": number} | _columns(outcome))
            if then is not None:
                self._start(connection, then)

    def finish_run(self, last: tuple[int, RoundCost] | None, message: str | None = None) -> None:
        """Give the run back as finished, or as waiting if its budget grew in the meantime.

        Args:
            last: The last round and what it cost, if it was run here.
            message: What the optimizer says at the end, for the report.
        """
        ended = and_(self._its_trials, trials.c.number >= 0, trials.c.status != tables.PENDING)
        with self._renewed() as connection:
            if last is not None:
                self._set_cost(connection, *last)
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

    def underway(self) -> tuple[int, float] | None:
        """Return the pending trial whose evaluation has begun and when; None if there is none."""
        query = (
            select(trials.c.number, trials.c.started_at)
            .where(self._its_trials, trials.c.status == tables.PENDING, trials.c.started_at.is_not(None))
            .order_by(trials.c.started_at.desc(), trials.c.number.desc())
        )
        with self._engine.connect().execution_options(hebo_read=True) as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.number, row.started_at)

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

    def _start(self, connection: Connection, number: int) -> None:
        connection.execute(statements.START, self._bound | {"p_number": number, "p_now": time.time()})

    def _set_cost(self, connection: Connection, round_: int, cost: RoundCost) -> None:
        seconds = {
            "p_tell": cost.tell_seconds,
            "p_tell_cpu": cost.tell_cpu_seconds,
            "p_overhead": cost.overhead_seconds,
        }
        connection.execute(statements.COST, self._bound | {"p_round": round_} | seconds)


_UNCOUNTED = {
    **{"p_done": 0, "p_bad": 0, "p_seconds": 0.0, "p_best": None},
    **{"p_hypervolume": None, "p_cost": 0.0},
}


def _columns(outcome: Outcome) -> dict[str, Any]:
    return {
        "p_status": outcome.status,
        "p_values": tables.to_json(outcome.values),
        "p_extras": tables.to_json(outcome.extras),
        "p_message": outcome.message,
        "p_seconds": outcome.seconds,
        "p_now": time.time(),
        "p_cost": outcome.cost,
    }
