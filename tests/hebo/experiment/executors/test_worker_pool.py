from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest

from hebo.errors import EvaluationError, IncompatibleError, StoreError
from hebo.experiment.executors.in_process import InProcess
from hebo.experiment.executors.process_pool import ProcessPool, n_cpus
from hebo.experiment.executors.worker_pool import WorkerDied, WorkerPool
from hebo.experiment.executors.worker_process import end_of


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pool") / "workers.log"


@pytest.fixture(scope="module")
def pool(log: Path) -> Iterator[WorkerPool]:
    with WorkerPool(1, log=log) as made:
        yield made


def test_a_call_is_carried_out_in_another_process(pool: WorkerPool) -> None:
    assert pool.submit(os.getpid).result() != os.getpid()


def test_a_process_is_used_again(pool: WorkerPool) -> None:
    assert pool.submit(os.getpid).result() == pool.submit(os.getpid).result()


def test_an_error_comes_back_as_ours_with_class_and_text(pool: WorkerPool) -> None:
    with pytest.raises(EvaluationError, match="ValueError: invalid literal for int"):
        pool.submit(int, "x").result()


def test_a_worker_has_one_thread_for_linear_algebra(pool: WorkerPool) -> None:
    assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
    import torch

    assert pool.submit(torch.get_num_threads).result() == 1


def test_the_death_of_a_worker_fails_its_call_and_the_next_call_has_a_fresh_one(pool: WorkerPool) -> None:
    before = pool.submit(os.getpid).result()
    with pytest.raises(WorkerDied, match="the worker process exited with code 7"):
        pool.submit(os._exit, 7).result()
    assert pool.submit(os.getpid).result() != before


def test_a_killed_worker_is_reported_with_its_signal(pool: WorkerPool) -> None:
    pool.submit(os.getpid).result()
    with pytest.raises(WorkerDied, match="killed by SIGKILL; the system may have run out of memory"):
        pool.submit(os.kill, pool.submit(os.getpid).result(), 9).result()


def test_what_workers_print_goes_to_the_log(pool: WorkerPool, log: Path) -> None:
    pool.submit(os.system, "echo hello from the worker").result()
    assert "hello from the worker" in log.read_text()


def test_killing_the_pool_ends_calls_under_way(log: Path) -> None:
    with WorkerPool(2, log=log) as pool:
        ready = [pool.submit(os.getpid) for _ in range(2)]
        wait(ready)
        futures = [pool.submit(os.system, "sleep 800") for _ in range(2)]
        pool.kill()
        assert all(isinstance(future.exception(timeout=600), WorkerDied) for future in futures)


def test_a_pool_that_was_killed_carries_out_nothing_more(log: Path) -> None:
    with WorkerPool(1, log=log) as pool:
        pool.submit(os.getpid).result()
        pool.kill()
        with pytest.raises(WorkerDied, match="SIGKILL"):
            pool.submit(os.getpid).result(timeout=600)


def test_what_a_worker_has_started_ends_with_it(log: Path, tmp_path: Path) -> None:
    with WorkerPool(1, log=log) as pool:
        command = f"sleep 800 & echo $! > {tmp_path}/pid; wait"
        future = pool.submit(os.system, command)
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
            time.sleep(0.02)
        pool.kill()
        assert isinstance(future.exception(timeout=600), WorkerDied)
    child = int((tmp_path / "pid").read_text())
    while is_running(child):
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_lambdas_and_closures_can_be_called(pool: WorkerPool) -> None:
    offset = 3
    assert pool.submit(lambda x: x + offset, 4).result() == 7


def test_a_function_is_sent_once_for_calls_in_a_row(pool: WorkerPool) -> None:
    counted: list[int] = []

    def count(x: int) -> int:
        counted.append(x)
        return len(counted)

    assert [pool.submit(count, x).result() for x in (5, 6, 7)] == [1, 2, 3]
    assert pool.submit(os.getpid).result() > 0
    assert pool.submit(count, 8).result() == 1  # sent anew, as it is here


def test_what_cannot_be_sent_is_refused_with_a_remedy(pool: WorkerPool) -> None:
    with pytest.raises(IncompatibleError, match=r"cannot be sent to a worker process .*executor threads"):
        pool.submit(print, threading.Lock())


def test_an_answer_that_cannot_be_sent_is_an_error_and_the_worker_lives(pool: WorkerPool) -> None:
    before = pool.submit(os.getpid).result()
    with pytest.raises(EvaluationError, match="TypeError: cannot pickle"):
        pool.submit(threading.Lock).result()
    assert pool.submit(os.getpid).result() == before


def test_a_script_needs_no_guard_and_is_not_run_again(log: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from hebo.experiment.executors.worker_pool import WorkerPool\n"
        "print('begun', flush=True)\n"
        "def square(x):\n    return x * x\n"
        f"with WorkerPool(2, log=Path({str(log)!r})) as pool:\n"
        "    print([pool.submit(square, x).result() for x in range(3)])\n"
    )
    command = [sys.executable, str(script)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=with_path())
    assert answer.stdout == "begun\n[0, 1, 4]\n"


def test_workers_leave_the_path_of_programs_as_it_is(pool: WorkerPool) -> None:
    assert pool.submit(os.getenv, "PYTHONPATH").result() == os.getenv("PYTHONPATH")
    assert pool.submit(lambda: sys.path).result() == [one or os.getcwd() for one in sys.path]


def test_a_worker_that_serves_no_call_yet_has_not_imported_torch(log: Path) -> None:
    with WorkerPool(1, log=log) as pool:
        heavy = pool.submit(lambda: sorted({"torch", "numpy", "pandas", "sqlalchemy"} & set(sys.modules)))
        assert heavy.result() == []


def with_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_nothing_outlives_a_parent_that_is_killed(log: Path, tmp_path: Path) -> None:
    script, pids = tmp_path / "script.py", tmp_path / "pids"
    script.write_text(
        "import os, subprocess\n"
        "from pathlib import Path\n"
        "from hebo.experiment.executors.worker_pool import WorkerPool\n"
        "def work():\n"
        "    child = subprocess.Popen(['sleep', '600'])\n"
        f"    Path({str(pids)!r}).write_text(f'{{os.getpid()}} {{child.pid}}\\n')\n"
        "    child.wait()\n"
        f"WorkerPool(1, log=Path({str(log)!r})).submit(work).result()\n"
    )
    process = subprocess.Popen([sys.executable, str(script)], env=with_path())
    while not pids.exists() or not pids.read_text().endswith("\n"):
        time.sleep(0.02)
    process.kill()
    process.wait()
    for pid in map(int, pids.read_text().split()):
        while is_running(pid):
            time.sleep(0.02)


def test_keyword_arguments_are_refused(pool: WorkerPool) -> None:
    with pytest.raises(TypeError, match="positional arguments only"):
        pool.submit(int, "10", base=2)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (3, "exited with code 3"),
        (-11, "was killed by SIGSEGV"),
        (-9, "was killed by SIGKILL; the system may have run out of memory"),
        (-37, "was killed by signal 37"),
        (None, "closed its connection to `hebo run`, as closing all descriptors does"),
    ],
)
def test_the_end_of_a_process_is_put_in_words(code: int | None, text: str) -> None:
    assert end_of(code) == text


def test_in_process_the_work_is_done_when_submit_returns(tmp_path: Path) -> None:
    with InProcess().open(1, log=tmp_path / "log") as executor:
        assert executor.submit(os.getpid).result() == os.getpid()
        assert isinstance(executor.submit(int, "x").exception(), ValueError)


def test_a_pool_has_as_many_slots_as_workers_or_cpus() -> None:
    assert ProcessPool(n_workers=3).slots(1) == 3
    assert ProcessPool().slots(1) == n_cpus() >= 1
    assert ProcessPool().slots(n_cpus() + 5) == n_cpus() + 5
    assert InProcess().slots(1) == 1


def test_runs_share_the_slots_of_a_pool() -> None:
    assert ProcessPool(n_workers=8).n_loops(1) == 8
    assert ProcessPool(n_workers=8).n_loops(3) == 2
    assert ProcessPool().n_loops(n_cpus() + 5) == 1


def test_a_worker_that_closes_its_descriptors_is_ended_and_replaced(pool: WorkerPool) -> None:
    before = pool.submit(os.getpid).result()
    with pytest.raises(WorkerDied, match="closed its connection to `hebo run`"):
        pool.submit(close_all_and_stay).result(timeout=600)
    assert not is_running(before)
    assert pool.submit(os.getpid).result() != before


def close_all_and_stay() -> None:
    os.closerange(0, 65536)
    time.sleep(600)


def test_the_death_of_a_worker_is_noticed_though_a_process_of_its_own_lives_on(pool: WorkerPool) -> None:
    with pytest.raises(WorkerDied, match="exited with code 5"):
        pool.submit(fork_and_leave).result(timeout=600)


def fork_and_leave() -> None:
    if os.fork() == 0:
        time.sleep(600)
    os._exit(5)


def test_errors_of_any_class_come_back_and_the_worker_lives(pool: WorkerPool) -> None:
    before = pool.submit(os.getpid).result()
    with pytest.raises(EvaluationError, match="SystemExit: leaving"):
        pool.submit(sys.exit, "leaving").result()
    with pytest.raises(StoreError, match=r"^is full$"):
        pool.submit(raise_store_error).result()
    assert pool.submit(os.getpid).result() == before


def raise_store_error() -> None:
    raise StoreError("is full")


def test_a_worker_may_have_processes_of_its_own_and_leave_them(log: Path) -> None:
    with WorkerPool(1, log=log) as pool:
        child = pool.submit(start_one).result(timeout=600)
        assert is_running(child)
    while is_running(child):
        time.sleep(0.02)


def start_one() -> int:
    process = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(600,))
    process.start()
    assert process.pid is not None
    return process.pid
