"""What several workers of one run bring, and what they cost: throughput, and regret beside one worker.

    python tests/tools/worker_speed.py throughput [--workers N] [--seconds S] [--first T]
    python tests/tools/worker_speed.py regret [--workers N] [--seconds S] [--trials N] [--seeds N]

`throughput` counts the trials that end within the first `T` seconds after `hebo run` is started, with one worker and
with `N`, of `hebo` on an objective that takes `S` seconds. `regret` compares the regret after all trials of one
worker with that of `N` workers that are told of each trial as it ends, on four functions, and with that of random
search. The last point of `N` workers is chosen with the results of `trials - N` others: the regret of one worker
after `trials - N + 1` is what no rule for pending points can be expected to beat. Both depend on the machine, and on
what else it does.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from hebo.experiment.store.results import Results, load_results

FUNCTIONS: tuple[dict[str, Any], ...] = (
    {"type": "branin"},
    {"type": "hartmann6"},
    {"type": "ackley", "dim": 4},
    {"type": "levy", "dim": 4},
)


def write_config(folder: Path, name: str, **settings: Any) -> Path:
    """Write an experiment of `hebo`, and return its path."""
    path = folder / f"{name}.yaml"
    fixed = {"name": name, "optimizers": [{"type": "hebo"}], "output": str(folder / name), "report": False}
    path.write_text(yaml.safe_dump(fixed | settings))
    return path


def slow(task: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Return a task that takes some seconds, under the label of the function."""
    return {"type": "timed", "label": task["type"], "seconds": seconds, "task": task}


def start(config: Path) -> subprocess.Popen[bytes]:
    """Start `hebo run` in a group of its own."""
    command = [sys.executable, "-m", "hebo", "run", str(config)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)


def n_within(folder: Path, n_workers: int, *, seconds: float, first: float) -> int:
    """Return how many trials end within the first seconds after the start of `hebo run`."""
    task = slow({"type": "hartmann6"}, seconds)
    config = write_config(
        folder, f"workers-{n_workers}", tasks=[task], budget={"n_trials": 10_000}, n_workers=n_workers
    )
    began, process = time.time(), start(config)
    time.sleep(first)
    os.killpg(process.pid, signal.SIGINT)
    process.wait()
    ended = load_results(folder / config.stem).trials["finished_at"]
    return int((ended <= began + first).sum())


def throughput(folder: Path, *, n_workers: int, seconds: float, first: float) -> str:
    """Return how many times as many trials end with several workers as with one."""
    one, several = (n_within(folder, n, seconds=seconds, first=first) for n in (1, n_workers))
    return (
        f"trials of {seconds:g} s in the first {first:g} s: {one} with 1 worker, {several} with {n_workers}; "
        f"{several / max(1, one):.2f} times as many"
    )


def mean_regrets(results: Results, n_trials: int) -> dict[str, float]:
    """Return label of the task -> mean regret of its runs after some trials."""
    found: dict[str, list[float]] = {}
    for run in results.runs.itertuples():
        mine = results.trials[results.trials["run_id"] == run.run_id]
        mine = mine[mine["number"] < n_trials]
        best = min(one["y"] for one in mine["values"] if one.get("y") is not None)
        found.setdefault(str(run.task), []).append(best - float(run.optimum))
    return {task: float(np.mean(values)) for task, values in found.items()}


def regret(folder: Path, *, n_workers: int, seconds: float, n_trials: int, n_seeds: int) -> str:
    """Return the regrets of one and of several workers, a line for each function and one for all.

    Regrets close to zero differ by large factors; as shares of that of random search they can be averaged.
    """
    shared: dict[str, Any] = {"budget": {"n_trials": n_trials}, "seeds": n_seeds}
    quick, tasks = [slow(one, 0.0) for one in FUNCTIONS], [slow(one, seconds) for one in FUNCTIONS]
    random = [{"type": "random_search"}]
    configs = [
        write_config(folder, "random", tasks=quick, optimizers=random, **shared),
        write_config(folder, "one", tasks=quick, **shared),
        write_config(folder, "several", tasks=tasks, n_workers=n_workers, **shared),
    ]
    for config in configs:
        if start(config).wait():
            raise SystemExit(f"{config} was not carried out")
    ends = (n_trials, n_trials, n_trials - n_workers + 1, n_trials)
    found = [
        mean_regrets(load_results(folder / name), end)
        for name, end in zip(("random", "one", "one", "several"), ends, strict=True)
    ]
    by_chance, *others = found
    names = (
        f"1 worker, {n_trials} trials",
        f"1 worker, {ends[2]} trials",
        f"{n_workers} workers, {n_trials} trials",
    )
    lines = [
        f"{task:10s} mean regret "
        + ", ".join(f"{regrets[task]:.4g} ({name})" for name, regrets in zip(names, others, strict=True))
        + f", {chance:.4g} (random search)"
        for task, chance in by_chance.items()
    ]
    shares = [np.mean([regrets[task] / by_chance[task] for task in by_chance]) for regrets in others]
    said = ", ".join(f"{share:.4f} ({name})" for share, name in zip(shares, names, strict=True))
    return "\n".join([*lines, f"mean share of that of random search: {said}"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one of the comparisons and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("throughput", "regret"))
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--first", type=float, default=60.0)
    parser.add_argument("--trials", type=int, default=64)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder, n, seconds = Path(name), given.workers, given.seconds
        if given.what == "throughput":
            print(throughput(folder, n_workers=n, seconds=seconds, first=given.first))
        else:
            sizes = {"n_trials": given.trials, "n_seeds": given.seeds}
            print(regret(folder, n_workers=n, seconds=seconds, **sizes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
