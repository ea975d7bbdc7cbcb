"""SQL statements of the inner loop, built once: building costs more than SQLite takes to run one.

Every parameter is bound by name with the prefix `p_`, as SQLAlchemy keeps the names of columns to itself.
"""

from __future__ import annotations

from sqlalchemy import and_, bindparam, func, insert, update

from hebo.experiment.store import tables
from hebo.experiment.store.tables import runs, trials

_RUN = and_(runs.c.experiment == bindparam("p_experiment"), runs.c.run_id == bindparam("p_run_id"))
_TRIALS = and_(trials.c.experiment == bindparam("p_experiment"), trials.c.run_id == bindparam("p_run_id"))

# Holds only while the run is the owner's: no row is changed otherwise.
RENEW = (
    update(runs)
    .where(_RUN, runs.c.owner == bindparam("p_owner"))
    .values(
        updated_at=bindparam("p_now"),
        lease_until=bindparam("p_until"),
        n_done=runs.c.n_done + bindparam("p_done"),
        n_bad=runs.c.n_bad + bindparam("p_bad"),
        busy_seconds=runs.c.busy_seconds + bindparam("p_seconds"),
        best=func.coalesce(bindparam("p_best"), runs.c.best),
        hypervolume=func.coalesce(bindparam("p_hypervolume"), runs.c.hypervolume),
        spent=func.coalesce(runs.c.spent, 0.0) + bindparam("p_cost"),
    )
)

ADD = insert(trials)

TOLD = (
    update(trials).where(_TRIALS, trials.c.number == bindparam("p_number")).values(told=bindparam("p_told"))
)

START = (
    update(trials)
    .where(_TRIALS, trials.c.number == bindparam("p_number"))
    .values(started_at=bindparam("p_now"))
)

FINISH = (
    update(trials)
    .where(_TRIALS, trials.c.number == bindparam("p_number"), trials.c.status == tables.PENDING)
    .values(
        {
            trials.c.status: bindparam("p_status"),
            trials.c["values"]: bindparam("p_values"),
            trials.c.extras: bindparam("p_extras"),
            trials.c.message: bindparam("p_message"),
            trials.c.eval_seconds: bindparam("p_seconds"),
            trials.c.finished_at: bindparam("p_now"),
            trials.c.cost: bindparam("p_cost"),
            trials.c.worker: bindparam("p_worker"),
            trials.c.started_at: func.coalesce(bindparam("p_started"), trials.c.started_at),
        }
    )
)

COST = (
    update(trials)
    .where(_TRIALS, trials.c.number == bindparam("p_number"))
    .values(
        tell_seconds=bindparam("p_tell"),
        tell_cpu_seconds=bindparam("p_tell_cpu"),
        overhead_seconds=bindparam("p_overhead"),
    )
)
