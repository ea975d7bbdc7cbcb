"""Compare optimisers on the recorded landscape of five dimensions, interpolated: a game costs seconds.

    python configs/sdp_game/recorded_game.py '{type: tree_search}' '{type: hebo, n_initial: 10}' --seeds 0 1

As in the real game with the degrees of `three_point_small`, multipliers do not matter but for one of g1, A2
and B2, without which there is no gain next to the edge. Printed are gaps to the best of a fine grid after 20
and 40 evaluations, in millionths. `landscape.py` wrote the table.
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

from hebo.experiment.parts import build
from tasks.sdp_game.sdp_game import SpherePackingBound

NEEDED = "g1", "A2", "B2"
ENDS_EARLY = 1.185
"""Four of four programs without a needed one have failed beyond it, none of 29 with one (and without g1)."""

TABLE = Path(__file__).parents[2] / "docs/benchmarks/domains/sdp_landscape_5d.csv"


class RecordedGame:
    """Monotone cubic interpolation of a table over the logarithms of both radii, first over `r`.

    Args:
        table: As `landscape.py` writes it; ratios at which there is no gain say where it ends.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        gains = table[table["status"] == "certified"]
        values = gains.pivot(index="r", columns="radius_ratio", values="y")
        self._over_r = PchipInterpolator(np.log(values.index), values.to_numpy())
        self._ratios = np.log(values.columns.to_numpy())
        between = np.linspace(np.log(values.index[0]), np.log(values.index[-1]), 2000)
        near = np.linspace(self._ratios[-7], self._ratios[-1], 500)
        on_grid = PchipInterpolator(self._ratios, self._over_r(between), axis=1)(near)
        self.best = min(float(on_grid.min()), float(gains["y"].min()))

    def __call__(self, point: Mapping[str, Any]) -> float:
        """Return the value, NaN where there is no gain."""
        if point["radius_ratio"] > ENDS_EARLY and not any(point[name] for name in NEEDED):
            return math.nan
        values = self._over_r(np.log(point["r"]))
        over_ratios = PchipInterpolator(self._ratios, values, extrapolate=False)
        return float(over_ratios(np.log(point["radius_ratio"])))


def main() -> None:
    """Read the command line, play, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("optimizers", nargs="+", help="as in an experiment, in YAML")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    game = RecordedGame(pd.read_csv(TABLE))
    space = SpherePackingBound(preset="three_point_small", dimension=5).space
    for seed in arguments.seeds:
        for text in arguments.optimizers:
            recipe: Any = build("optimizer", yaml.safe_load(text))
            early, late = (1e6 * gap for gap in gaps(game, recipe.build(space, seed=seed)))
            print(f"seed {seed}  {text}: {early:.1f} after 20, {late:.1f} after 40", flush=True)


if __name__ == "__main__":
    main()
