"""Compare optimisers on the recorded landscape of five dimensions, interpolated: a game costs seconds.

    python configs/sdp_game/recorded_game.py '{type: tree_search}' '{type: hebo, n_initial: 10}' --seeds 4

Multipliers do not matter in it, as they hardly do in the real game with the degrees of `three_point_small`;
beyond the edge of the table evaluations fail. Printed are gaps to the best of a fine grid after 20 and 40
evaluations, in millionths. `landscape.py` wrote the table.
"""

from __future__ import annotations

import argparse
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
        """Return the value, NaN beyond the largest ratio."""
        values = self._over_r(np.log(point["r"]))
        over_ratios = PchipInterpolator(self._ratios, values, extrapolate=False)
        return float(over_ratios(np.log(point["radius_ratio"])))


def main() -> None:
    """Read the command line, play, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("optimizers", nargs="+", help="as in an experiment, in YAML")
    parser.add_argument("--seeds", type=int, default=4)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    game = RecordedGame(pd.read_csv(TABLE))
    space = SpherePackingBound(preset="three_point_small", dimension=5).space
    for seed in range(arguments.seeds):
        for text in arguments.optimizers:
            recipe: Any = build("optimizer", yaml.safe_load(text))
            early, late = (1e6 * gap for gap in gaps(game, recipe.build(space, seed=seed)))
            print(f"seed {seed}  {text}: {early:.1f} after 20, {late:.1f} after 40", flush=True)


if __name__ == "__main__":
    main()
