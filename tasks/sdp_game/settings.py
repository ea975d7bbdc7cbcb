"""Presets and checks of the settings of `tasks.sdp_game.sdp_game`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, get_args

from hebo.errors import ConfigError
from tasks.sdp_game.game import SdpGame
from tasks.sdp_game.vocabulary import gives_interior

Preset = Literal["two_point", "three_point_small", "three_point_medium", "full"]

PRESETS: dict[str, dict[str, Any]] = {
    "two_point": {"half_degree_2": 6, "half_degree_3": 0},
    "three_point_small": {"half_degree_2": 6, "half_degree_3": 3},
    "three_point_medium": {"half_degree_2": 8, "half_degree_3": 4},
    "full": {"half_degree_2": 24, "half_degree_3": 9, "majorant_degree": 24, "precision_bits": 512},
}
"""CPU time of a program: below a second, a few seconds, half a minute, hours."""

assert set(PRESETS) == set(get_args(Preset))

BOX = (0.85, 1.42)
"""Range of `r` in units of the distance of neighbors in the best packing with one centre per unit volume.

The best `r` of two-point bounds is about 1.11 of these units in 3, 4 and 8 dimensions, and moves by a tenth
with the degree.
"""


def default_min_distance(dimension: int, density: float | None) -> tuple[float, float]:
    """Return the range of `r` around the best packing.

    Args:
        dimension: Of space.
        density: That of the best known packing, or None if it is not in the table.

    Raises:
        ConfigError: Without a density.
    """
    if density is None:
        raise ConfigError(
            f"min_distance: there is no default range in {dimension} dimensions, where the table has no best "
            "packing; give one, such as min_distance: [1.0, 3.0]."
        )
    volume = math.pi ** (dimension / 2) / math.gamma(dimension / 2 + 1)
    unit = 2.0 * (density / volume) ** (1.0 / dimension)
    return round(BOX[0] * unit, 6), round(BOX[1] * unit, 6)


def check_range(name: str, ends: tuple[float, float], beyond: float) -> None:
    """Check that two ends are in order, and the lower one is above a limit.

    Raises:
        ConfigError: With the values.
    """
    low, high = ends
    if not (beyond < low <= high and math.isfinite(high)):
        raise ConfigError(f"{name} = [{low:g}, {high:g}]: give two numbers above {beyond:g}, in order.")


def check_cheaper(cheaper: Sequence[int], game: SdpGame) -> None:
    """Check that the smaller half degrees can take every multiplier of the game.

    Raises:
        ConfigError: If one is not smaller, is repeated, or is too small for a multiplier.
    """
    largest = max(token.degree for token in game.vocabulary.tokens)
    for half_degree in cheaper:
        if not 0 <= half_degree < game.half_degree_3 or list(cheaper).count(half_degree) > 1:
            raise ConfigError(
                f"cheaper = {list(cheaper)}: give different half degrees from 0 to below half_degree_3 = "
                f"{game.half_degree_3}."
            )
        if half_degree and 2 * half_degree < largest:
            raise ConfigError(
                f"cheaper half degree {half_degree} has no room for multipliers of degree {largest}; use "
                f"{(largest + 1) // 2} or more, or 0 for two points."
            )


def token_constraints(game: SdpGame) -> list[dict[str, Any]]:
    """Return the rules of the end of a game as linear constraints on 0 and 1 for each free token."""
    found: list[dict[str, Any]] = []
    fixed = game.fixed
    if not game.vocabulary.is_strictly_feasible(fixed):
        enough = {one.name: 1.0 for one in game.free_tokens if gives_interior(one)}
        found.append({"type": "linear", "coefficients": enough, "lb": 1.0})
    if game.max_cpu_seconds is not None and game.free_tokens:
        costs = {one.name: game.cost_model.of(one) for one in game.free_tokens}
        room = game.max_cpu_seconds - game.cost_model.total(fixed)
        if room < sum(costs.values()):
            found.append({"type": "linear", "coefficients": costs, "ub": room})
    return found
