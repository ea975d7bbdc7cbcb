"""Which kernel knows what an Ehrlich function forbids, asked about mutants of the best string.

    python configs/benchmarks/ehrlich_failures.py --seeds 21 22 23

Strings come from simulated annealing. A mutant has one to three other letters, or one letter in another
place. Printed are means over functions and numbers of strings.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import torch
from sklearn.metrics import log_loss, roc_auc_score

from hebo.data import Data
from hebo.failures.labels import LabelModel, success_labels
from hebo.random import make_generator
from mcbo.recommenders.annealing import Annealing
from mcbo.surrogates.best_by_loo import BestByLOO, log_predictive_density
from mcbo.surrogates.mixed_gp import MixedGP
from tasks.combinatorial.ehrlich import Ehrlich

LENGTH, N_STATES, N_MUTANTS = 32, 6, 300
SIZES = (60, 130)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(21, 29)))
    torch.set_num_threads(1)
    found: dict[str, list[tuple[float, ...]]] = {}
    for seed in parser.parse_args().seeds:
        task = Ehrlich(length=LENGTH, n_states=N_STATES, n_motifs=4, seed=seed)
        for data in histories(task, seed):
            for name, scores in measured(task, data).items():
                found.setdefault(name, []).append(scores)
    print("kernel: area under the curve, negative log likelihood, leave-one-out log density")
    for name, rows in found.items():
        print(f"{name}: {', '.join(f'{mean:.3f}' for mean in np.mean(rows, axis=0))}")


def histories(task: Ehrlich, seed: int) -> list[Data]:
    """Return what annealing knew after so many strings."""
    optimizer: Any = Annealing().build(task.space, seed=seed)
    optimizer.set_outcomes(task.outcomes)
    first = task.initial_points(20, seed=0)
    optimizer.tell(first, task.evaluate(first)[["motif_quality"]])
    found = []
    while len(optimizer.data.x) < max(SIZES):
        points = optimizer.ask()
        optimizer.tell(points, task.evaluate(points)[["motif_quality"]])
        if len(optimizer.data.x) in SIZES:
            found.append(optimizer.data)
    return found


def measured(task: Ehrlich, data: Data) -> dict[str, tuple[float, ...]]:
    """Return the scores of each surrogate that the default chooses from."""
    x = mutants(data.best.numpy(), np.random.default_rng(0))
    succeeds = np.isfinite(task.evaluate(task.space.decode(x))["motif_quality"].to_numpy())
    labels, found = success_labels(data), {}
    for surrogate in BestByLOO().surrogates:
        model = surrogate.fit(labels, task.space, generator=make_generator(0))
        with torch.no_grad():
            chance = LabelModel(model, labels).log_probability(x.unsqueeze(1)).exp().numpy()
        assert isinstance(surrogate, MixedGP)
        found[type(surrogate.kernels[0]).__name__] = (
            float(roc_auc_score(succeeds, chance)),
            float(log_loss(succeeds, np.clip(chance, 1e-6, 1 - 1e-6))),
            log_predictive_density(model),
        )
    return found


def mutants(best: np.ndarray[Any, Any], rng: np.random.Generator) -> torch.Tensor:
    """Return mutants of a string of codes, `N_MUTANTS x LENGTH`."""
    rows = []
    for _ in range(N_MUTANTS // 2):
        row = best.copy()
        for place in rng.choice(LENGTH, rng.integers(1, 4), replace=False):
            row[place] = rng.integers(N_STATES)
        taken, given = rng.choice(LENGTH, 2, replace=False)
        rows += [row, np.insert(np.delete(best, taken), given, best[taken])]
    return torch.tensor(np.array(rows))


if __name__ == "__main__":
    main()
