"""Robust optimum under input noise, against the optimum without: counts over seeds.

    python configs/gallery/robust.py                       # two_peaks, 60 evaluations, until 10 seeds count
    python configs/gallery/robust.py --first-seed 50 --risk cvar

The task is `two_peaks`: a high sharp peak, and a lower broad one that is better on average under the noise.
Both optimizers have the same budget. A seed counts where the plain one ends at the sharp peak; what `robust`
recommends there is compared with the robust optimum of a grid, by quadrature. Regret is a share of the range
of the robust values.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from statistics import median
from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from hebo.base import RiskMeasure
from hebo.experiment.config.parts import build
from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe
from tasks.synthetic.two_peaks import TwoPeaks

CLOSE = 0.02
"""Regret that counts as found."""

N_NODES, N_GRID = 24, 51


@dataclass(frozen=True)
class Truth:
    """Robust values of the task at any point, by Gauss-Hermite quadrature.

    Attributes:
        task: The problem, of two variables.
        risk: The measure.
    """

    task: TwoPeaks
    risk: RiskMeasure

    def values(self, points: np.ndarray) -> Tensor:
        """Return the risk measure at `n x 2` points, larger is better."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(N_NODES)
        shifts = self.task.input_sd * np.stack(np.meshgrid(nodes, nodes), -1).reshape(-1, 2)
        rows = (points[:, None] + shifts).clip(0, 1).reshape(-1, 2)
        y = self.task.evaluate(pd.DataFrame(rows, columns=self.task.space.names))["height"].to_numpy()
        shares = np.outer(weights, weights).ravel()
        return self.risk.of(torch.tensor(y).reshape(len(points), -1), torch.tensor(shares / shares.sum()))

    def range(self) -> tuple[float, float]:
        """Return the least and the largest value on a grid."""
        axis = np.linspace(0, 1, N_GRID)
        values = self.values(np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2))
        return float(values.min()), float(values.max())


def optimized(task: TwoPeaks, optimizer: dict[str, Any], n: int, seed: int) -> Optimizer:
    """Return an optimizer after `n` evaluations, one by one."""
    found = cast(OptimizerRecipe, build("optimizer", optimizer)).build(task.space, seed=seed)
    found.set_outcomes(task.outcomes)
    for _ in range(n):
        points = found.ask()
        found.tell(points, task.evaluate(points)[["height"]])
    return found


def is_sharp(task: TwoPeaks, point: pd.DataFrame) -> bool:
    """Say whether a point lies within two widths of the high peak."""
    apart = point.to_numpy(float) - task.minimizers.to_numpy(float)
    return bool(np.linalg.norm(apart) <= 2 * task.sharp)


def _shown(point: pd.DataFrame) -> list[list[float]]:
    rounded: list[list[float]] = point.round(3).to_numpy().tolist()
    return rounded


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n-trials", type=int, default=60)
    parser.add_argument("--n-seeds", type=int, default=10, help="seeds that count")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--plain", default="hebo", help="the plain optimizer, and the one inside `robust`")
    parser.add_argument("--risk", default="expectation", choices=["expectation", "var", "cvar"])
    given = parser.parse_args()
    torch.set_num_threads(1)
    task, risk = TwoPeaks(), cast(RiskMeasure, build("risk_measure", {"type": given.risk}))
    plain = {"type": given.plain}
    noise = dict.fromkeys(task.space.names, task.input_sd)
    robust = {"type": "robust", "of": plain, "input_sd": noise, "risk": {"type": given.risk}}
    truth = Truth(task, risk)
    least, best = truth.range()
    regrets: list[float] = []
    seed = given.first_seed
    print(f"{task}, {risk}, {given.n_trials} evaluations")
    while len(regrets) < given.n_seeds:
        end = optimized(task, plain, given.n_trials, seed).best_x
        if is_sharp(task, end):
            point = optimized(task, robust, given.n_trials, seed).recommend()
            value = float(truth.values(point.to_numpy(float))[0])
            regrets.append((best - value) / (best - least))
            print(
                f"seed {seed}: recommended {_shown(point)}, regret {regrets[-1]:.4f}",
                flush=True,
            )
        else:
            print(f"seed {seed}: the plain optimizer ends at {_shown(end)}", flush=True)
        seed += 1
    print(
        f"robust optimum found on {sum(one <= CLOSE for one in regrets)} of {len(regrets)} seeds on which "
        f"the plain optimizer ends at the sharp peak, of {seed - given.first_seed} tried; median regret "
        f"{median(regrets):.2g}, largest {max(regrets):.2g}"
    )


if __name__ == "__main__":
    main()
