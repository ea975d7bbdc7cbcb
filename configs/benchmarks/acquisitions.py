"""Acquisitions beside each other: regret of what is seen and of what is recommended, and CPU time of an ask.

    python configs/benchmarks/acquisitions.py plain log_ei knowledge_gradient --seeds 5
    python configs/benchmarks/acquisitions.py noisy log_ei knowledge_gradient --seeds 24
    python configs/benchmarks/acquisitions.py time log_ei knowledge_gradient

Each is the acquisition of `bayes_opt` with `warped_gp`, `nsga2` and `standardize`, without exploration
after six initial points. Regrets are those of values without noise; times are medians, relative to the first.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.experiment.config.parts import build
from hebo.random import make_generator

PLAIN = (
    ({"type": "branin"}, 25, 0.0),
    ({"type": "ackley", "dim": 3}, 40, 0.0),
    ({"type": "hartmann6"}, 50, 0.0),
)
NOISY = (({"type": "styblinski_tang", "dim": 2}, 30, 10.0), ({"type": "branin"}, 30, 20.0))
N_TIMED, N_COLUMNS = 50, 6


def main() -> None:
    """Read the command line and print one of the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["plain", "noisy", "time"])
    parser.add_argument("acquisitions", nargs="+")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.what == "time":
        print_times(given.acquisitions, given.seeds)
        return
    for task, n, sd in PLAIN if given.what == "plain" else NOISY:
        for name in given.acquisitions:
            found = np.array([regrets(task, name, n, sd, seed) for seed in range(given.seeds)])
            mean, error = found.mean(0), found.std(0, ddof=1) / len(found) ** 0.5
            seen, recommended = (f"{a:.3g} +- {b:.2g}" for a, b in zip(mean, error, strict=True))
            print(f"{task['type']} {name}: seen {seen}, recommended {recommended}", flush=True)


def composed(acquisition: str) -> Any:
    """Return the recipe of an acquisition."""
    parts = {
        "surrogate": "warped_gp",
        "acq_optimizer": "nsga2",
        "output_transform": "standardize",
        "acquisition": acquisition,
    }
    described = {key: {"type": name} for key, name in parts.items()}
    return build("optimizer", {"type": "bayes_opt", **described, "n_initial": 6, "exploration": 0.0})


def regrets(task: dict[str, Any], acquisition: str, n: int, sd: float, seed: int) -> tuple[float, float]:
    """Return the regret of the best measured point and of the recommended one, without noise."""
    problem: Any = build("task", task)
    rng, seen = np.random.default_rng(seed), []
    optimizer = composed(acquisition).build(problem.space, seed=seed)
    for _ in range(n):
        point = optimizer.ask()
        value = float(problem.evaluate(point).iloc[0, 0])
        measured = value + sd * float(rng.standard_normal())
        seen.append((measured, value))
        optimizer.tell(point, [measured])
    recommended = float(problem.evaluate(optimizer.recommend()).iloc[0, 0])
    return min(seen)[1] - problem.optimum, recommended - problem.optimum


def print_times(acquisitions: list[str], n_seeds: int) -> None:
    """Print the median CPU seconds of an ask after 50 observations of six columns."""
    space = DesignSpace().parse(
        [{"name": f"x{i}", "type": "num", "lb": 0, "ub": 1} for i in range(N_COLUMNS)]
    )
    x = space.sample(N_TIMED, generator=make_generator(0))
    values = (torch.sin(5 * x).sum(1) + 3 * (x[:, 0] - x[:, 1]) ** 2).tolist()
    taken: dict[str, list[float]] = {name: [] for name in acquisitions}
    for seed in range(n_seeds):
        for name in acquisitions:  # in turns: machines are noisy
            optimizer = composed(name).build(space, seed=seed)
            optimizer.tell(space.decode(x), values)
            began = time.process_time()
            optimizer.ask()
            taken[name].append(time.process_time() - began)
    first = np.median(taken[acquisitions[0]])
    for name, seconds in taken.items():
        print(f"{name}: {np.median(seconds):.4f} s, {np.median(seconds) / first:.2f}")


if __name__ == "__main__":
    main()
