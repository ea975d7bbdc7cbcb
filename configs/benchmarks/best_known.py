"""Lower the table of best known values, `tasks/best_known.json`, by searches and by results.

    python configs/benchmarks/best_known.py search configs/benchmarks/hpo.yaml --evaluations 500
    python configs/benchmarks/best_known.py results runs/hpo-reporting runs/hpo-tuning

`search` evaluates random points of each task whose optimum is not known exactly, then half as many points
near the best. `results` takes the best value of stored runs. Wrappers that only add noise share the value of
the task inside, which is the one that is written. The table has what is minimized: minus the value of what is
maximized. Its values never rise.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hebo.experiment.config.parts import build
from hebo.experiment.store.results import load_results
from hebo.experiment.yaml.document import read_yaml
from hebo.random import make_generator
from tasks import best_known
from tasks.base import Task
from tasks.wrappers.base import Wrapper
from tasks.wrappers.failing import Failing
from tasks.wrappers.plateau import Flattened

_N_PARENTS = 10


def main() -> None:
    """Read the command line, search or collect, and write the table."""
    arguments = _parser().parse_args()
    if arguments.command == "search":
        found = search_all(arguments.sources, arguments.evaluations, arguments.workers)
    else:
        found = best_of_results(arguments.sources)
    known = best_known.table()
    lowered = best_known.lowered(known, found)
    best_known.write(lowered)
    for key in sorted(found):
        if lowered[key] != known.get(key):
            print(f"{key}: {known.get(key)} -> {lowered[key]}")


def tasks_of(path: Path) -> Iterator[Task]:
    """Yield the tasks of both halves of a suite, or of an experiment without a split."""
    data = read_yaml(path).data
    halves = [data["split"][part] for part in ("tuning", "reporting")] if "split" in data else [data]
    for half in halves:
        for one in half["tasks"]:
            yield build_task(one)


def build_task(described: dict[str, Any]) -> Task:
    """Return a task from its entry in a YAML or in the resolved configuration of a run."""
    task = build("task", {key: value for key, value in described.items() if key != "label"})
    assert isinstance(task, Task)
    return task


def innermost(task: Task) -> Task:
    """Return the task whose value is in the table: wrappers that keep the best value are taken off."""
    changes = isinstance(task, Flattened) or (isinstance(task, Failing) and bool(task.region))
    return innermost(task.task) if isinstance(task, Wrapper) and not changes else task


def has_one_best(task: Task) -> bool:
    """Say whether values of any two points can be compared: one objective, and no contexts."""
    return len(task.objectives) == 1 and "context" not in task.space.roles.values()


def search_all(paths: list[Path], n: int, n_workers: int) -> dict[str, float]:
    """Search each task of some files, several at once."""
    wanted = {
        best_known.key_of(innermost(task)): innermost(task)
        for path in paths
        for task in tasks_of(path)
        if has_one_best(task)
    }
    tasks = [task for task in wanted.values() if task.optimum is None]
    with ProcessPoolExecutor(n_workers) as pool:
        values = pool.map(search, tasks, [n] * len(tasks))
        return dict(zip(map(best_known.key_of, tasks), values, strict=True))


def search(task: Task, n: int) -> float:
    """Return the least value of `n` random points and `n / 2` points near the best, minimized."""
    torch.set_num_threads(1)
    generator = make_generator("best known", best_known.key_of(task))
    x = task.space.sample(n, generator=generator)
    y = evaluate(task, x)
    for _ in range(n // (2 * _N_PARENTS)):
        new = nearby(task, x[y.argsort()[:_N_PARENTS]], generator)
        x, y = torch.cat([x, new]), torch.cat([y, evaluate(task, new)])
    return float(y.min())


def evaluate(task: Task, x: Tensor) -> Tensor:
    """Return the `n` values without noise at encoded points, minimized; infinite where evaluations failed."""
    table, objective = task.evaluate(task.space.decode(x)), task.outcomes.objectives[0]
    measured = table[objective.name]
    column = table["noiseless"].where(measured.notna()) if "noiseless" in table else measured
    values = objective.minimized(column.to_numpy(dtype="float64", copy=True))
    return torch.from_numpy(values).nan_to_num(torch.inf)


def nearby(task: Task, parents: Tensor, generator: torch.Generator) -> Tensor:
    """Return a point near each parent: some columns moved a little, some drawn anew."""
    low, high = task.space.bounds
    fresh = task.space.sample(len(parents), generator=generator)
    size = 10.0 ** -(3.0 * torch.rand(len(parents), 1, generator=generator, dtype=parents.dtype))
    step = size * (high - low) * torch.randn(parents.shape, generator=generator, dtype=parents.dtype)
    chance = torch.rand(parents.shape, generator=generator, dtype=parents.dtype)
    moved = torch.where(chance < 0.4, (parents + step).clamp(low, high), parents)
    return task.space.project(torch.where(chance > 0.9, fresh, moved))


def best_of_results(sources: list[Path]) -> dict[str, float]:
    """Return the least value without noise of each task in stored experiments, minimized."""
    found: dict[str, float] = {}
    for source in sources:
        results = load_results(source)
        tasks = {row["run_id"]: build_task(row["config"]["task"]) for _, row in results.runs.iterrows()}
        is_eligible = (results.trials["status"] == "ok") & results.trials["competes"]
        for _, trial in results.trials[is_eligible].iterrows():
            task = innermost(tasks[trial["run_id"]])
            if task.optimum is None and has_one_best(tasks[trial["run_id"]]):
                objective = task.outcomes.objectives[0]
                value = trial["extras"].get("noiseless", trial["values"][objective.name])
                least = float(objective.minimized(value))
                found = best_known.lowered(found, {best_known.key_of(task): least})
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    search_command = commands.add_parser("search", help="random points, then points near the best")
    search_command.add_argument("sources", nargs="+", type=Path, help="experiment files")
    search_command.add_argument("--evaluations", type=int, default=500, help="random points of each task")
    search_command.add_argument("--workers", type=int, default=2, help="processes")
    results_command = commands.add_parser("results", help="smallest values of stored runs")
    results_command.add_argument("sources", nargs="+", type=Path, help="run folders")
    return parser


if __name__ == "__main__":
    main()
