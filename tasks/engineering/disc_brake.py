"""The design of a multiple-disc brake."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.random import Generator

from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Columns, Task

# Of the formulas as they are published; 3.14 is theirs.
_PI: Final = 3.14


class DiscBrake(Task):
    """Mass and stopping time of a multiple-disc brake, under four measured limits.

    Variables: the inner and outer radius of the discs, `r` and `R`, in millimeters; the engaging force `F`,
    in newtons; the number of friction surfaces `k`, an integer (Osyczka and Kundu, "A genetic algorithm-based
    multicriteria optimization method", 1995; ranges of Tanabe and Ishibuchi, "An easy-to-use real-world
    multi-objective optimization problem suite", 2020, CRE2-4-3, where `k` is a real number).

    `mass = 4.9e-5 (R^2 - r^2) (k - 1)` in kilograms and
    `time = 9.82e6 (R^2 - r^2) / (F k (R^3 - r^3))` in seconds.
    """

    @property
    def outcomes(self) -> Outcomes:
        """Mass and stopping time; missing width, excess pressure and heat, missing torque."""
        return outcomes_of(
            [{"name": "mass", "unit": "kg"}, {"name": "time", "unit": "s"}],
            [{"name": "width", "ub": 0, "unit": "mm"}, "pressure", "heat", "torque"],
        )

    @property
    def reference_point(self) -> tuple[float, float]:
        """A tenth of the range beyond the worst values on an approximate front, as in BoTorch."""
        return (5.7771, 3.9651)

    @property
    def front_hypervolume(self) -> float:
        """About 11.218: for each mass the best discs under all the force that is allowed, by quadrature."""
        return 11.218

    def parameters(self) -> list[dict[str, Any]]:
        """Return two radii, a force and a number of surfaces."""
        return [
            {"name": "inner_radius", "type": "num", "lb": 55.0, "ub": 80.0},
            {"name": "outer_radius", "type": "num", "lb": 75.0, "ub": 110.0},
            {"name": "force", "type": "num", "lb": 1000.0, "ub": 3000.0},
            {"name": "surfaces", "type": "int", "lb": 11, "ub": 20},
        ]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        inner, outer, force, surfaces = frame[self.space.names].to_numpy(dtype=np.float64).T
        squares, cubes = outer**2 - inner**2, outer**3 - inner**3
        with np.errstate(divide="ignore", invalid="ignore"):  # a disc without width fails
            return {
                "mass": 4.9e-5 * squares * (surfaces - 1.0),
                "time": 9.82e6 * squares / (force * surfaces * cubes),
                "width": 20.0 - (outer - inner),
                "pressure": force / (_PI * squares) - 0.4,
                "heat": 2.22e-3 * force * cubes / squares**2 - 1.0,
                "torque": 900.0 - 2.66e-2 * force * surfaces * cubes / squares,
            }
