"""The design of a gearbox."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from tasks.base import Columns, Task

Array = NDArray[np.float64]

# Name and range of each variable, in the order of the published formulas.
_RANGES: Final[dict[str, tuple[float, float]]] = {
    "face_width": (2.6, 3.6),
    "module": (0.7, 0.8),
    "teeth": (17, 28),
    "length_1": (7.3, 8.3),
    "length_2": (7.3, 8.3),
    "diameter_1": (2.9, 3.9),
    "diameter_2": (5.0, 5.5),
}


class SpeedReducer(Task):
    """Weight of a speed reducer under eleven limits on stresses, deflections and proportions.

    The gear has a face width `b` and a module `m` in centimetres and `z` teeth on its pinion; its two shafts
    have lengths `l` between bearings and diameters `d`, in centimetres. The weight is in the problem's own
    unit (Golinski, "Optimal synthesis problems solved by means of nonlinear programming and random methods",
    Journal of Mechanisms 5, 1970). Each limit is the quantity as a share of what is allowed, minus 1; see
    `limits`.

    Two forms are in use: `l_2` begins at 7.3, with the optimum 2994.471, or at 7.8, with 2996.348 (the value
    of Mezura-Montes and Coello, "Useful infeasible solutions in engineering optimization with evolutionary
    algorithms", MICAI 2005). This is the former.
    """

    @property
    def objectives(self) -> tuple[str, ...]:
        """The weight."""
        return ("weight",)

    @property
    def constraints(self) -> tuple[str, ...]:
        """Excess of each quantity over what is allowed, as a share of that."""
        return (
            "bending_stress",
            "contact_stress",
            "deflection_1",
            "deflection_2",
            "stress_1",
            "stress_2",
            "gear_size",
            "least_width",
            "largest_width",
            "bearing_1",
            "bearing_2",
        )

    @property
    def optimum(self) -> float:
        """The weight of the known minimizer, about 2994.471."""
        return float(_weight(self._variables(self.minimizers))[0])

    @property
    def minimizers(self) -> pd.DataFrame:
        """The one known: the smallest gear, on shafts that four limits hold with equality, up to rounding."""
        width, module, teeth, length_1 = 3.5, 0.7, 17, 7.3
        diameter_1 = _min_diameter(length_1, module * teeth, 16.9e6, 110.0)
        diameter_2 = 5.0
        for _ in range(30):  # a contraction by a factor of thousands: the stress hardly depends on the length
            length_2 = 1.1 * diameter_2 + 1.9
            diameter_2 = _min_diameter(length_2, module * teeth, 157.5e6, 85.0)
        row = [width, module, teeth, length_1, length_2, diameter_1, diameter_2]
        return pd.DataFrame({name: [value] for name, value in zip(_RANGES, row, strict=True)})

    def parameters(self) -> list[dict[str, Any]]:
        """Return the seven sizes; the number of teeth is whole."""
        return [
            {"name": name, "type": "int" if name == "teeth" else "num", "lb": low, "ub": high}
            for name, (low, high) in _RANGES.items()
        ]

    def limits(self, x: Array) -> Array:
        """Return the `n x 11` constraint values at `n x 7` sizes."""
        b, m, z, l1, l2, d1, d2 = x.T
        pitch = m * z
        shares = [
            27.0 / (b * m**2 * z),
            397.5 / (b * m**2 * z**2),
            1.93 * l1**3 / (pitch * d1**4),
            1.93 * l2**3 / (pitch * d2**4),
            np.sqrt((745.0 * l1 / pitch) ** 2 + 16.9e6) / (110.0 * d1**3),
            np.sqrt((745.0 * l2 / pitch) ** 2 + 157.5e6) / (85.0 * d2**3),
            pitch / 40.0,
            5.0 * m / b,
            b / (12.0 * m),
            (1.5 * d1 + 1.9) / l1,
            (1.1 * d2 + 1.9) / l2,
        ]
        return np.stack(shares, axis=1) - 1.0

    def _variables(self, frame: pd.DataFrame) -> Array:
        return frame[list(_RANGES)].to_numpy(dtype=np.float64)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        x = self._variables(frame)
        limits = dict(zip(self.constraints, self.limits(x).T, strict=True))
        return {"weight": _weight(x), **limits}


def _weight(x: Array) -> Array:
    b, m, z, l1, l2, d1, d2 = x.T
    gears = 0.7854 * b * m**2 * (3.3333 * z**2 + 14.9334 * z - 43.0934)
    bores = 1.508 * b * (d1**2 + d2**2)
    shafts = 7.4777 * (d1**3 + d2**3) + 0.7854 * (l1 * d1**2 + l2 * d2**2)
    weight: Array = gears - bores + shafts
    return weight


def _min_diameter(length: float, pitch: float, torque: float, strength: float) -> float:
    """Return the diameter of a shaft at its stress limit."""
    return float((np.hypot(745.0 * length / pitch, torque**0.5) / strength) ** (1.0 / 3.0))
