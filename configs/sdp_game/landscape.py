"""Write the bounds of three points over a grid of both radii, as a table for the notebook of the game.

    python configs/sdp_game/landscape.py -o docs/benchmarks/domains/sdp_landscape.csv
    python configs/sdp_game/landscape.py -o table.csv --dimension 5 --distances 24 --edge 1.2033

About 20 minutes of one core each, with the extra `sdp`. Multipliers are 1, C, G and g1, enough for the whole
gain of the preset `three_point_small`; a tie with two points has the value of two points. With the ratio at
which the gain ends, ratios crowd before it, as in `sdp_landscape_4d.csv` (1.30653045) and
`sdp_landscape_5d.csv`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from tasks.sdp_game.sdp_game import SpherePackingBound

FAR_FROM_EDGE = 1, 0.6, 0.3, 0.15, 0.07, 0.035, 0.018, 0.009, 0.0045, 0.002, 0.0005, 0
"""Shares of the logarithmic way from the edge back to the least ratio."""


def main() -> None:
    """Read the command line, solve, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--dimension", type=int, default=3)
    parser.add_argument("--distances", type=int, default=12)
    parser.add_argument("--ratios", type=int, default=15)
    parser.add_argument("--edge", type=float)
    arguments = parser.parse_args()
    task = SpherePackingBound(preset="three_point_small", dimension=arguments.dimension, ties="value")
    (low, high), (least, most) = ((one["lb"], one["ub"]) for one in task.parameters()[:2])
    ratios = np.geomspace(least, most, arguments.ratios)
    if arguments.edge is not None:
        ratios = arguments.edge * (least / arguments.edge) ** np.array(FAR_FROM_EDGE)
    distances = np.geomspace(low, high, arguments.distances)
    pairs = pd.MultiIndex.from_product([distances, ratios], names=["r", "radius_ratio"]).to_frame(index=False)
    tokens = {token.name: int(token.name == "g1") for token in task.game.free_tokens}
    found = task.evaluate(pairs.assign(**tokens))
    table = pd.concat([pairs, found[["density_bound", "status"]]], axis=1)
    table.to_csv(arguments.output, index=False, float_format="%.9g")


if __name__ == "__main__":
    main()
