"""Compare optimizers on a recorded landscape of four or five dimensions, interpolated: seconds a game.

    python configs/sdp_game/recorded_game.py '{type: tree_search}' '{type: hebo, n_initial: 10}' --seeds 0 1

As in the real game with the degrees of `three_point_small`, multipliers do not matter but for one of a few,
without which there is no gain at larger ratios. Printed are gaps to the best of a fine grid after 20 and 40
evaluations, in millionths. `landscape.py` wrote the tables.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import yaml
from made_up_games import gaps
from scipy.interpolate import PchipInterpolator

from hebo.experiment.config.parts import build
from tasks.sdp_game.sdp_game import SpherePackingBound

NEEDED = {4: (1.2, ("g1",)), 5: (1.185, ("g1", "A2", "B2"))}
"""Dimension -> the ratio beyond which programs without any of these multipliers gain nothing.

In four dimensions, of the thirteen free ones alone only g1 gains at three distances and ratios of 1.27 to
1.3055; at 1.2 the product of A1 and B1 gains too, but less. In five, four of four programs without have
failed beyond 1.185, none of 29 with one.
"""

TABLES = Path(__file__).parents[2] / "docs/benchmarks/domains"


class RecordedGame:
    """Monotone cubic interpolation of a table over the logarithms of both radii, first over `r`.

    Args:
        dimension: 4 or 5.
    """

    def __init__(self, dimension: int) -> None:
        self._ends_early, self._needed = NEEDED[dimension]
        table = pd.read_csv(table_of(dimension))
        gains = table[table["status"] == "certified"]
        values = gains.pivot(index="r", columns="radius_ratio", values="density_bound")
        self._over_r = PchipInterpolator(np.log(values.index), values.to_numpy())
        self._ratios = np.log(values.columns.to_numpy())
        between = np.linspace(np.log(values.index[0]), np.log(values.index[-1]), 2000)
        near = np.linspace(self._ratios[-7], self._ratios[-1], 500)
        on_grid = PchipInterpolator(self._ratios, self._over_r(between), axis=1)(near)
        self.best = min(float(on_grid.min()), float(gains["density_bound"].min()))

    def __call__(self, point: Mapping[str, Any]) -> float:
        """Return the value, NaN where there is no gain."""
        if point["radius_ratio"] > self._ends_early and not any(point[name] for name in self._needed):
            return math.nan
        values = self._over_r(np.log(point["r"]))
        over_ratios = PchipInterpolator(self._ratios, values, extrapolate=False)
        return float(over_ratios(np.log(point["radius_ratio"])))


def table_of(dimension: int) -> Path:
    """Return where the landscape is: a table whose ratios without a gain say where it ends."""
    return TABLES / f"sdp_landscape_{dimension}d.csv"


def main() -> None:
    """Read the command line, play, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("optimizers", nargs="+", help="as in an experiment, in YAML")
    parser.add_argument("--dimension", type=int, choices=sorted(NEEDED), default=5)
    parser.add_argument("--informed", action="store_true", help="by two points; needs the extra `sdp`")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    game = RecordedGame(arguments.dimension)
    task = SpherePackingBound(dimension=arguments.dimension, informed=arguments.informed)
    for seed in arguments.seeds:
        for text in arguments.optimizers:
            recipe: Any = build("optimizer", yaml.safe_load(text))
            early, late = (1e6 * gap for gap in gaps(game, recipe.build(task.space, seed=seed)))
            print(f"seed {seed}  {text}: {early:.1f} after 20, {late:.1f} after 40", flush=True)


if __name__ == "__main__":
    main()
