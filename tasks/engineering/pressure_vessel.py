"""The design of a cylindrical pressure vessel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator

from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Columns, Task

_PLATE = 0.0625
_VOLUME = 1_296_000.0
# Least thickness of shell and head per inch of radius.
_SHELL, _HEAD = 0.0193, 0.00954


class PressureVessel(Task):
    """Cost of a cylinder with hemispherical heads, under limits on stress and volume.

    Variables, in inches: `shell` and `head`, thicknesses of rolled plate, multiples of 0.0625; `radius` and
    `length` of the cylinder (Sandgren, "Nonlinear integer and discrete programming in mechanical design
    optimization", 1990; with the cost of Kannan and Kramer, 1994):

    `0.6224 T R L + 1.7781 H R^2 + 3.1661 T^2 L + 19.84 T^2 R`, in dollars, subject to
    `0.0193 R - T <= 0`, `0.00954 R - H <= 0` and `1296000 - pi R^2 L - 4/3 pi R^3 <= 0`.

    `R` and `L` lie in `[10, 200]`, which implies the published fourth limit, `L <= 240`. The optimum, about
    6059.714, is proven in Yang et al. (1403.7793).
    """

    @property
    def outcomes(self) -> Outcomes:
        """The cost; missing thickness of shell and head, and missing volume."""
        return outcomes_of(
            {"name": "manufacturing_cost", "unit": "$"},
            [
                {"name": "shell_stress", "ub": 0, "unit": "in"},
                {"name": "head_stress", "ub": 0, "unit": "in"},
                {"name": "volume", "ub": 0, "unit": "in3"},
            ],
        )

    @property
    def optimum(self) -> float:
        """The cost of the thinnest shell and head that a radius of 42.1 allows, with the volume just met."""
        return float(_cost(self.minimizers).iloc[0])

    @property
    def minimizers(self) -> pd.DataFrame:
        """The one known: all limits but that of the head are met with equality, up to rounding."""
        shell, head = 13 * _PLATE, 7 * _PLATE
        radius = shell / _SHELL
        length = (_VOLUME - 4 / 3 * math.pi * radius**3) / (math.pi * radius**2)
        return pd.DataFrame({"shell": [shell], "head": [head], "radius": [radius], "length": [length]})

    def parameters(self) -> list[dict[str, Any]]:
        """Return two thicknesses on a grid, then two lengths."""
        plate = {"type": "num", "lb": _PLATE, "ub": 99 * _PLATE, "step": _PLATE}
        size = {"type": "num", "lb": 10.0, "ub": 200.0}
        return [{"name": name, **plate} for name in ("shell", "head")] + [
            {"name": name, **size} for name in ("radius", "length")
        ]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        radius, length = frame["radius"].to_numpy(float), frame["length"].to_numpy(float)
        volume = math.pi * radius**2 * length + 4 / 3 * math.pi * radius**3
        return {
            "manufacturing_cost": _cost(frame).to_numpy(float),
            "shell_stress": _SHELL * radius - frame["shell"].to_numpy(float),
            "head_stress": _HEAD * radius - frame["head"].to_numpy(float),
            "volume": np.asarray(_VOLUME - volume),
        }


def _cost(frame: pd.DataFrame) -> pd.Series[float]:
    shell, head, radius, length = (frame[name] for name in ("shell", "head", "radius", "length"))
    material = 0.6224 * shell * radius * length + 1.7781 * head * radius**2
    welding = 3.1661 * shell**2 * length + 19.84 * shell**2 * radius
    return material + welding
