"""The crashworthiness of a car's front."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Columns, Task

Array = NDArray[np.float64]

_PARTS: Final = ("bumper", "cross_member", "inner_rail", "outer_rail", "reinforcement")


class VehicleSafety(Task):
    """Mass, acceleration and intrusion of a car in a crash, by the thickness of five parts.

    Variables: the thickness of five reinforcements of the frontal structure, in millimeters. Objectives: the
    mass of the car, in kilograms; the integral of the acceleration in a full frontal crash, in m/s; the
    intrusion of the toe board in an offset crash, in meters. The formulas are response surfaces fitted to
    simulations (Liao, Li, Yang, Zhang and Li, "Multiobjective optimization for crash safety design of
    vehicles using stepwise regression model", Structural and Multidisciplinary Optimization 35, 2008), in the
    form of Tanabe and Ishibuchi, "An easy-to-use real-world multi-objective optimization problem suite"
    (RE3-5-4), 2020.
    """

    @property
    def outcomes(self) -> Outcomes:
        """Mass, acceleration and intrusion."""
        units = {"mass": "kg", "acceleration": "m/s", "intrusion": "m"}
        return outcomes_of([{"name": name, "unit": unit} for name, unit in units.items()])

    @property
    def reference_point(self) -> tuple[float, float, float]:
        """1.1 times the worst values on Tanabe and Ishibuchi's approximate front, as in BoTorch."""
        return (1864.72022, 11.81993945, 0.2903999384)

    @property
    def front_hypervolume(self) -> float:
        """About 247.3: that of 63,000 points which four runs of NSGA-II left, so a little below the front's.

        (246.816 in BoTorch is that of Tanabe and Ishibuchi's approximate front.)
        """
        return 247.3

    def parameters(self) -> list[dict[str, Any]]:
        """Return five thicknesses in mm."""
        return [{"name": name, "type": "num", "lb": 1.0, "ub": 3.0} for name in _PARTS]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        t1, t2, t3, t4, t5 = frame[list(_PARTS)].to_numpy(dtype=np.float64).T
        mass = 1640.2823 + 2.3573285 * t1 + 2.3220035 * t2 + 4.5688768 * t3 + 7.7213633 * t4 + 4.4559504 * t5
        acceleration = (
            6.5856
            + (1.15 * t1 - 1.0427 * t2 + 0.9738 * t3 + 0.8364 * t4)
            + (-0.3695 * t1 * t4 + 0.0861 * t1 * t5 + 0.3628 * t2 * t4)
            + (-0.1106 * t1**2 - 0.3437 * t3**2 + 0.1764 * t4**2)
        )
        intrusion = (
            -0.0551
            + (0.0181 * t1 + 0.1024 * t2 + 0.0421 * t3)
            + (-0.0073 * t1 * t2 + 0.024 * t2 * t3 - 0.0118 * t2 * t4 - 0.0204 * t3 * t4 - 0.008 * t3 * t5)
            + (-0.0241 * t2**2 + 0.0109 * t4**2)
        )
        return {"mass": mass, "acceleration": acceleration, "intrusion": intrusion}
