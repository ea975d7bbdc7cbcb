"""Compare optimisers on made-up games, where nothing is solved and multipliers matter more than in real ones.

    python configs/sdp_game/made_up_games.py '{type: tree_search}' '{type: hebo, n_initial: 10}' --games 4

The space is that of `three_point_small`. A game is a bowl over `r`, less a gain that grows with `R / r` up
to a step, which moves with `r` and with two multipliers; up to three others scale the gain. Beyond the step,
and where `R` is too large, evaluations fail. Printed are gaps to the best of a grid after 20 and 40
evaluations. They differ from machine to machine: rounding is enough to send a search elsewhere.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import yaml

from hebo.experiment.config.parts import build
from tasks.sdp_game.sdp_game import SpherePackingBound

OFFSET = 780.0
"""Bounds are far from 0 in units of their spread, too."""


class Game:
    """A landscape, drawn by its number.

    Args:
        number: Seed.
        tokens: Names of the free multipliers.
    """

    def __init__(self, number: int, tokens: list[str]) -> None:
        g = np.random.default_rng(1000 + number)
        self.step, self.slope, self.depth = g.uniform(1.2, 1.7), g.uniform(-0.5, 0.5), g.uniform(1, 4)
        self.length, self.wave, self.frequency = g.uniform(0.08, 0.3), g.uniform(0.1, 0.5), g.uniform(5, 12)
        g.uniform()  # one draw is not used
        self.best_r, self.bowl = g.uniform(1.05, 1.45), 0.3 * g.uniform(5, 20)
        n_needed = g.integers(0, 4)
        needed = g.choice(tokens, n_needed, replace=False)
        self.losses = dict(zip(needed, g.uniform(0.1, 0.6, size=n_needed), strict=True))
        moving = g.choice(tokens, 2, replace=False)
        self.moves = dict(zip(moving, g.uniform(0, 0.15, size=2), strict=True))
        self.largest = g.uniform(1.9, 2.3)
        whole = dict.fromkeys(tokens, 1)
        pairs = [(r, q) for r in np.linspace(0.955, 1.593, 160) for q in np.linspace(1.02, 2, 240)]
        self.best = np.nanmin([self({"r": r, "radius_ratio": q, **whole}) for r, q in pairs])

    def __call__(self, point: Mapping[str, Any]) -> float:
        """Return the value, NaN where the evaluation fails."""
        r, ratio = point["r"], point["radius_ratio"]
        missing = sum(move for name, move in self.moves.items() if not point[name])
        room = self.step + self.slope * (r - 1.25) - missing - ratio
        if room <= 0 or r * ratio > self.largest:
            return math.nan
        gain = self.depth * (1 - math.exp(-(ratio - 1) / self.length)) * min(1.0, room / 0.01) ** 0.3
        gain *= math.prod(1 - loss for name, loss in self.losses.items() if not point[name])
        wave = self.wave * (1 - math.cos(self.frequency * (r - self.best_r)))
        return OFFSET + wave + self.bowl * (r - self.best_r) ** 2 - gain


def main() -> None:
    """Read the command line, play, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("optimizers", nargs="+", help="as in an experiment, in YAML")
    parser.add_argument("--games", type=int, default=4)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    task = SpherePackingBound(preset="three_point_small")
    tokens = [token.name for token in task.game.free_tokens]
    for number in range(arguments.games):
        for text in arguments.optimizers:
            recipe: Any = build("optimizer", yaml.safe_load(text))
            early, late = gaps(Game(number, tokens), recipe.build(task.space, seed=number))
            print(f"game {number}  {text}: {early:.4f} after 20, {late:.4f} after 40", flush=True)


def gaps(game: Any, optimizer: Any) -> tuple[float, float]:
    """Return how far the best value is from that of the game after 20 and after 40 evaluations."""
    values = []
    for _ in range(40):
        points = optimizer.ask()
        values.append(game(points.to_dict("records")[0]))
        optimizer.tell(points, values[-1:])
    return float(np.nanmin(values[:20]) - game.best), float(np.nanmin(values) - game.best)


if __name__ == "__main__":
    main()
