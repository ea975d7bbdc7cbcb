"""Dask executor: the trials of runs on the workers of a Dask cluster, here or on other machines."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from concurrent.futures import Executor, Future
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import field_validator

from hebo.errors import ConfigError, MissingExtraError
from hebo.experiment.executors.base import CHANCES
from hebo.experiment.executors.process_pool import ProcessPool
from hebo.experiment.executors.worker_process import WorkerDied

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"
_CONNECT_SECONDS = 30


class DaskCluster(ProcessPool):
    """Evaluations on Dask workers; runs ask, tell and store in processes of this machine.

    Workers need this library and what the tasks need, and never touch the store. A trial whose worker is lost
    is evaluated again, three times at most; give workers one thread each, or a crash counts for all trials
    that share the process. Clusters of SLURM, PBS or Kubernetes are reached by their scheduler's address.

    Attributes:
        scheduler: Address of a scheduler, such as `tcp://host:8786`, or `local` for workers that are started
            on this machine for each run.
        n_workers: How many evaluations at once, which is what the cluster offers; null means one for each CPU
            of this machine, or as many as one run has.
    """

    has_timers: ClassVar[bool] = False
    example: ClassVar[dict[str, Any]] = {"scheduler": "local"}

    scheduler: str

    @field_validator("scheduler")
    @classmethod
    def _check_scheduler(cls, scheduler: str) -> str:
        if scheduler != LOCAL and not re.fullmatch(r"[a-z]+://\S+", scheduler):
            raise ConfigError(f"scheduler '{scheduler}' is no address; write tcp://host:8786, or {LOCAL}.")
        return scheduler

    def check(self, n_workers: int, trial_seconds: float | None) -> None:
        """Refuse settings that cannot be fulfilled; see `ExecutorRecipe.check`.

        Raises:
            MissingExtraError: If Dask is not installed.
            IncompatibleError: As of any executor.
        """
        if find_spec("distributed") is None:
            raise MissingExtraError("distributed", "dask")
        super().check(n_workers, trial_seconds)

    def open_evaluations(self, n_workers: int, *, log: Path) -> Executor:
        """Return a connection to the cluster.

        Raises:
            ConfigError: If the scheduler cannot be reached.
        """
        return DaskExecutor(self.scheduler, n_workers)


class LostByDask(WorkerDied):
    """Dask has lost the workers of a trial as often as it may."""

    def __init__(self) -> None:
        super().__init__(None)
        self.args = ("the Dask workers that ran it died, as often as the scheduler allows,",)


class DaskExecutor(Executor):
    """A connection to a cluster, with the interface of `concurrent.futures`.

    Args:
        scheduler: Its address, or `local`.
        n_workers: How many workers a local cluster has.

    Raises:
        ConfigError: If the scheduler cannot be reached.
    """

    def __init__(self, scheduler: str, n_workers: int) -> None:
        self._cluster = _local_cluster(n_workers) if scheduler == LOCAL else None
        self._client = _connected(self._cluster or scheduler)
        self._executor = self._client.get_executor(pure=False)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a call; its future fails with `WorkerDied` if its workers are lost again and again."""
        future: Future[Any] = Future()
        theirs: Future[Any] = self._executor.submit(fn, *args, **kwargs)
        theirs.add_done_callback(lambda done: _hand_on(done, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close the connection, and a local cluster with it; what is under way is given up without `wait`."""
        self._executor.shutdown(wait=wait)
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


def _hand_on(done: Future[Any], future: Future[Any]) -> None:
    from distributed import KilledWorker

    error = CancelledByDask() if done.cancelled() else done.exception()
    if isinstance(error, KilledWorker):
        future.set_exception(LostByDask())
    elif error is not None:
        future.set_exception(error)
    else:
        future.set_result(done.result())


class CancelledByDask(WorkerDied):
    """A call was canceled, as the connection was closed or the scheduler has lost it."""

    def __init__(self) -> None:
        super().__init__(None)
        self.args = ("Dask has canceled the call",)


def _local_cluster(n_workers: int) -> Any:
    import dask
    from distributed import LocalCluster

    with dask.config.set({"distributed.scheduler.allowed-failures": CHANCES - 1}):
        return LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            dashboard_address=None,
            silence_logs=logging.ERROR,
        )


def _connected(scheduler: Any) -> Client:
    from distributed import Client

    try:
        return Client(scheduler, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"executor.scheduler: {scheduler} cannot be reached ({error}); start it, or name another one."
        ) from error
