"""Write the bounds of three points over a grid of both radii, as a table for the notebook of the game.

    python configs/sdp_game/landscape.py -o docs/benchmarks/domains/sdp_landscape.csv

About 20 minutes of one core, with the extra `sdp`. Multipliers are 1, C, G and g1, enough for the whole
gain of the preset `three_point_small`; a tie with two points has the value of two points.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from tasks.sdp_game.sdp_game import SpherePackingBound


def main() -> None:
    """Read the command line, solve, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--points", type=int, nargs=2, default=(12, 15), metavar=("R", "RATIO"))
    arguments = parser.parse_args()
    task = SpherePackingBound(preset="three_point_small", ties="value")
    pairs = radii(task, *arguments.points)
    tokens = {token.name: int(token.name == "g1") for token in task.game.free_tokens}
    found = task.evaluate(pairs.assign(**tokens))
    table = pd.concat([pairs, found[["y", "status"]]], axis=1)
    table.to_csv(arguments.output, index=False, float_format="%.9g")


def radii(task: SpherePackingBound, n_distances: int, n_ratios: int) -> pd.DataFrame:
    """Return all pairs of a distance and a ratio, both uniform in their logarithms."""
    (low, high), (least, most) = ((one["lb"], one["ub"]) for one in task.parameters()[:2])
    distances, ratios = np.geomspace(low, high, n_distances), np.geomspace(least, most, n_ratios)
    pairs = pd.MultiIndex.from_product([distances, ratios], names=["r", "radius_ratio"])
    return pairs.to_frame(index=False)


if __name__ == "__main__":
    main()
